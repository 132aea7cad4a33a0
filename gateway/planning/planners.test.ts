import { type DocumentNode, type GraphQLError, parse } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import { sdls, supergraphOf } from '#kit/gateway/gateway.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { type Planners, planners } from './planners.ts';
import { planningBounds } from './variables.ts';

const running: Planners[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
});

const odd = new URL('./odd-thread.fixture.ts', import.meta.url);

const start = (bounds: Partial<typeof planningBounds> = {}, code: URL | undefined = odd) => {
  const refused: string[] = [];
  const { log, lines } = recordedLog();
  const all = planners({
    metrics: { refused: (reason) => refused.push(reason) },
    log,
    // A thread may take its time to start on a machine that is busy.
    bounds: { ...planningBounds, waitMs: 60_000, startMs: 60_000, ...bounds },
    ...(code && { code }),
  });
  running.push(all);
  return { ...all, refused, lines };
};

const document: DocumentNode = parse('{ a }');
const codeOf = (error: GraphQLError) => error.extensions?.code;
const failure = (work: Promise<unknown>) => work.then(() => 'planned', codeOf);

describe('the thread', () => {
  it('plans as @apollo/query-planner does, and says what that refuses', async () => {
    const { plan } = start({}, new URL('./planner-thread.ts', import.meta.url)).of(supergraphOf(sdls));
    const query = parse('query One { whoAmI } query Two($id: ID!) { product(id: $id) { title likes } }');
    const made = await plan(query, 'Two');
    expect(JSON.stringify(made)).toMatch(/"kind":"Sequence".*"serviceName".*"serviceName"/);
    expect(await plan(query, 'One')).not.toEqual(made);
    await expect(plan(query, 'Three')).rejects.toThrow('Unknown operation named "Three"');
  });

  it('survives what is no supergraph', async () => {
    const { of, refused } = start({}, new URL('./planner-thread.ts', import.meta.url));
    await expect(of('no supergraph').plan(document, undefined)).rejects.toThrow('Syntax Error');
    expect(await failure(of(supergraphOf(sdls)).plan(parse('{ whoAmI }'), undefined))).toBe('planned');
    expect(refused).toEqual([]);
  });

  it.each([
    ['takes too long', 'Hang', 'timed_out'],
    ['ends', 'End', 'crashed'],
    ['runs out of memory', 'Hoard', 'crashed'],
  ])(
    'that %s is replaced: its document is refused, now and when it comes again; others are planned',
    async (_, name, why) => {
      const { of, refused, lines } = start({ planMs: name === 'Hang' ? 100 : 60_000, heapMiB: 32 });
      const { plan } = of('sdl');
      const outcomes = [plan(document, name), plan(document, 'Next'), plan(document, name)].map(failure);
      expect(await Promise.all(outcomes)).toEqual(['PLANNING_FAILED', 'planned', 'PLANNING_FAILED']);
      expect(refused).toEqual([why, 'known']);
      expect(lines.filter(({ level }) => level === 50)).toMatchObject([{ failure: why }]);
    },
  );

  it('leaves the event loop to others', async () => {
    const { plan } = start({ planMs: 300 }).of('sdl');
    const planned = failure(plan(document, 'Hang'));
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await planned;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });
});

describe('documents that wait', () => {
  it('are so many, and one more is refused as overload', async () => {
    const { of, refused } = start({ waiting: 2 });
    const { plan } = of('sdl');
    const all = ['A', 'B', 'C', 'D'].map((name) => plan(document, name));
    expect(await Promise.all(all.map(failure))).toEqual(['planned', 'planned', 'planned', 'OVERLOADED']);
    expect(refused).toEqual(['overloaded']);
    expect(await failure(plan(document, 'E'))).toBe('planned');
  });

  it('have a status and a time to wait when they are refused', async () => {
    const { plan } = start({ waiting: 0 }).of('sdl');
    const refusal = await plan(document, 'A').catch((error: GraphQLError) => error.extensions.http);
    expect(refusal).toMatchObject({ status: 503 });
    expect((refusal as unknown as { headers: Map<string, string> }).headers.get('retry-after')).toBe('1');
  });

  it('are refused when their turn comes too late', async () => {
    const { plan } = start({ planMs: 100, waitMs: 50 }).of('sdl');
    const all = [plan(document, 'Hang'), plan(document, 'Late'), plan(document, 'Ahead', true)];
    expect(await Promise.all(all.map(failure))).toEqual(['PLANNING_FAILED', 'OVERLOADED', 'planned']);
  });

  it('come before those that nobody waits for', async () => {
    const { plan } = start().of('sdl');
    const order: string[] = [];
    const asked = (name: string, isAhead: boolean) => plan(document, name, isAhead).then(() => order.push(name));
    await Promise.all([asked('First', false), asked('Ahead', true), asked('Second', false)]);
    expect(order).toEqual(['First', 'Second', 'Ahead']);
  });

  it('are refused when the process ends, and so is what comes then', async () => {
    const { of, close } = start({ planMs: 60_000 });
    const { plan } = of('sdl');
    const all = [plan(document, 'Hang'), plan(document, 'B')].map(failure);
    await close();
    expect(await Promise.all([...all, failure(plan(document, 'C'))])).toEqual(Array(3).fill('OVERLOADED'));
  });
});

it('a supergraph that is released is forgotten once nobody waits, and planned for once more if a request comes late', async () => {
  const { of } = start();
  const [former, next, same] = [of('former'), of('next'), of('next')];
  same.release();
  await former.plan(document, 'A');
  const last = former.plan(document, 'B');
  former.release();
  expect(await last).toMatchObject({ supergraph: 'former', held: 2 });
  expect(await next.plan(document, 'C')).toMatchObject({ supergraph: 'next', held: 1 });
  expect(await former.plan(document, 'D')).toMatchObject({ supergraph: 'former', held: 2 });
  expect(await next.plan(document, 'E')).toMatchObject({ held: 1 });
});
