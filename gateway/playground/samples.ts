/** The operations that the playground opens with: operations/playground/*.graphql in the order of their names. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '..', '..', 'operations', 'playground');

export const samples = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .toSorted()
    .map((file) => readFileSync(path.join(folder, file), 'utf8'));
