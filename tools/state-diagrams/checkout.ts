import {
  type CompensationTarget,
  defaultTimings,
  type OrderStatus,
  orderStatuses,
  steps,
  type Transition,
  touchedBy,
  undos,
} from '#subgraphs/order/domain/checkout/steps.ts';
import type { Arrow } from './diagram.ts';

const compensationTargets: readonly CompensationTarget[] = ['PAYMENT_FAILED', 'CANCELLED'];

/** Where a cell of the table leads, and under which words. */
const arrowsOf = (from: OrderStatus, label: string, transition: Transition): Arrow[] => {
  if ('to' in transition)
    return [
      { from, to: transition.to, label },
      ...(transition.whenFree ? [{ from, to: transition.whenFree, label: `${label}, nothing to pay` }] : []),
    ];
  if ('wait' in transition) return [{ from, to: from, label }];
  if ('compensateTo' in transition) {
    const undone = touchedBy(from).filter((part) => part !== transition.except);
    return [{ from, to: 'COMPENSATING', label: `${label} (undo ${undone.join(', then ')})` }];
  }
  if ('nextUndo' in transition)
    return [
      { from, to: 'COMPENSATING', label: `${label}, more to undo` },
      ...compensationTargets.map((to) => ({ from, to, label: `${label}, all of it` })),
    ];
  if ('resume' in transition) return [{ from, to: 'COMPENSATING', label }];
  if ('park' in transition || 'parkBeforeNext' in transition || 'parkThenCompensateTo' in transition)
    return [{ from, to: 'NEEDS_ATTENTION', label }];
  const tries = defaultTimings.tries[transition.retry];
  return [
    { from, to: from, label: `${label}, up to ${tries} tries` },
    ...arrowsOf(from, `${label} ${tries} times`, transition.otherwise),
  ];
};

const cellsOf = (status: OrderStatus) => Object.entries(steps[status].on);

export const checkoutArrows = (): Arrow[] =>
  orderStatuses.flatMap((status) =>
    cellsOf(status).flatMap(([trigger, transition]) => arrowsOf(status, trigger, transition)),
  );

export const checkoutEnds = (): string[] => orderStatuses.filter((status) => cellsOf(status).length === 0);

const orNothing = (text: string | undefined) => text ?? '–';

/** What is sent, undone and waited for in each status. */
export const checkoutTable = (): string =>
  [
    '| status | sends | undone by | waits up to | emits |',
    '|---|---|---|---|---|',
    ...orderStatuses.map((status) => {
      const { sends, undo, waits, emits } = steps[status];
      const cells = [sends, undo && undos[undo].sends, waits && `${defaultTimings.waitMs[waits] / 1_000} s`, emits];
      return `| ${[status, ...cells.map(orNothing)].join(' | ')} |`;
    }),
  ].join('\n');
