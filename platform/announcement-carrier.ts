/** How announcements travel. Connects for listening when somebody first listens. */
export interface Carrier {
  publish(text: string): Promise<void>;
  listen(ear: Ear): void;
  isListening(): boolean;
  close(): Promise<void>;
}

export interface Ear {
  onText(text: string): void;
  /** From now on texts arrive; those before may have been missed. */
  onListening(): void;
}
