/** Requests to subgraphs, whose bodies are put together from ready parts. */
import type { FetchNode } from '@apollo/query-planner';
import type { SubgraphRequest } from '../upstream/subgraph-call.ts';
import type { Question } from './questions.ts';

type Variables = Readonly<Record<string, unknown>>;

/** The request of one fetch of the plan. */
export class PlannedRequest implements SubgraphRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly representations: readonly string[] | undefined;
  /** Where it may be joined with others. */
  readonly question: Question | undefined;
  /** Variables of the client that it needs and the client provided. */
  readonly given: Variables;
  readonly #head: string;

  constructor(fetch: PlannedFetch, given: Variables, representations: readonly string[] | undefined) {
    this.query = fetch.node.operation;
    this.operationName = fetch.node.operationName;
    this.representations = representations;
    this.question = fetch.question;
    this.given = given;
    this.#head = fetch.head;
  }

  /** Everything but the operation's name, which the planner numbers. */
  get identity(): string {
    return `${anonymous(this.query)} ${this.#variables()}`;
  }

  get body(): string {
    return `${this.#head}${this.#variables()}${nameText(this.operationName)}}`;
  }

  get variables(): Record<string, unknown> {
    return JSON.parse(this.#variables());
  }

  /** The same of other entities. */
  about(representations: readonly string[]): PlannedRequest {
    const node = { operation: this.query, operationName: this.operationName };
    return new PlannedRequest({ node, head: this.#head, question: this.question }, this.given, representations);
  }

  #variables(): string {
    const { representations, given } = this;
    return variablesText(given, representations ? [['representations', representations]] : []);
  }
}

interface PlannedFetch {
  readonly node: Pick<FetchNode, 'operation' | 'operationName'>;
  readonly head: string;
  readonly question: Question | undefined;
}

export const requestBuilder = (node: FetchNode, question: Question | undefined) => {
  const fetch = { node, head: headOf(node.operation), question };
  const names = node.variableUsages ?? [];
  return (variables: Variables, representations?: readonly string[]): PlannedRequest => {
    const given = names.filter((name) => Object.hasOwn(variables, name));
    return new PlannedRequest(
      fetch,
      given.length === 0 ? none : Object.fromEntries(given.map((name) => [name, variables[name]])),
      representations,
    );
  };
};

const none: Variables = {};

/** A query without its name. */
export const anonymous = (query: string): string => query.replace(/^(query|mutation)\s+\w+/, '$1');

/** A fetch of entities that may be joined with others. */
export type JoinableRequest = PlannedRequest & {
  readonly question: Question;
  readonly representations: readonly string[];
};

export const isJoinable = (request: SubgraphRequest): request is JoinableRequest =>
  request instanceof PlannedRequest && request.question !== undefined && request.representations !== undefined;

/** Several questions, each about entities of its own. */
export class JoinedRequest implements SubgraphRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly #head: string;
  readonly #requests: readonly JoinableRequest[];

  constructor(document: JoinedDocument, requests: readonly JoinableRequest[]) {
    this.query = document.query;
    this.operationName = document.operationName;
    this.#head = document.head;
    this.#requests = requests;
  }

  get body(): string {
    return `${this.#head}${this.#variables()}${nameText(this.operationName)}}`;
  }

  get variables(): Record<string, unknown> {
    return JSON.parse(this.#variables());
  }

  #variables(): string {
    return variablesText(
      Object.assign({}, ...this.#requests.map(({ given }) => given)),
      this.#requests.map(({ question, representations }) => [question.representations, representations]),
    );
  }
}

export interface JoinedDocument {
  readonly query: string;
  /** That of its first question. */
  readonly operationName: string | undefined;
  readonly head: string;
}

// By the first of their questions. A subgraph parses and validates each document anew: of a plan whose branches come
// together in ever other ways, only so many combinations are made, and the others are asked apart.
const documents = new WeakMap<Question, Map<string, JoinedDocument>>();
const documentsPerQuestion = 16;

/** `questions` in the order of their ids. `undefined` when too many combinations are known. */
export const joinedDocument = (questions: readonly Question[]): JoinedDocument | undefined => {
  const [first] = questions;
  if (!first) return undefined;
  const ofFirst = documents.get(first) ?? new Map<string, JoinedDocument>();
  documents.set(first, ofFirst);
  const key = questions.map(({ id }) => id).join(' ');
  const known = ofFirst.get(key);
  if (known || ofFirst.size >= documentsPerQuestion) return known;
  const definitions = new Map(questions.flatMap(({ variables }) => [...variables]));
  const variables = [
    ...questions.map(({ representations }) => `$${representations}:[_Any!]!`),
    ...definitions.values(),
  ];
  const query = [
    `query ${first.operationName ?? ''}(${variables.join(' ')}){${questions.map(({ field }) => field).join(' ')}}`,
    ...questions.map(({ fragments }) => fragments),
  ].join('');
  const document = { query, operationName: first.operationName, head: headOf(query) };
  ofFirst.set(key, document);
  return document;
};

const headOf = (query: string): string => `{"query":${JSON.stringify(query)},"variables":`;

const nameText = (name: string | undefined): string =>
  name === undefined ? '' : `,"operationName":${JSON.stringify(name)}`;

const variablesText = (given: Variables, entities: readonly (readonly [string, readonly string[]])[]): string => {
  const texts = entities.map(([name, representations]) => `"${name}":[${representations.join(',')}]`);
  const others = given === none ? '' : JSON.stringify(given).slice(1, -1);
  return `{${[...(others ? [others] : []), ...texts].join(',')}}`;
};
