/**
 * Data as the JSON text that the executor has written: whoever only passes it on need not parse and write it again.
 * Only where a request says that it takes it (`RequestContext.takesText`); elsewhere data are objects.
 */

/** Stands where the data would be. */
export class DataText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** For a `JSON.stringify` that does not know it. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

export const textOf = (data: unknown): string => (data instanceof DataText ? data.text : JSON.stringify(data));

/** Typed as the data it stands for, which is what frameworks expect. */
export const dataText = (text: string): Record<string, unknown> =>
  new DataText(text) as unknown as Record<string, unknown>;

/** For Apollo Server's `stringifyResult`; without text as its own. */
export const stringifyResult = (result: { readonly data?: unknown; readonly extensions?: unknown }): string => {
  const { data, ...others } = result;
  if (!(data instanceof DataText)) return `${JSON.stringify(result)}\n`;
  // Errors come first, and there are none.
  const rest = JSON.stringify(others);
  return `{"data":${data.text}${rest === '{}' ? '' : `,${rest.slice(1, -1)}`}}\n`;
};
