/** How change notifications travel. Connects for listening when somebody first listens. */
export interface PubSub {
  publish(text: string): Promise<void>;
  subscribe(ear: Subscriber): void;
  isSubscribed(): boolean;
  /** Why the server refuses what is asked of it, as a code, until somebody changes its settings. */
  refusal(): string | undefined;
  close(): Promise<void>;
}

export interface Subscriber {
  onText(text: string): void;
  /** From now on texts arrive; those before may have been missed. */
  onSubscribed(): void;
}
