/** How announcements travel. Connects for listening when somebody first listens. */
export interface Carrier {
  publish(text: string): Promise<void>;
  listen(ear: Ear): void;
  isListening(): boolean;
  /** Why the server refuses what is asked of it, as a code, until somebody changes its settings. */
  refusal(): string | undefined;
  close(): Promise<void>;
}

export interface Ear {
  onText(text: string): void;
  /** From now on texts arrive; those before may have been missed. */
  onListening(): void;
}
