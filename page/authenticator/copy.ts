/**
 * Puts text on the clipboard. Throws an Error where the browser allows it neither way: the asynchronous clipboard is there on https and
 * localhost alone (MDN, "Clipboard API").
 */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    byHand(text);
  }
}

function byHand(text: string): void {
  const { activeElement } = document;
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'hidden-visually';
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (activeElement instanceof HTMLElement) activeElement.focus();
  if (!copied) throw new Error('The browser doesn’t let the page copy. Type the code instead.');
}
