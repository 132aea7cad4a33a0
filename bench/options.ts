import { parseArgs } from 'node:util';

/** An option that is a number, with its default and the least that it may be (1). */
export interface NumberOption {
  readonly value: number;
  readonly least?: number;
}

/** Reads the command line. Prints `help`, or what is wrong, and ends the process when asked to or when it is. */
export const numberOptions = <Name extends string>(
  help: string,
  options: Readonly<Record<Name, NumberOption>>,
): Record<Name, number> => {
  const known = Object.entries<NumberOption>(options);
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      ...Object.fromEntries(
        known.map(([name, { value }]) => [name, { type: 'string', default: String(value) }] as const),
      ),
    },
  });
  const given: Readonly<Record<string, unknown>> = values;
  if (given.help) {
    console.log(help);
    process.exit(0);
  }
  const wrong = known.filter(([name, { least = 1 }]) => {
    const number = Number(given[name]);
    return !Number.isInteger(number) || number < least;
  });
  if (wrong.length > 0) {
    for (const [name, { least = 1 }] of wrong) console.error(`--${name} must be a whole number from ${least}`);
    process.exit(2);
  }
  return Object.fromEntries(known.map(([name]) => [name, Number(given[name])])) as Record<Name, number>;
};
