import type { Shopper } from '#launcher/shopper/shopper.ts';
import type { Stack } from './stack.ts';

/** Shared by the steps; earlier ones fill in what later ones need. */
export interface Context {
  readonly stack: Stack;
  readonly orders: number;
  readonly log: (line: string) => void;
  /** The gateway's URL on this machine, including /graphql. */
  gateway: string;
  /** A signed-in customer and their confirmed order. */
  customer?: { readonly shopper: Shopper; readonly orderId: string };
}

/** One step of the test. It throws when its expectation is not met. */
export interface Step {
  readonly name: string;
  readonly run: (context: Context) => Promise<void>;
}
