import type { OrderId } from '#contracts/ids.ts';
import type { IdempotencyConflict, Result } from '#contracts/result.ts';
import { type OrderNotResumable, orderNotResumable } from '../../domain/failures.ts';
import type { Deps } from '../ports.ts';
import { askOfOrder, type SignedIn } from './order-requests.ts';

export interface ResumeOrder {
  /** Staff: the door has seen to that. */
  readonly viewer: SignedIn;
  readonly orderId: OrderId;
  readonly idempotencyKey: string;
}

/** Tries the failed undo of a parked order again, after a person has looked. */
export const resumeOrder =
  (deps: Deps) =>
  ({
    viewer,
    orderId,
    idempotencyKey: key,
  }: ResumeOrder): Promise<Result<OrderId, OrderNotResumable | IdempotencyConflict>> =>
    askOfOrder(deps, {
      operation: 'resumeOrder',
      viewer,
      orderId,
      key,
      wish: () => ({ type: 'resumeRequested' }),
      refusal: orderNotResumable(orderId),
    });
