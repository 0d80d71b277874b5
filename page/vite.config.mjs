/** Stands in for what slack-blocks-to-jsx draws in for blocks that the product doesn't use: a table of emoji beside its own, and Markdown. */
const unused = `${import.meta.dirname}/slack/unused.ts`;

/** @type {import('vite').UserConfig} */
export default {
  root: import.meta.dirname,
  base: '/',
  resolve: {
    alias: { 'node-emoji': unused, 'react-markdown': unused, 'remark-gfm': unused },
  },
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
