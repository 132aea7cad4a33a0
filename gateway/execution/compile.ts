/** Compiles an operation: its plan to fetches, its selection to writers of the response. */
import type { QueryPlan } from '@apollo/query-planner';
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { fragmentsOf } from '#platform/graphql/fragments.ts';
import { collectFields } from './collect-fields.ts';
import type { Run } from './fetch.ts';
import { compileIntrospection } from './introspection.ts';
import { type CompiledPlan, compilePlan } from './plan.ts';
import type { Types } from './types.ts';
import { compileWriter, type Fault, type Writing } from './write.ts';

type Variables = Readonly<Record<string, unknown>>;

export interface CompiledOperation {
  readonly plan: QueryPlan;
  /** The client's key for one of the plan. */
  readonly clientKey: (key: string) => string;
  /** Coerced; throws nothing. */
  readonly coerce: (variables: Variables) => { coerced: Variables } | { errors: readonly GraphQLError[] };
  readonly fetchAll: (run: Run, coerced: Variables) => Promise<void>;
  readonly write: (run: Run, coerced: Variables) => Written;
}

export interface Written {
  readonly text: string;
  readonly faults: readonly Fault[];
}

interface CompileOptions {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly plan: QueryPlan;
  readonly types: Types;
  /** The client's key for one of the document, which may have been changed for the plan. */
  readonly clientKey: (key: string) => string;
  /** Fields that the viewer may not read: the plan is without them, and the response has nulls and errors. */
  readonly withheld?: ReadonlySet<FieldNode> | undefined;
}

export const compileOperation = (options: CompileOptions): CompiledOperation => {
  const { schema, document, operation, plan, types } = options;
  const definitions = operation.variableDefinitions ?? [];
  const compiled = compilePlan(plan, types);
  const conditions = conditionsIn(document);
  const variants = new Map<string, WriteVariant>();
  const writerFor = (coerced: Variables): WriteVariant => {
    const key = conditions.map((name) => (coerced[name] === true ? '1' : '0')).join('');
    let known = variants.get(key);
    if (!known) {
      if (variants.size >= variantsRemembered) variants.clear();
      known = compileVariant(options, compiled, coerced);
      variants.set(key, known);
    }
    return known;
  };
  return {
    plan,
    clientKey: options.clientKey,
    coerce: (variables) => {
      if (definitions.length === 0) return { coerced: {} };
      const { coerced, errors } = getVariableValues(schema, definitions, variables);
      return errors ? { errors } : { coerced };
    },
    fetchAll: async (run, coerced) => {
      // With conditions a plan may be empty because the planner has found that they exclude each other.
      if (!plan.node && conditions.length === 0 && writerFor(coerced).selectsFields)
        throw new Error('no subgraph has what the operation selects');
      await compiled.execute(run, (variable) => coerced[variable] === true);
    },
    write: (run, coerced) => writerFor(coerced).write(run),
  };
};

// An operation with six independent conditions has them all; further ones are compiled again.
const variantsRemembered = 64;

/** The writer for one choice of conditions. */
interface WriteVariant {
  readonly write: (run: Run) => Written;
  /** Whether there is anything that only a subgraph has. */
  readonly selectsFields: boolean;
}

const nothing: ReadonlySet<FieldNode> = new Set();

const compileVariant = (
  { schema, document, operation, clientKey, withheld = nothing }: CompileOptions,
  { placeAt }: CompiledPlan,
  coerced: Variables,
): WriteVariant => {
  const type = schema.getRootType(operation.operation);
  if (!type) throw new Error(`the schema has no ${operation.operation}`);
  const { selectionSet } = operation;
  const conditions = new Set(conditionsIn(document).filter((name) => coerced[name] === true));
  const fragments = fragmentsOf(document);
  const selection = {
    schema,
    fragments,
    isOn: (variable: string) => conditions.has(variable),
    placeAt,
    clientKey,
    withheld,
  };
  const write = compileWriter(selection, type, selectionSet);
  const nodes = [...collectFields(selection, [selectionSet], type).values()].flat();
  const introspected = nodes.filter(({ name }) => name.value === '__schema' || name.value === '__type');
  const introspect = compileIntrospection(schema, introspected, operation, fragments);
  const writeAll = ({ root, shared, absent, variables }: Run): Written => {
    const writing: Writing = {
      shared,
      absent,
      texts: [],
      isFaulty: false,
      faults: [],
      path: undefined,
      introspected: introspect(variables),
    };
    const text = write(root, writing);
    if (!writing.isFaulty) return { text, faults: [] };
    const again: Writing = { ...writing, path: [], faults: [] };
    write(root, again);
    return { text, faults: again.faults };
  };
  return {
    write: writeAll,
    selectsFields: nodes.some((node) => !node.name.value.startsWith('__') && !withheld.has(node)),
  };
};

/** Names of the variables of `@skip` and `@include`. */
const conditionsIn = (document: DocumentNode): readonly string[] => {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ name, arguments: [condition] = [] }: DirectiveNode) => {
      if ((name.value === 'skip' || name.value === 'include') && condition?.value.kind === Kind.VARIABLE)
        names.add(condition.value.name.value);
    },
  });
  return [...names].toSorted();
};
