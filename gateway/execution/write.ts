/**
 * Writes the response: compiled from operation and API schema to functions from fetched data to JSON text. They do what
 * the specification calls CompleteValue: what the operation selects, in its order, nulls where they may be.
 *
 * An object that several positions share (merge.ts) is written once and its text used for all of them.
 */
import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { unauthorized } from '../access/access-guard.ts';
import { collectFields, type Document } from './collect-fields.ts';
import { leafWriter, type WriteLeaf } from './leaves.ts';

export type Path = readonly (string | number)[];

/** A value that the schema does not allow, which became null. */
export interface Fault {
  readonly message: string;
  readonly path: Path;
  /** Of the error. */
  readonly code: string;
  /** The value was null, where the schema allows none. */
  readonly isNull: boolean;
}

/** One response being written. */
export interface Writing {
  /** Whether objects at a place of the plan are shared between positions, by `Place`. */
  readonly shared: readonly boolean[];
  /** Objects that stand for entities which do not exist: null where they lack something, and no fault. */
  readonly absent: ReadonlySet<object>;
  /** Texts of shared objects, by writer. */
  readonly texts: (Map<object, string | undefined> | undefined)[];
  /** Something was invalid. Faults need paths, which a first run does not track: it is written again. */
  isFaulty: boolean;
  /** The position, in the second run. */
  readonly path: (string | number)[] | undefined;
  readonly faults: Fault[];
  /** What root fields of introspection have. */
  readonly introspected: ReadonlyMap<string, string>;
}

/** A text, `none` for null, or `undefined` for a fault that was reported: null as well. */
type Write = (value: unknown, writing: Writing) => string | undefined;
const none = '';

/** `none` for an entity that does not exist. */
type WriteFields = (object: Record<string, unknown>, writing: Writing) => string | undefined;

interface WriterOptions extends Document {
  /** The plan's place at a response path (`@` for each list), where objects may be shared. */
  readonly placeAt: (path: Path) => number | undefined;
  /** The client's key for one of the data. */
  readonly clientKey: (key: string) => string;
  /** Whatever the data have, these are null, with an error. */
  readonly withheld: ReadonlySet<FieldNode>;
}

export const compileWriter = (options: WriterOptions, root: GraphQLCompositeType, selection: SelectionSetNode) => {
  const write = new WriterCompiler(options).fields([selection], root, []);
  return (data: Record<string, unknown>, writing: Writing): string => write(data, writing) ?? 'null';
};

interface Field {
  readonly key: string;
  /** In the response. */
  readonly shown: string;
  /** What comes before its value. */
  readonly prefix: string;
  readonly isNonNull: boolean;
  readonly write: Write;
  /** Objects have a property of that name without having been given one. */
  readonly isInherited: boolean;
  readonly message: string;
}

class WriterCompiler {
  readonly #options: WriterOptions;
  #texts = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  fields(selections: readonly SelectionSetNode[], type: GraphQLCompositeType, path: Path): WriteFields {
    const fields = [...collectFields(this.#options, selections, type)].map(([key, nodes], index) =>
      this.#field(key, nodes, type, path, index),
    );
    if (fields.length === 0) return () => '{}';
    return (object, writing) => {
      let text = '';
      for (const field of fields) {
        const { key, shown } = field;
        const value = field.isInherited && !Object.hasOwn(object, key) ? null : object[key];
        if (writing.path) writing.path.push(shown);
        const written = field.write(value, writing);
        const isAbsent = written === none && field.isNonNull && writing.absent.has(object);
        if (written === none && field.isNonNull && !isAbsent) report(writing, field.message, { isNull: true });
        if (writing.path) writing.path.pop();
        if (written) text += field.prefix + written;
        else if (field.isNonNull) return isAbsent ? none : undefined;
        else text += `${field.prefix}null`;
      }
      return `${text}}`;
    };
  }

