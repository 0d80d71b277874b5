/** For processes that tests start: Node keeps what it compiled, types taken out, where the sandbox and the command keep it, from the first file on. */
import path from 'node:path';

export const COMPILED = { NODE_COMPILE_CACHE: path.resolve(import.meta.dirname, '../../node_modules/.cache/node') };
