import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** A port that nobody listened on a moment ago, for a program that takes none of its own. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
