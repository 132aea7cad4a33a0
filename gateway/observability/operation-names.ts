/** The names of operations that metrics use as a label: a bounded number of them, whatever clients send. */

const name = /^[_A-Za-z]\w{0,63}$/;

/** `known` names have a place for sure; of the others, the first `places` that come. */
export const operationNames = (
  known: Iterable<string>,
  places: number,
): ((operationName: string | null | undefined) => string) => {
  const kept = new Set(known);
  const full = kept.size + places;
  return (operationName) => {
    if (!operationName) return 'anonymous';
    if (kept.has(operationName)) return operationName;
    if (kept.size >= full || !name.test(operationName)) return 'other';
    kept.add(operationName);
    return operationName;
  };
};

const named = /\b(?:query|mutation|subscription)\s+([_A-Za-z]\w*)/g;

/** The names of the operations in our own documents. */
export const namesIn = (documents: Iterable<string>): string[] =>
  [...documents].flatMap((text) => [...text.matchAll(named)].map(([, operation = '']) => operation));
