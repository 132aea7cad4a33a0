import { expect, it } from 'vitest';
import { denialList } from './denial-list.ts';

const minute = 60_000;
const aList = (denials = 100) => denialList({ denials, keptMs: 15 * minute });
const token = (session: string, at: number, owner = 'usr_ada') => ({ to: [session, owner], at });

it('denies what was issued to the subject until then, and nothing else', () => {
  const list = aList();
  list.add([{ subject: 'ses_1', issuedBefore: 1_000 }]);
  expect(list.isDenied(token('ses_1', 999))).toBe(true);
  expect(list.isDenied(token('ses_1', 1_000))).toBe(true);
  expect(list.isDenied(token('ses_1', 1_001))).toBe(false);
  expect(list.isDenied(token('ses_2', 999))).toBe(false);
});

it('denies a whole account by its owner, until they sign in again', () => {
  const list = aList();
  list.add([{ subject: 'usr_ada', issuedBefore: 1_000 }]);
  expect(list.isDenied(token('ses_1', 1_000))).toBe(true);
  expect(list.isDenied(token('ses_1', 1_001))).toBe(false);
  expect(list.isDenied(token('ses_1', 1_000, 'usr_bob'))).toBe(false);
});

it('denies an API key whenever it was issued', () => {
  const list = aList();
  list.add([{ subject: 'key_1', issuedBefore: 1_000 }]);
  expect(list.isDenied({ to: ['key_1'] })).toBe(true);
  expect(list.isDenied({ to: ['key_2'] })).toBe(false);
});

it('says what is news: a later denial of the same subject is, a repeated or earlier one is not', () => {
  const list = aList();
  const denial = (issuedBefore: number) => [{ subject: 'ses_1', issuedBefore }];
  expect([list.add(denial(1_000)), list.add(denial(1_000)), list.add(denial(900)), list.add(denial(1_100))]).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect(list.isDenied(token('ses_1', 1_100))).toBe(true);
  expect(list.size()).toBe(1);
});

it('forgets a denial when what it denies has expired, and not before', () => {
  const list = aList();
  list.add([{ subject: 'ses_1', issuedBefore: 1_000 }]);
  list.forgetExpired(1_000 + 15 * minute);
  expect(list.size()).toBe(1);
  list.forgetExpired(1_001 + 15 * minute);
  expect(list.size()).toBe(0);
});

it('holds no more than it may, and forgets none: the oldest become a floor for everybody', () => {
  const list = aList(100);
  const denials = Array.from({ length: 150 }, (_, n) => ({ subject: `ses_${n}`, issuedBefore: 1_000 + n }));
  // The newest first: what counts is when, not the order of arrival.
  list.add(denials.toReversed());
  expect(list.size()).toBe(90);
  expect(list.floor()).toBe(1_059);
  for (const { subject, issuedBefore } of denials) expect(list.isDenied(token(subject, issuedBefore))).toBe(true);
  expect(list.isDenied(token('ses_other', 1_059))).toBe(true);
  expect(list.isDenied(token('ses_other', 1_060))).toBe(false);
});

it('a floor replaces what lies below it, but no API key, and expires with the tokens it denies', () => {
  const list = aList();
  list.add([
    { subject: 'ses_1', issuedBefore: 900 },
    { subject: 'key_1', issuedBefore: 900 },
  ]);
  expect([list.raiseFloor(1_000), list.raiseFloor(950)]).toEqual([true, false]);
  expect(list.size()).toBe(1);
  expect(list.isDenied({ to: ['key_1'] })).toBe(true);
  expect(list.isDenied({ to: ['key_2'] })).toBe(false);
  expect(list.add([{ subject: 'ses_2', issuedBefore: 1_000 }])).toBe(false);
  list.forgetExpired(1_001 + 15 * minute);
  expect(list.floor()).toBeUndefined();
  expect(list.isDenied(token('ses_1', 900))).toBe(false);
});

it('the floor takes all of one moment: many denials of the same time are one', () => {
  const list = aList(100);
  list.add(Array.from({ length: 101 }, (_, n) => ({ subject: `ses_${n}`, issuedBefore: 1_000 })));
  expect([list.size(), list.floor()]).toEqual([0, 1_000]);
  expect(list.isDenied(token('ses_7', 1_000))).toBe(true);
});
