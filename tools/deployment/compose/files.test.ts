import { describe, expect, it } from 'vitest';
import { parseCompose } from './files.ts';

const common = `services:
  base:
    image: agora
    read_only: true
    cap_drop: [ALL]
    networks: [one]
    environment: {A: a, B: b}
  middle:
    extends: base
    environment: {B: other, C: }
`;
const parsed = (own: string) => parseCompose({ 'docker-compose.yml': own, 'deploy/compose/services.yml': common });

describe('a service that extends another', () => {
  const { services, variables } = parsed(`services:
  it:
    extends: {file: deploy/compose/services.yml, service: middle}
    cap_drop: [CHOWN]
    networks: [two]
    command: node x.ts --port 1
    environment: &more {D: "$\{D:-d}"}
  other:
    extends: {file: deploy/compose/services.yml, service: base}
    environment: {<<: *more, E: 5}
`);

  it('has the variables of both, its own before the others', () => {
    expect(services.it?.environment).toEqual({ A: 'a', B: 'other', C: null, D: 'd' });
    expect(services.other?.environment).toEqual({ A: 'a', B: 'b', D: 'd', E: 5 });
  });

  it('adds to what is a list of permissions, and replaces all else', () => {
    expect(services.it).toMatchObject({
      image: 'agora',
      read_only: true,
      cap_drop: ['ALL', 'CHOWN'],
      networks: ['two'],
    });
    expect(services.it?.command).toEqual(['node', 'x.ts', '--port', '1']);
  });

  it('takes from .env what is put in, and what has no value', () => {
    expect(variables).toEqual(
      expect.arrayContaining([
        { name: 'D', fallback: 'd' },
        { name: 'C', fallback: undefined },
      ]),
    );
    expect(new Set(variables.map(({ name }) => name))).toEqual(new Set(['C', 'D']));
  });
});

it.each([
  ['no service at all', 'services: {}', 'has no service'],
  ['no such service to extend', 'services: {it: {extends: {file: x, service: none}}}', 'no service none'],
  ['variables as a list, which cannot be merged', 'services: {it: {environment: [A=a]}}', 'environment'],
  ['half a file', 'services: {it: [', 'docker-compose.yml: '],
])('is refused: %s', (_, own, told) => {
  expect(() => parsed(own)).toThrow(told);
});