  #field(key: string, nodes: readonly FieldNode[], parent: GraphQLCompositeType, path: Path, index: number): Field {
    const name = nodes[0]?.name.value ?? key;
    const shown = this.#options.clientKey(key);
    const field = {
      key,
      shown,
      prefix: `${index === 0 ? '{' : ','}"${shown}":`,
      isInherited: key in Object.prototype,
      message: `Cannot return null for non-nullable field ${parent.name}.${shown}.`,
    };
    if (name === '__typename') return { ...field, isNonNull: true, write: this.#typename(parent, key) };
    const introspects = name === '__schema' || name === '__type';
    if (introspects)
      return {
        ...field,
        isNonNull: name === '__schema',
        write: (_, { introspected }) => introspected.get(key) ?? none,
      };
    const type = 'getFields' in parent ? parent.getFields()[name]?.type : undefined;
    if (!type) throw new Error(`${parent.name}.${name} was validated and is not in the schema`);
    const isNonNull = isNonNullType(type);
    const what = `field ${parent.name}.${shown}`;
    if (nodes.some((node) => this.#options.withheld.has(node))) return { ...field, isNonNull, write: withhold };
    return { ...field, isNonNull, write: this.#value(isNonNull ? type.ofType : type, nodes, [...path, key], what) };
  }

  #typename(parent: GraphQLCompositeType, key: string): Write {
    if (isObjectType(parent)) {
      const text = `"${parent.name}"`;
      return () => text;
    }
    return (_, writing) => report(writing, `Invalid __typename found for field ${parent.name}.${key}.`);
  }

  /** Of a nullable type. `what` names the value in messages. */
  #value(type: GraphQLOutputType, nodes: readonly FieldNode[], path: Path, what: string): Write {
    if (isListType(type)) return this.#list(type.ofType, nodes, [...path, '@']);
    if (isLeafType(type)) return leaf(leafWriter(type), `Invalid value found for ${what}.`);
    if (!isCompositeType(type)) throw new Error(`${what} has no output type`);
    const write = this.#composite(type, nodes, path, what);
    const place = this.#options.placeAt(path);
    return place === undefined ? write : once(write, place, this.#texts++);
  }

  #list(type: GraphQLOutputType, nodes: readonly FieldNode[], path: Path): Write {
    const isNonNull = isNonNullType(type);
    const item = isNonNull ? type.ofType : type;
    const write = this.#value(item, nodes, path, `array element of type ${item}`);
    return (value, writing) => {
      if (value === null || value === undefined) return none;
      if (!Array.isArray(value)) return report(writing, `Invalid non-list value found for a list of ${item}.`);
      let text = '[';
      let isLost = false;
      for (let index = 0; index < value.length; index++) {
        if (writing.path) writing.path.push(index);
        const written = write(value[index], writing);
        if (!written && isNonNull) {
          isLost = true;
          if (written === none)
            report(writing, `Cannot return null for non-nullable array element of type ${item} at index ${index}.`, {
              isNull: true,
            });
        }
        if (writing.path) writing.path.pop();
        text += index === 0 ? written || 'null' : `,${written || 'null'}`;
      }
      return isLost ? undefined : `${text}]`;
    };
  }

  #composite(type: GraphQLCompositeType, nodes: readonly FieldNode[], path: Path, what: string): Write {
    const selections = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const writers = new Map<unknown, WriteFields | undefined>();
    const writerOf = (typename: unknown): WriteFields | undefined => {
      const actual = this.#actualType(type, typename);
      const write = actual && this.fields(selections, actual, path);
      // Unknown names are a subgraph's invention: not worth remembering.
      if (write) writers.set(typename, write);
      return write;
    };
    return (value, writing) => {
      if (value === null || value === undefined) return none;
      if (typeof value !== 'object' || Array.isArray(value))
        return report(writing, `Invalid non-object value found for ${what}.`);
      const object = value as Record<string, unknown>;
      const { __typename: typename } = object;
      const write = writers.get(typename) ?? writerOf(typename);
      return write ? write(object, writing) : report(writing, `Invalid __typename found for object at ${what}.`);
    };
  }

  /** The declared type when the object does not say which it is. */
  #actualType(declared: GraphQLCompositeType, typename: unknown): GraphQLCompositeType | undefined {
    if (typename === declared.name || typename === undefined || typename === null) return declared;
    const { schema } = this.#options;
    const type = typeof typename === 'string' ? schema.getType(typename) : undefined;
    if (!isCompositeType(type) || !isAbstractType(declared) || !('getInterfaces' in type)) return undefined;
    return schema.isSubType(declared, type) ? type : undefined;
  }
}

const withhold: Write = (_, writing) => report(writing, unauthorized.message, { code: unauthorized.code });

const leaf =
  (write: WriteLeaf, message: string): Write =>
  (value, writing) => {
    if (value === null || value === undefined) return none;
    return write(value) ?? report(writing, message);
  };

const once =
  (write: Write, place: number, texts: number): Write =>
  (value, writing) => {
    if (!writing.shared[place] || writing.path || typeof value !== 'object' || value === null)
      return write(value, writing);
    writing.texts[texts] ??= new Map();
    const known = writing.texts[texts];
    if (known.has(value)) return known.get(value);
    const written = flat(write(value, writing));
    known.set(value, written);
    return written;
  };

/**
 * A text that is put together from parts stays a tree of them until it is read, and would be walked again at each of its
 * positions. `Number` reads it.
 */
const flat = (text: string | undefined): string | undefined => {
  Number(text);
  return text;
};

// More faults than a client reads; each costs an error object.
const faultsListed = 500;

const report = (
  writing: Writing,
  message: string,
  { code = 'SUBGRAPH_BAD_RESPONSE', isNull = false }: Partial<Fault> = {},
): undefined => {
  writing.isFaulty = true;
  const { path, faults } = writing;
  if (path && faults.length < faultsListed) faults.push({ message, path: [...path], code, isNull });
};
