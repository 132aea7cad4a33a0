/** .env.example: every variable that docker-compose.yml takes from `.env`, what it is by itself, and why one would set it. */

import { composeVariables } from './env-example/compose.ts';
import { type Entry, entriesOf, namesTaken, type Taken } from './env-example/entries.ts';
import { type Section, sections } from './env-example/sections.ts';
import { leftOut } from './left-out.ts';

export { namesTaken } from './env-example/entries.ts';

export const envExampleFile = '.env.example';

/** The text of the file. Throws with a sentence for each variable that nobody can be told about. */
export const envExample = (taken: Taken): string => {
  const names = namesTaken(taken);
  const entryOf = entriesOf(taken);
  const told = sections.map((section, index) => {
    const before = sections.slice(0, index).flatMap((other) => other.names);
    const own = section.names.filter((name) => names.includes(name) && !before.includes(name));
    return { section, entries: own.map(entryOf) };
  });
  const faults = faultsOf(
    names,
    told.flatMap(({ entries }) => entries),
  );
  if (faults.length > 0) throw new Error(faults.map((fault) => `${envExampleFile}: ${fault}`).join('\n'));
  const parts = told
    .filter(({ entries }) => entries.length > 0)
    .map(({ section, entries }) => textOf(section, entries));
  return `${[introduction, ...parts, closing()].join('\n\n')}\n`;
};

const faultsOf = (taken: readonly string[], entries: readonly Entry[]): string[] => [
  ...taken
    .filter((name) => !entries.some((entry) => entry.name === name))
    .map((name) => `no program reads ${name}, and nothing is known of it`),
  ...entries
    .filter(({ reason }) => reason.length === 0)
    .map(({ name }) => `nothing says why one would set ${name}: a comment above it in the code does`),
  ...Object.keys(composeVariables)
    .filter((name) => !taken.includes(name))
    .map((name) => `docker-compose.yml does not take ${name}`),
];

/** What is wrong with a file of this kind, as sentences. */
export const envExampleBreaches = (text: string, taken: Taken): string[] => {
  const current = envExample(taken);
  const [told, wanted] = [namesToldIn(text), namesToldIn(current)];
  if (text === current) return [];
  return [
    ...wanted.filter((name) => !told.includes(name)).map((name) => `${envExampleFile}: lacks ${name}`),
    ...told
      .filter((name) => !wanted.includes(name))
      .map((name) => `${envExampleFile}: has ${name}, which nothing takes`),
    `${envExampleFile}: is not current: run npm run env-example`,
  ];
};

/** The variables that a file of this kind tells of, or sets. */
export const namesToldIn = (text: string): string[] =>
  [...text.matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, name = '']) => name);

const comment = (text: string): string => `# ${text}`;

const introduction = [
  'What docker compose can be told. Nothing has to be: a copy of this file as .env changes nothing. Take the # from a line',
  'to set it; each has the value that holds without it. Paths are those in a container. Made by npm run env-example from',
  'docker-compose.yml and the code, where the reasons stand beside the variables.',
]
  .map(comment)
  .join('\n');

const heading = (title: string): string => comment(`---- ${title} ----`);

const closing = (): string =>
  [
    heading('Not to be said here'),
    comment('Variables that programs read, and that docker-compose.yml does not pass on to them:'),
    ...leftOut.map(({ called, reason }) => comment(`  ${called}: ${reason}`)),
  ].join('\n');

const textOf = ({ title, introduction: lines = [] }: Section, entries: readonly Entry[]): string => {
  const reasons = [...new Set(entries.map(({ reason }) => reason.join('\n')))];
  const groups = reasons.map((reason) => groupOf(entries.filter((entry) => entry.reason.join('\n') === reason)));
  return [[heading(title), ...lines.map(comment)].join('\n'), ...groups].join('\n\n');
};

/** Variables that have one reason stand together below it. Without a space behind the #: no line of prose begins like that. */
const groupOf = (entries: readonly Entry[]): string => {
  const lines = entries.flatMap(({ name, fallback, choices }, index) => {
    const isSaid = entries[index - 1]?.choices.join() === choices.join();
    const told = choices.length > 0 && !isSaid ? [comment(`One of ${choices.join(', ')}.`)] : [];
    return [...told, `#${name}=${fallback}`];
  });
  return [...(entries[0]?.reason ?? []).map(comment), ...lines].join('\n');
};
