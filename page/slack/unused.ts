/** Stands in for what slack-blocks-to-jsx imports and the product's blocks never reach (vite.config.mjs). */
export const emojify = (text: string): string => text;
export default () => null;
