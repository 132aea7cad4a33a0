/** Whose the values of a response are: the canned subgraphs write it into each (`Book.title#3@viewer@`). */

/**
 * Values that stand beside one of another object, or are another viewer's. Numbers are no evidence: nobody can tell
 * whose they are.
 */
export const misplaced = (data: unknown, viewer = ''): readonly string[] => {
  if (Array.isArray(data)) return data.flatMap((element) => misplaced(element, viewer));
  if (typeof data !== 'object' || data === null) return [];
  const values = Object.values(data);
  const texts = values.flat(3).filter((value): value is string => typeof value === 'string');
  const owned = texts.flatMap((text) => {
    const [, number, of = ''] = /#(\d+)(?:@(\w+)@)?/.exec(text) ?? [];
    return number === undefined ? [] : [{ text, number, of }];
  });
  const [first] = owned;
  const foreign = owned.filter(({ number, of }) => number !== first?.number || of !== viewer);
  return [
    ...foreign.map(({ text }) => `${text} beside ${first?.text}`),
    ...values.flatMap((value) => misplaced(value, viewer)),
  ];
};
