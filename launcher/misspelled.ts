/** Names of `.env` that nothing reads but that are nearly a variable's: a service cannot report them, since it never sees them. */

// 2: a letter left out, doubled or wrong, or two that changed places. Shorter names (HOST, PORT) are that close by themselves.
const nearest = 2;
const shortest = 6;

// ORDER_SUBGRAPH_TIMEOUT_MS is SUBGRAPH_TIMEOUT_MS of one subgraph, X_FILE names the file that holds X.
const plainName = (name: string): string => name.replace(/^[A-Z0-9_]+?_(?=SUBGRAPH_)/, '').replace(/(?<=.)_FILE$/, '');

/** One sentence for all of them; undefined when there are none. `known` are the names of the variables that there are. */
export const misspelledNames = (given: readonly string[], known: ReadonlySet<string>): string | undefined => {
  const hints = given.flatMap((name) => {
    const plain = plainName(name);
    if (known.has(name) || known.has(plain) || plain.length < shortest) return [];
    const meant = [...known].find((other) => other.length >= shortest && distance(plain, other) <= nearest);
    return meant ? [`${name} (did you mean ${name.replace(plain, meant)}?)`] : [];
  });
  return hints.length > 0 ? `Nothing reads these names of .env: ${hints.join(', ')}` : undefined;
};

/** Levenshtein's: how many letters to insert, leave out or replace. */
const distance = (a: string, b: string): number => {
  if (Math.abs(a.length - b.length) > nearest) return nearest + 1;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    row = next;
  }
  return row.at(-1) ?? 0;
};
