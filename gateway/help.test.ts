import { expect, it } from 'vitest';
import { gatewayVariables } from './config.ts';
import { help, reasonsIn } from './help.ts';

it('lists every variable with its type, default and reason', () => {
  const text = help();
  expect(text).toContain('  AUTHENTICATION  (on|off) = on\n      off: every client is a guest');
  expect(text).toMatch(/ {2}VIEWER_SIGNING_KEY {2}\(string\)\n {6}\S/);
  const without = Object.keys(gatewayVariables.shape).filter(
    (name) => !new RegExp(`\\n {2}${name} .*(\\n {2}\\S.*)*\\n {6}\\S`).test(text),
  );
  expect(without).toEqual([]);
});

it('a comment belongs to the variables below it, up to the next comment or empty line', () => {
  const reasons = reasonsIn([
    [
      '  // Both',
      '  // of them.',
      '  A_ONE: x',
      '    .default(1),',
      '  A_TWO: y,',
      '  // Another.',
      '  B_ONE: z,',
      '',
      '  C_ONE: z,',
      '  /** In one line. */',
      '  D_ONE: z,',
      '  /**',
      '   * In two',
      '   * lines.',
      '   */',
      '  D_TWO: z,',
    ].join('\n'),
  ]);
  expect(Object.fromEntries(reasons)).toEqual({
    A_ONE: ['Both', 'of them.'],
    A_TWO: ['Both', 'of them.'],
    B_ONE: ['Another.'],
    D_ONE: ['In one line.'],
    D_TWO: ['In two', 'lines.'],
  });
});
