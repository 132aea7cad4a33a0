/** Everything this subgraph can do. */

import { importCatalogue } from './catalogue/import-catalogue.ts';
import { commitStock } from './inventory/commit-stock.ts';
import { expireReservations } from './inventory/expire-reservations.ts';
import { releaseStock } from './inventory/release-stock.ts';
import { reserveStock } from './inventory/reservations.ts';
import type { Deps } from './ports.ts';

export const app = (deps: Deps) => ({
  commands: {
    importCatalogue: importCatalogue(deps),
    reserveStock: reserveStock(deps),
    commitStock: commitStock(deps),
    releaseStock: releaseStock(deps),
    expireReservations: expireReservations(deps),
  },
  reads: deps.reads,
  browsingReads: deps.browsingReads ?? deps.reads,
});

export type App = ReturnType<typeof app>;
