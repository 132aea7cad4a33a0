import { expect, it } from 'vitest';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { unlistedLog } from './unlisted-log.ts';

const aLog = () => {
  const { log, lines } = recordedLog();
  return { tell: unlistedLog({ maxTokens: 100, log }), lines };
};

it('tells of each document once, with its text and none of its values', () => {
  const { tell, lines } = aLog();
  const text = 'mutation Login { signIn(password: "hunter2", pin: 1234, rate: 5.67) { ok } }';
  tell(text, 'kiosk');
  tell(text, 'kiosk');
  expect(lines).toEqual([expect.objectContaining({ client: 'kiosk', operation: 'Login' })]);
  expect(lines[0]?.document).toContain('signIn(password: "…", pin: 0, rate: 0)');
  expect(JSON.stringify(lines)).not.toMatch(/hunter2|1234|5\.67/);
});

it('tells of what is no GraphQL by its hash alone', () => {
  const { tell, lines } = aLog();
  tell('query { "secret', undefined);
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

it('falls silent when somebody makes documents up', () => {
  const { tell, lines } = aLog();
  for (let i = 0; i < 1_100; i++) tell(`{ a${i} }`, undefined);
  expect(lines).toHaveLength(1_001);
  expect(lines.at(-1)?.msg).toContain('only counted');
});
