/** Everything this subgraph can do. */
import { importCatalogue } from './catalogue/import-catalogue.ts';
import { refreshProducts } from './catalogue/refresh-products.ts';
import { commitStock, expireReservations, releaseStock, reserveStock } from './inventory/reservations.ts';
import type { Deps } from './ports.ts';

export const app = (deps: Deps) => ({
  commands: {
    importCatalogue: importCatalogue(deps),
    refreshProducts: refreshProducts(deps),
    reserveStock: reserveStock(deps),
    commitStock: commitStock(deps),
    releaseStock: releaseStock(deps),
    expireReservations: expireReservations(deps),
  },
  shop: deps.shop,
  reads: deps.reads,
  browsingReads: deps.browsingReads ?? deps.reads,
});

export type App = ReturnType<typeof app>;
