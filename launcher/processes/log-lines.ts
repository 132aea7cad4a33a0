import { styleText } from 'node:util';

type Color = Parameters<typeof styleText>[0];

const colors: Record<string, Color> = {
  gateway: 'magenta',
  user: 'cyan',
  product: 'green',
  order: 'yellow',
  payment: 'blue',
  launcher: 'white',
};
const levelColors: Record<string, Color> = { warn: 'yellow', error: 'red', fatal: 'red' };
const widestName = 8;

/** Fields left out of the console: redundant, or printed elsewhere in the line. */
const dull = new Set(['level', 'time', 'service', 'msg', 'pid', 'hostname', 'err']);

/** `order    │ 12:00:01 info placed number=A-1001`: a JSON log line for reading, any other line as it is. */
export const readable = (service: string, line: string): string => {
  const prefix = styleText(colors[service] ?? 'gray', `${service.padEnd(widestName)} │`);
  const entry = parseEntry(line);
  if (!entry) return `${prefix} ${line}`;
  const level = String(entry.level);
  const fields = Object.entries(entry).filter(([name]) => !dull.has(name));
  const details = fields.map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const time = String(entry.time).slice(11, 19);
  const text = `${time} ${styleText(levelColors[level] ?? 'gray', level)} ${entry.msg}`;
  return `${prefix} ${text}${styleText('gray', details.join(''))}${stackOf(entry.err)}`;
};

type Entry = Record<string, unknown>;

const parseEntry = (line: string): Entry | undefined => {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null && 'msg' in entry ? (entry as Entry) : undefined;
  } catch {
    return undefined;
  }
};

const stackOf = (fault: unknown): string => {
  if (typeof fault !== 'object' || fault === null) return '';
  const { stack, message } = fault as { stack?: unknown; message?: unknown };
  return `\n${stack ?? message ?? JSON.stringify(fault)}`;
};
