/** Everything this subgraph can do. */
import { addVariant, archiveVariant, reviseVariant, setPrice } from './catalogue/change-variant.ts';
import { createProduct } from './catalogue/create-product.ts';
import { importCatalogue } from './catalogue/import-catalogue.ts';
import { archiveProduct, publishProduct, unpublishProduct } from './catalogue/publish-product.ts';
import { refreshProducts } from './catalogue/refresh-products.ts';
import { removeTranslation, reviseProduct, setTranslation } from './catalogue/revise-product.ts';
import { applySchedule, cancelScheduledPrice, schedulePrice } from './catalogue/schedule-price.ts';
import { forgetImports, importDocuments } from './import/import-documents.ts';
import { bookReturn } from './inventory/book-return.ts';
import { adjustStock, receiveStock, returnStock, transferStock } from './inventory/change-stock.ts';
import { commitStock, expireReservations, releaseStock, reserveStock } from './inventory/reservations.ts';
import { saveLocation } from './inventory/save-location.ts';
import { forgetClosedUser, mergeGuest, notifyWhenInStock, stopNotifyingWhenInStock } from './inventory/stock-alerts.ts';
import { findAvailabilityChanges, forgetOldAlerts, watchAvailability } from './inventory/watch-availability.ts';
import { attachMedia, removeMedia, reviseMedia } from './media/change-media.ts';
import { receiveFile } from './media/receive-file.ts';
import { requestUpload } from './media/request-upload.ts';
import { sweepFiles } from './media/sweep-files.ts';
import type { Deps } from './ports.ts';
import { pinSearchResults, removeSynonyms, saveSynonyms } from './search/change-rules.ts';
import { countWords } from './search/count-words.ts';
import { indexAnew } from './search/index-anew.ts';
import { rankDocuments } from './search/rank-documents.ts';
import { defineAttribute, reviseAttribute } from './taxonomy/change-attribute.ts';
import { createCategory, moveCategory, removeCategory, reviseCategory } from './taxonomy/change-category.ts';
import { createCollection, removeCollection, reviseCollection } from './taxonomy/change-collection.ts';

const taxonomyCommands = (deps: Deps) => ({
  createCategory: createCategory(deps),
  reviseCategory: reviseCategory(deps),
  moveCategory: moveCategory(deps),
  removeCategory: removeCategory(deps),
  defineAttribute: defineAttribute(deps),
  reviseAttribute: reviseAttribute(deps),
  createCollection: createCollection(deps),
  reviseCollection: reviseCollection(deps),
  removeCollection: removeCollection(deps),
});

export const app = (deps: Deps) => ({
  commands: {
    ...taxonomyCommands(deps),
    importCatalogue: importCatalogue(deps),
    importDocuments: importDocuments(deps),
    refreshProducts: refreshProducts(deps),
    saveSynonyms: saveSynonyms(deps),
    removeSynonyms: removeSynonyms(deps),
    pinSearchResults: pinSearchResults(deps),
    countWords: countWords(deps),
    rankDocuments: rankDocuments(deps),
    indexAnew: indexAnew(deps),
    createProduct: createProduct(deps),
    reviseProduct: reviseProduct(deps),
    publishProduct: publishProduct(deps),
    unpublishProduct: unpublishProduct(deps),
    archiveProduct: archiveProduct(deps),
    setTranslation: setTranslation(deps),
    removeTranslation: removeTranslation(deps),
    addVariant: addVariant(deps),
    reviseVariant: reviseVariant(deps),
    archiveVariant: archiveVariant(deps),
    setPrice: setPrice(deps),
    schedulePrice: schedulePrice(deps),
    cancelScheduledPrice: cancelScheduledPrice(deps),
    applySchedule: applySchedule(deps),
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
    notifyWhenInStock: notifyWhenInStock(deps),
    stopNotifyingWhenInStock: stopNotifyingWhenInStock(deps),
    mergeGuest: mergeGuest(deps),
    forgetClosedUser: forgetClosedUser(deps),
    watchAvailability: watchAvailability(deps),
    findAvailabilityChanges: findAvailabilityChanges(deps),
    forgetOldAlerts: forgetOldAlerts(deps),
    forgetImports: forgetImports(deps),
    requestUpload: requestUpload(deps),
    receiveFile: receiveFile(deps),
    attachMedia: attachMedia(deps),
    reviseMedia: reviseMedia(deps),
    removeMedia: removeMedia(deps),
    sweepFiles: sweepFiles(deps),
  },
  shop: deps.shop,
  reads: deps.reads,
  browsingReads: deps.browsingReads ?? deps.reads,
  /** The files of media, where there is a place for them. */
  files: deps.media.files,
  mediaBaseUrl: deps.media.baseUrl,
});

export type App = ReturnType<typeof app>;
