/** What each sample client does, so that all can be run on the same shop. */
export type SampleClient = (url: string) => {
  readonly titleOf: (slug: string) => Promise<string | undefined>;
  /** A greeting, or the sentence of the failure. */
  readonly signIn: (email: string, password: string) => Promise<string | undefined>;
};
