import { expect, test } from 'vitest';
import { type PresentedToken, refreshOutcome } from './refresh.ts';

const now = new Date('2026-11-26T12:00:00Z');
const at = (ms: number) => new Date(now.getTime() + ms);

const presented = ({
  session,
  token,
  successor,
}: {
  session?: Partial<PresentedToken['session']>;
  token?: Partial<PresentedToken['token']>;
  successor?: Partial<PresentedToken['token']>;
} = {}): PresentedToken => ({
  session: { expiresAt: at(1), endedAt: null, refreshes: 0, ...session },
  token: { expiresAt: at(1), usedAt: null, ...token },
  successor: successor && { expiresAt: at(1), usedAt: null, ...successor },
  now,
});

const justUsed = { token: { usedAt: at(-10_000) } };

test.each([
  ['an unused one', presented(), 'ROTATE'],
  ['one that expires now', presented({ token: { expiresAt: now } }), 'INVALID'],
  ['one of a session that expires now', presented({ session: { expiresAt: now } }), 'INVALID'],
  ['one of an ended session', presented({ session: { endedAt: at(-1) } }), 'INVALID'],
  ['a used one of an ended session', presented({ ...justUsed, session: { endedAt: at(-1) } }), 'INVALID'],
  ['the last one that a session may have', presented({ session: { refreshes: 49_999 } }), 'ROTATE'],
  ['one more', presented({ session: { refreshes: 50_000 } }), 'INVALID'],
  ['one used 10 s ago, with an unused successor', presented({ ...justUsed, successor: {} }), 'REPEAT'],
  ['the same a millisecond later', presented({ token: { usedAt: at(-10_001) }, successor: {} }), 'REUSED'],
  ['one used just now, with a used successor', presented({ ...justUsed, successor: { usedAt: now } }), 'REUSED'],
  ['one used just now, with an unknown successor', presented(justUsed), 'REUSED'],
  [
    'one used "later", since the clock was set back',
    presented({ token: { usedAt: at(5_000) }, successor: {} }),
    'REPEAT',
  ],
  // It tells of a theft as long as it is known at all.
  ['an expired one that was used', presented({ token: { usedAt: at(-60_000), expiresAt: at(-1) } }), 'REUSED'],
])('%s', (_, token, outcome) => {
  expect(refreshOutcome(token)).toBe(outcome);
});
