import { expect, test } from 'vitest';
import { crashPoints } from './crash-points.ts';

test('each call may be cut short before it is made, before its answer is recorded, and before what follows', () => {
  const calls = ['AUTHORIZE', 'CONFIRM', 'CAPTURE', 'VOID', 'REFUND'];
  expect(crashPoints).toEqual(calls.flatMap((call) => [`${call}: opened`, `${call}: answered`, `${call}: recorded`]));
});
