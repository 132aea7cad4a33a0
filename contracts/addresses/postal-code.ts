import type { CountryRules } from './country-rules.ts';

// Where a country has no rules of its own: letters, digits and what joins them.
const anyPostalCode = /^[A-Z0-9](?:[A-Z0-9 -]{0,14}[A-Z0-9])?$/;

/** As the country's post writes it: capital letters, its own spaces and hyphens, no code of the country before it. */
export const canonicalPostalCode = (country: string, rules: CountryRules, typed: string): string | undefined => {
  // NFKC: Japanese keyboards have digits and hyphens of full width.
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[‐‑–—−ー]/g, '-')
    .replace(/^〒\s*/, '');
  const { postalCode: templates, postalCodePattern: pattern, postalCodePrefix: prefix = country } = rules;
  if (!templates) return anyPostalCode.test(code) ? code : undefined;
  const compact = code.replace(/[ .-]/g, '');
  const without = [country, prefix].filter((it) => compact.startsWith(it)).map((it) => compact.slice(it.length));
  for (const candidate of [compact, ...without, country + compact])
    for (const template of templates.split('|')) {
      const filled = fill(template, candidate);
      if (filled && (!pattern || pattern.test(filled))) return filled;
    }
  return undefined;
};

const classes: Readonly<Record<string, RegExp>> = { '#': /\d/, '@': /[A-Z]/, '*': /[A-Z\d]/ };

/** The template with the characters in it, when they fit. */
const fill = (template: string, characters: string): string | undefined => {
  let at = 0;
  let filled = '';
  for (const symbol of template) {
    if (symbol === ' ' || symbol === '-') filled += symbol;
    else {
      const character = characters[at++] ?? '';
      const fits = classes[symbol]?.test(character) ?? symbol === character;
      if (!fits) return undefined;
      filled += character;
    }
  }
  return at === characters.length ? filled : undefined;
};
