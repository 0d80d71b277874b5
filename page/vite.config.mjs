/** @type {import('vite').UserConfig} */
export default {
  root: import.meta.dirname,
  base: '/',
  build: {
    target: 'es2022',
    assetsDir: 'page',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { onLog },
  },
};

/** 'use client' in a library's modules is for servers that render. */
function onLog(level, log, handle) {
  if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
}
