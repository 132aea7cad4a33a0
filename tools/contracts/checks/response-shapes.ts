/** What a client really gets: the types and the nulls of each response, as they were when last agreed on. */
import { breach, type Check, type Finding } from '../check.ts';
import { type Run, runsOf } from '../rules/runs.ts';
import { differences, type Shape, shapeOf } from '../rules/shape.ts';
import type { World } from '../world.ts';
import { nameOf } from './operations.ts';

export const responseShapesFile = 'response-shapes.json';

export const responseShapes: Check = {
  name: 'response-shapes',
  title: 'Every published operation runs on the seed, without an error, and answers in the shape it always had.',
  needs: 'system',
  run: async (world) => judge(await runsOf(world), agreedShapes(world)),
  accept: async (world) => {
    const before = agreedShapes(world);
    const after = shapesOf(await runsOf(world));
    world.baseline.write(responseShapesFile, `${JSON.stringify(after, null, 2)}\n`);
    return Object.entries(after).flatMap(([name, shape]) =>
      before[name] === undefined
        ? [`${name} is new`]
        : differences(before[name], shape).map((what) => `${name}: ${what}`),
    );
  },
};

const acceptIt = 'If clients are ready for it: npm run contracts:accept -- response-shapes';

const agreedShapes = ({ baseline }: World): Record<string, Shape> =>
  JSON.parse(baseline.read(responseShapesFile) ?? '{}') as Record<string, Shape>;

const shapesOf = (runs: readonly Run[]): Record<string, Shape> =>
  Object.fromEntries(runs.map(({ operation, reply }) => [nameOf(operation), shapeOf(reply.body.data)]));

export const judge = (runs: readonly Run[], agreed: Readonly<Record<string, Shape>>): Finding[] =>
  runs.flatMap(({ operation, reply }) => {
    const name = nameOf(operation);
    const errors = (reply.body.errors ?? []).map(({ message }) =>
      breach(name, `does not run on the seed (${reply.status}): ${message}`, 'Send it to a running shop and look.'),
    );
    if (agreed[name] === undefined) return [...errors, breach(name, 'has no agreed shape.', acceptIt)];
    const changed = differences(agreed[name], shapeOf(reply.body.data));
    return [...errors, ...changed.map((what) => breach(name, `answers in another shape: ${what}.`, acceptIt))];
  });
