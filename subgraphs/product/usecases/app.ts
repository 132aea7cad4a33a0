/** Everything this subgraph can do. */
import { commitStock } from './commit-stock.ts';
import { expireReservations } from './expire-reservations.ts';
import { importCatalogue } from './import-catalogue.ts';
import type { Deps } from './ports.ts';
import { releaseStock } from './release-stock.ts';
import { reserveStock } from './reserve-stock.ts';

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
