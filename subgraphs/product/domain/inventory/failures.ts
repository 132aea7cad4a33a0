/** What this subgraph may refuse. It has no mutations yet: a refusal is told to the order, by message. */
import type { DataOf } from '#contracts/envelope.ts';
import type { StockCommitFailed, StockRejected } from '#contracts/messages/stock.ts';

/** Why nothing was held. Only the lines at fault are named. */
export type Rejection = Pick<DataOf<typeof StockRejected>, 'reason' | 'lines'>;

export type CommitFault = DataOf<typeof StockCommitFailed>['reason'];
