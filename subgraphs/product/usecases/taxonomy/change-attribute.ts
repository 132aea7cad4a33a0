/** Staff define what products can be described by. */
import { isDeepStrictEqual } from 'node:util';
import type { AttributeId } from '#contracts/ids.ts';
import { CallerFault, fail, type Ok, ok } from '#contracts/result.ts';
import { Attribute, attributeFaults, mostAttributes, type StoredAttribute } from '../../domain/catalogue/attribute.ts';
import {
  checked,
  type LimitReached,
  limitReached,
  type VersionConflict,
  versionConflict,
} from '../../domain/catalogue/failures.ts';
import { attributeChanged } from '../../domain/catalogue/taxonomy-changes.ts';
import {
  type AttributeInUse,
  attributeInUse,
  type ChoiceInUse,
  type CodeTaken,
  choiceInUse,
  codeTaken,
  type InvalidAttribute,
} from '../../domain/catalogue/taxonomy-failures.ts';
import type { Deps, Stores } from '../ports.ts';
import type { Recorded, StaffCommand } from '../staff-change.ts';
import { taxonomyChange } from './taxonomy-change.ts';

/** As it was typed: `Attribute` says what is wrong with it. */
export interface AttributeForm {
  readonly code: string;
  readonly name: object;
  readonly kind: Attribute['kind'];
  readonly unit: string | null;
  readonly choices: readonly object[];
  readonly isFilterable: boolean;
  /** Order among the attributes; the last without one. */
  readonly position: number | undefined;
}

export interface AttributeRevision extends Partial<Omit<AttributeForm, 'code'>> {
  readonly id: AttributeId;
  readonly expectedVersion: number | undefined;
}

type Use = AttributeInUse | ChoiceInUse;

export const defineAttribute = (deps: Deps) => (command: StaffCommand & AttributeForm) =>
  taxonomyChange<AttributeId, InvalidAttribute | CodeTaken | LimitReached>(
    deps,
    command,
    'defineAttribute',
    async (change) => {
      const stored = await change.stores.catalogue.attributes();
      if (stored.length >= mostAttributes) return fail(limitReached(mostAttributes));
      if (stored.some(({ code }) => code === command.code)) return fail(codeTaken(command.code));
      const position = command.position ?? Math.max(-1, ...stored.map((one) => one.position)) + 1;
      const attribute = checkedAttribute({ ...command, id: deps.newId('Attribute'), position });
      return attribute.ok ? write(change, undefined, attribute.value) : attribute;
    },
  );

/** The code stays: products name it. So does the kind once they do, and each choice that one of them has. */
export const reviseAttribute = (deps: Deps) => (command: StaffCommand & AttributeRevision) =>
  taxonomyChange<AttributeId, InvalidAttribute | Use | VersionConflict>(
    deps,
    command,
    'reviseAttribute',
    async (change) => {
      const { id, expectedVersion, by: _, idempotencyKey: __, ...revision } = command;
      const before = (await change.stores.catalogue.attributes()).find((attribute) => attribute.id === id);
      if (!before) throw new CallerFault('NOT_FOUND', 'There is no such attribute.');
      const conflict = versionConflict(expectedVersion, before.version);
      if (conflict) return fail(conflict);
      const given = Object.fromEntries(Object.entries(revision).filter(([, value]) => value !== undefined));
      const attribute = checkedAttribute({ ...before, ...given, name: { ...before.name, ...revision.name } });
      if (!attribute.ok) return attribute;
      const use = await useAgainst(change.stores, before, attribute.value);
      return use ? fail(use) : write(change, before, attribute.value);
    },
  );

const checkedAttribute = (given: object) => checked('InvalidAttribute', Attribute, given, attributeFaults);

const write = async (
  { stores, record }: Recorded,
  before: StoredAttribute | undefined,
  attribute: Attribute,
): Promise<Ok<AttributeId>> => {
  const { id, code, kind } = attribute;
  if (before && isDeepStrictEqual(Attribute.parse(before), attribute)) return ok(id);
  await saveAttributes(stores, new Map(before && [[code, before]]), [attribute]);
  await record({ subject: { type: 'Attribute', id }, details: { code, kind } });
  return ok(id);
};

/** Writes and announces them, and has the products that have one looked at again. */
export const saveAttributes = async (
  { catalogue, taxonomy, outbox }: Pick<Stores, 'catalogue' | 'taxonomy' | 'outbox'>,
  before: ReadonlyMap<string, StoredAttribute>,
  attributes: readonly Attribute[],
): Promise<void> => {
  if (attributes.length === 0) return;
  await catalogue.saveAttributes(attributes);
  await outbox.add(
    ...attributes.map((one) => attributeChanged({ ...one, version: (before.get(one.code)?.version ?? 0) + 1 })),
  );
  for (const { code } of attributes) if (before.has(code)) await taxonomy.toRefresh.addWith(code);
};

/** Why products do not allow the change. */
export const useAgainst = async (
  { taxonomy }: Pick<Stores, 'taxonomy'>,
  { code, kind, choices }: Attribute,
  after: Attribute,
): Promise<Use | undefined> => {
  if (after.kind !== kind) return (await taxonomy.isUsed(code)) ? attributeInUse : undefined;
  const kept = new Set(after.choices.map((choice) => choice.code));
  if (choices.every((choice) => kept.has(choice.code))) return undefined;
  const missed = (await taxonomy.choicesUsed(code)).filter((used) => !kept.has(used));
  return missed.length > 0 ? choiceInUse(missed) : undefined;
};
