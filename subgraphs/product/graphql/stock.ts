/** What staff see of the stock and do to it. */
import { parseId } from '#contracts/ids.ts';
import { LocationCode } from '#contracts/messages/stock.ts';
import { oneLine } from '#contracts/one-line.ts';
import { CallerFault } from '#contracts/result.ts';
import { connection, connectionById, parsePage } from '#platform/graphql/connection.ts';
import { assertInput, requireId } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import { available, mostOnHand, mostUnits } from '../domain/inventory/stock.ts';
import type { ChangedStock } from '../usecases/inventory/change-stock.ts';
import type { LevelView } from '../usecases/inventory/ports.ts';
import type { GraphqlContext } from './loaders.ts';
import type {
  MutationResolvers,
  ProductVariantResolvers,
  QueryResolvers,
  StockLevelResolvers,
  StockMovementResolvers,
} from './types.generated.ts';

// 100 characters: the number of any document; 200: a sentence.
const longestReference = 100;
const longestReason = 200;

const lineOf = (name: string, longest: number, typed: string): string => {
  const line = oneLine(typed, longest);
  const text = 'text' in line ? line.text : '';
  assertInput(text !== '', `"${name}" must be one line of text, at most ${longest} characters.`);
  return text;
};
const optionalLine = (name: string, longest: number, typed: string | null | undefined) =>
  typed == null ? undefined : lineOf(name, longest, typed);

const quantityOf = (quantity: number): number => {
  assertInput(quantity >= 1 && quantity <= mostUnits, `"quantity" must be from 1 to ${mostUnits}.`);
  return quantity;
};

/** NOT_FOUND for what cannot be a location, as for one that there is not. */
const locationOf = (given: string | null | undefined): LocationCode | undefined => {
  if (given == null) return undefined;
  const code = LocationCode.safeParse(given);
  if (!code.success) throw new CallerFault('NOT_FOUND', 'There is no such location.');
  return code.data;
};

const adjustmentOf = (quantity: number | null | undefined, countedUnits: number | null | undefined) => {
  assertInput((quantity == null) !== (countedUnits == null), 'Give exactly one of "quantity" and "countedUnits".');
  if (countedUnits != null) {
    assertInput(countedUnits >= 0 && countedUnits <= mostOnHand, `"countedUnits" must be from 0 to ${mostOnHand}.`);
    return { countedUnits };
  }
  const difference = quantity ?? 0;
  assertInput(
    difference !== 0 && Math.abs(difference) <= mostUnits,
    `"quantity" must be from -${mostUnits} to ${mostUnits}, and not 0.`,
  );
  return { quantity: difference };
};

export const stockQueries = {
  locations: (_, __, { app }) => app.reads.locations(),
  stockMovements: (_, { variantId: given, ...page }, { app }) => {
    const variantId = parseId('Variant', given);
    if (!variantId) return connection([], parsePage(page), () => []);
    return connectionById('Movement', page, (slice) => app.reads.movements({ variantId, ...slice }));
  },
} satisfies QueryResolvers;

export const stockMutations = {
  receiveStock: async (_, { idempotencyKey, input }, { app, viewer: by }) => {
    const result = await app.commands.receiveStock({
      ...{ by, idempotencyKey, variantId: requireId('Variant', input.variantId) },
      location: locationOf(input.location),
      quantity: quantityOf(input.quantity),
      reference: lineOf('reference', longestReference, input.reference),
    });
    return payload(result, async (changed) => {
      const [level] = await levelsAfter(app, changed);
      return { __typename: 'ReceiveStockSuccess', level };
    });
  },

  adjustStock: async (_, { idempotencyKey, input }, { app, viewer: by }) => {
    const result = await app.commands.adjustStock({
      ...{ by, idempotencyKey, variantId: requireId('Variant', input.variantId) },
      location: locationOf(input.location),
      adjustment: adjustmentOf(input.quantity, input.countedUnits),
      reason: lineOf('reason', longestReason, input.reason),
      reference: optionalLine('reference', longestReference, input.reference),
    });
    return payload(result, async (changed) => {
      const [level] = await levelsAfter(app, changed);
      return { __typename: 'AdjustStockSuccess', level };
    });
  },

  transferStock: async (_, { idempotencyKey, input }, { app, viewer: by }) => {
    const result = await app.commands.transferStock({
      ...{ by, idempotencyKey, variantId: requireId('Variant', input.variantId) },
      from: locationOf(input.from),
      to: locationOf(input.to),
      quantity: quantityOf(input.quantity),
      reference: lineOf('reference', longestReference, input.reference),
    });
    return payload(result, async (changed) => {
      const [from, to = from] = await levelsAfter(app, changed);
      return { __typename: 'TransferStockSuccess', from, to };
    });
  },

  returnStock: async (_, { idempotencyKey, input }, { app, viewer: by }) => {
    const result = await app.commands.returnStock({
      ...{ by, idempotencyKey, variantId: requireId('Variant', input.variantId) },
      location: locationOf(input.location),
      quantity: quantityOf(input.quantity),
      disposition: input.disposition,
      reference: lineOf('reference', longestReference, input.reference),
      reason: optionalLine('reason', longestReason, input.reason),
    });
    return payload(result, async (changed) => {
      const [level] = await levelsAfter(app, changed);
      return { __typename: 'ReturnStockSuccess', level };
    });
  },

  saveLocation: async (_, { idempotencyKey, input }, { app, viewer: by }) => {
    const { makeDefault = false, ...form } = input;
    const command = { by, idempotencyKey: idempotencyKey ?? undefined, makeDefault, ...form };
    return payload(await app.commands.saveLocation(command), (location) => ({
      ...{ __typename: 'SaveLocationSuccess', location },
    }));
  },
} satisfies MutationResolvers;

/** As they are now, in the order in which the change named them. A count of nothing has no row: there never were any. */
const levelsAfter = async (
  { reads }: GraphqlContext['app'],
  { variantId, locations }: ChangedStock,
): Promise<[LevelView, ...LevelView[]]> => {
  const levels = await reads.levels([variantId]);
  const [first, ...others] = locations.map(
    (location) =>
      levels.find((level) => level.location === location) ?? {
        variantId,
        location,
        onHand: 0,
        reserved: 0,
        backordered: 0,
      },
  );
  if (!first) throw new Error('a change of stock is at a location');
  return [first, ...others];
};

export const variantStock = {
  stock: ({ id }, _, { loaders }) => loaders.levels.load(id),
} satisfies ProductVariantResolvers;

const locationNamed = async (code: LocationCode, { loaders }: GraphqlContext) => {
  const location = await loaders.location.load(code);
  if (!location) throw new Error(`location ${code} is gone, against its foreign key`);
  return location;
};

export const stockTypes = {
  StockLevel: {
    available,
    location: ({ location }, _, context) => locationNamed(location, context),
  } satisfies StockLevelResolvers,
  StockMovement: {
    location: ({ location }, _, context) => locationNamed(location, context),
  } satisfies StockMovementResolvers,
};
