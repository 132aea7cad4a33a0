import { describe, expect, it } from 'vitest';
import { CatalogueImport } from '#subgraphs/product/usecases/catalogue/import-catalogue.ts';
import { plentifulCatalogue, variantIdsOf } from './catalogue.ts';

describe('the catalogue that is bought from', () => {
  it('has as many variants as asked for, each with stock', () => {
    const catalogue = plentifulCatalogue(25);
    const ids = variantIdsOf(catalogue);
    expect(new Set(ids).size).toBe(25);
    expect(ids.every((id) => (catalogue.initialStock[id] ?? 0) > 0)).toBe(true);
  });

  it('is one that the product subgraph takes', () => {
    expect(CatalogueImport.safeParse(plentifulCatalogue(11)).error).toBeUndefined();
  });
});
