/** Secrets that the operator gives: as files of a folder, or as lines of one file (which compose makes from `.env`). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Secrets } from './table.ts';

/** `NAME=value` a line; an empty value is none. */
export const givenLines = (file: string | undefined): Secrets => {
  if (!file) return {};
  const lines = readFileSync(file, 'utf8').split('\n');
  const pairs = lines.map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
  return Object.fromEntries(pairs.filter(([name, value]) => name && value));
};

/** A file each, called as the secret is. What begins with a dot, and a README, is none. */
export const givenFiles = (folder: string | undefined): Secrets => {
  if (!folder || !existsSync(folder)) return {};
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'README.md')
    .map(({ name }) => name);
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(folder, name), 'utf8').trim()]));
};

/** What is wrong with what was given, as sentences without any value. */
export const faultsOf = (given: Secrets, knownNames: readonly string[]): string[] =>
  Object.entries(given).flatMap(([name, value]) => {
    if (!knownNames.includes(name)) return [`${name}: there is no secret of this name (.env.example lists them)`];
    if (value === '') return [`${name}: is empty`];
    if (value.includes('\n') && !value.startsWith('-----BEGIN')) return [`${name}: has more than one line`];
    return [];
  });
