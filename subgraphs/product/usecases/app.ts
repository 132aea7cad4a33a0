/** Everything this subgraph can do. */
import { importCatalogue } from './catalogue/import-catalogue.ts';
import { refreshProducts } from './catalogue/refresh-products.ts';
import { bookReturn } from './inventory/book-return.ts';
import { adjustStock, receiveStock, returnStock, transferStock } from './inventory/change-stock.ts';
import { commitStock, expireReservations, releaseStock, reserveStock } from './inventory/reservations.ts';
import { saveLocation } from './inventory/save-location.ts';
import type { Deps } from './ports.ts';

export const app = (deps: Deps) => ({
  commands: {
    importCatalogue: importCatalogue(deps),
    refreshProducts: refreshProducts(deps),
    reserveStock: reserveStock(deps),
    commitStock: commitStock(deps),
    releaseStock: releaseStock(deps),
    expireReservations: expireReservations(deps),
    bookReturn: bookReturn(deps),
    receiveStock: receiveStock(deps),
    adjustStock: adjustStock(deps),
    transferStock: transferStock(deps),
    returnStock: returnStock(deps),
    saveLocation: saveLocation(deps),
  },
  shop: deps.shop,
  reads: deps.reads,
  browsingReads: deps.browsingReads ?? deps.reads,
});

export type App = ReturnType<typeof app>;
