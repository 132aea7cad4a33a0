import { describe, expect, it } from 'vitest';
import { interpolated } from './interpolation.ts';

// Biome takes a dollar sign with a bracket in a plain string for a mistake: here it is written as @.
const real = (text: string): string => text.replaceAll('@', '$');

describe('a text of docker-compose.yml', () => {
  it.each<[string, string, Record<string, string | undefined>[]]>([
    ['node launcher/seed.ts', 'node launcher/seed.ts', []],
    ['@{IMAGE:-agora}', 'agora', [{ IMAGE: 'agora' }]],
    ['@{IMAGE-agora}:1', 'agora:1', [{ IMAGE: 'agora' }]],
    ['a @IMAGE b', 'a  b', [{ IMAGE: undefined }]],
    ['@{IMAGE} @{IMAGE:?is needed}', ' ', [{ IMAGE: undefined }, { IMAGE: undefined }]],
    ['@{ADDRESS:-127.0.0.1}:@{PORTS:-1-9}:4000', '127.0.0.1:1-9:4000', [{ ADDRESS: '127.0.0.1' }, { PORTS: '1-9' }]],
    ['@{PROXIES:-@{SUBNET:-10.0.0.0/28}}', '10.0.0.0/28', [{ PROXIES: '10.0.0.0/28' }, { SUBNET: '10.0.0.0/28' }]],
    ['"@@(cat FILE)"', '"@(cat FILE)"', []],
    ['@{EMPTY:-}', '', [{ EMPTY: '' }]],
  ])('%s is %j when nothing is set', (text, expected, variables) => {
    expect(interpolated(real(text))).toEqual({
      text: real(expected),
      variables: variables.flatMap(Object.entries).map(([name, fallback]) => ({ name, fallback })),
    });
  });

  it.each(['@{', '@{A', '@{-a}', '@{A b}', '@'])('that Compose would not take is refused: %s', (text) => {
    expect(() => interpolated(real(text))).toThrow('Compose cannot read');
  });
});
