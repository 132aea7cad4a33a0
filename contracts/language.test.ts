import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inLanguage, localized } from './language.ts';

const Text = localized(z.string().min(1));

describe('a text in several languages', () => {
  it.each([
    ['the language that is asked for', { en: 'Lamp', ko: '램프' }, '램프'],
    ["the shop's, where that one is missing", { en: 'Lamp' }, 'Lamp'],
    ['its own', { ko: '램프' }, '램프'],
  ] as const)('is read in %s', (_, texts, text) => {
    expect(inLanguage(texts, 'ko', 'en')).toBe(text);
  });

  it('is in one at least', () => {
    expect(Text.safeParse({}).success).toBe(false);
    expect(Text.safeParse({ en: undefined }).success).toBe(false);
    expect(Text.safeParse({ en: '' }).success).toBe(false);
    expect(Text.safeParse({ fr: 'Lampe' }).success).toBe(false);
    expect(Text.parse({ ko: '램프' })).toEqual({ ko: '램프' });
    expect(() => inLanguage({}, 'en', 'en')).toThrow('no language');
  });
});
