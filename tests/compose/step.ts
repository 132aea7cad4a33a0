import type { Shopper } from '#launcher/shopper/shopper.ts';
import type { Stack } from './stack.ts';

/** What the steps before have left behind. */
export interface Scene {
  readonly stack: Stack;
  readonly orders: number;
  readonly say: (sentence: string) => void;
  /** The gateway's address on this machine, with /graphql. */
  gateway: string;
  /** Somebody who has bought something, and the order. */
  customer?: { readonly shopper: Shopper; readonly orderId: string };
}

/** One thing that must be seen. It throws what is wrong. */
export interface Step {
  readonly name: string;
  readonly run: (scene: Scene) => Promise<void>;
}
