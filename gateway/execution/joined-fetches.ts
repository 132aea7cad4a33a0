/**
 * Sends what one operation asks one subgraph for at the same time as one request. Nothing waits for anything: what has
 * become ready in one turn of the event loop is joined, be it of one branch of the plan or of several.
 */
import type { SubgraphAnswer, SubgraphRequest } from '../upstream/subgraph-call.ts';
import { copyOf } from './merge.ts';
import type { Question } from './questions.ts';
import { isJoinable, type JoinableRequest, JoinedRequest, joinedDocument } from './requests.ts';

export type Ask = (request: SubgraphRequest, generations?: string) => Promise<SubgraphAnswer>;

interface Waiting {
  readonly request: JoinableRequest;
  readonly resolve: (answer: SubgraphAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** One per operation and subgraph. */
export const joining = (ask: Ask): Ask => {
  // By the generations of cached entities: what may be shared differs with them.
  const turns = new Map<string, Waiting[]>();
  return (request, generations) => {
    if (!isJoinable(request)) return ask(request, generations);
    const key = generations ?? '';
    return new Promise((resolve, reject) => {
      const waiting = { request, resolve, reject };
      const turn = turns.get(key);
      if (turn) {
        turn.push(waiting);
        return;
      }
      const fresh = [waiting];
      turns.set(key, fresh);
      setImmediate(() => {
        turns.delete(key);
        askTogether(fresh, (asked) => ask(asked, generations)).catch((error) => {
          for (const each of fresh) each.reject(error);
        });
      });
    });
  };
};

const askTogether = async (
  turn: readonly Waiting[],
  ask: (request: SubgraphRequest) => Promise<SubgraphAnswer>,
): Promise<void> => {
  const asked = [...Map.groupBy(turn, ({ request }) => request.question).values()]
    .map(unionOf)
    .toSorted((a, b) => a.question.id - b.question.id);
  const askApart = async (one: Asked) => giveEach(one, await ask(one.request));
  const document = asked.length > 1 ? joinedDocument(asked.map(({ question }) => question)) : undefined;
  if (!document) return void (await Promise.all(asked.map(askApart)));
  const requests = asked.map(({ request }) => request);
  const answer = await ask(new JoinedRequest(document, requests));
  const isFailed = ({ question }: Asked) => answer.errors?.some(({ path }) => path?.[0] === question.alias) ?? false;
  // A subgraph makes its whole answer null for the sake of one question, or refuses all for their size.
  const isRepeated = !answer.data && (asked.some(isFailed) || !isOutage(answer));
  await Promise.all(
    asked.map((one, index) =>
      isRepeated && !isFailed(one) ? askApart(one) : giveEach(one, answerTo(one.question, answer, index > 0)),
    ),
  );
};

/** No answer came. Asking once more would only ask more of a subgraph that is in trouble. */
const isOutage = ({ errors, bytes }: SubgraphAnswer): boolean =>
  bytes === undefined && errors?.[0]?.extensions?.code !== 'SUBGRAPH_BAD_RESPONSE';

/** What a question of a joined answer would have been answered alone. */
const answerTo = ({ alias }: Question, answer: SubgraphAnswer, isFurther: boolean): SubgraphAnswer => {
  const { data, errors, headers, ...others } = answer;
  const own = errors
    ?.filter(({ path }) => path?.[0] === alias || !isAlias(path?.[0]))
    .map((error) => (error.path?.[0] === alias ? { ...error, path: ['_entities', ...error.path.slice(1)] } : error));
  return {
    ...others,
    ...(data !== undefined && { data: data && (Object.hasOwn(data, alias) ? { _entities: data[alias] } : {}) }),
    ...(own && { errors: own }),
    // Headers for the client are returned once, and what comes with them is this client's alone.
    ...(headers && (isFurther ? { cacheControl: undefined } : { headers })),
  };
};

const isAlias = (step: unknown): boolean => typeof step === 'string' && /^_entities_\d+$/.test(step);

/** One question, of one or more fetches. */
interface Asked {
  readonly question: Question;
  readonly request: JoinableRequest;
  readonly parts: readonly Part[];
}

interface Part {
  readonly waiting: Waiting;
  /** Of its entities, in the request; absent where it is the only part. */
  readonly places?: readonly number[];
}

/** Fetches that ask the same about different entities ask it about all of them, each once. */
const unionOf = ([first, ...others]: readonly Waiting[]): Asked => {
  if (!first) throw new Error('a question that nobody has');
  const { request } = first;
  const { question } = request;
  if (others.length === 0) return { question, request, parts: [{ waiting: first }] };
  const places = new Map<string, number>();
  const placeOf = (representation: string): number => {
    const place = places.get(representation) ?? places.size;
    places.set(representation, place);
    return place;
  };
  const parts = [first, ...others].map((waiting) => ({
    waiting,
    places: waiting.request.representations.map(placeOf),
  }));
  return { question, request: request.about([...places.keys()]) as JoinableRequest, parts };
};

const giveEach = ({ request, parts }: Asked, answer: SubgraphAnswer): void => {
  for (const [index, { waiting, places }] of parts.entries())
    waiting.resolve(places ? partOf(answer, request.representations.length, places, index > 0) : answer);
};

/** What is about the entities at these places. */
const partOf = (
  { data, errors, headers, ...others }: SubgraphAnswer,
  count: number,
  places: readonly number[],
  isFurther: boolean,
): SubgraphAnswer => {
  const entities = data?._entities;
  const isWhole = Array.isArray(entities) && entities.length === count;
  return {
    ...others,
    // Callers change what they get. Where entities are missing, nobody can tell whose the others are.
    ...(data !== undefined && {
      data: isWhole ? { _entities: places.map((place) => copyOf(entities[place])) } : data && {},
    }),
    ...(errors && { errors: errors.flatMap((error) => errorsAt(error, count, places)) }),
    ...(headers && (isFurther ? { cacheControl: undefined } : { headers })),
  };
};

type SubgraphError = NonNullable<SubgraphAnswer['errors']>[number];

const errorsAt = (error: SubgraphError, count: number, places: readonly number[]): readonly SubgraphError[] => {
  const [root, place, ...rest] = error.path ?? [];
  // Of all entities, or of what was not asked about.
  if (root !== '_entities' || typeof place !== 'number' || place >= count) return [error];
  const index = places.indexOf(place);
  return index < 0 ? [] : [{ ...error, path: [root, index, ...rest] }];
};
