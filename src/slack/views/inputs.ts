/** Reads what people put into a modal. */

/** `view.state.values` of a `view_submission`. */
export type StateValues = Record<
  string,
  Record<
    string,
    { value?: string | null | undefined; selected_option?: { value?: string | undefined } | null; selected_options?: unknown[] | undefined }
  >
>;

/** The text of the plain_text_input in a block; "" where nothing was typed. */
export function typed(values: StateValues, id: string): string {
  return Object.values(values[id] ?? {})[0]?.value ?? '';
}

/** The value of the option that is chosen in a select; undefined for none. */
export function chosen(values: StateValues, id: string): string | undefined {
  return values[id]?.[id]?.selected_option?.value;
}

/** Is a box of these checkboxes ticked? */
export function checked(values: StateValues, id: string): boolean {
  return (values[id]?.[id]?.selected_options ?? []).length > 0;
}
