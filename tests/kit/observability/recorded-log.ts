import { type Logger, pino } from 'pino';

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface RecordedLog {
  readonly log: Logger;
  readonly lines: LogLine[];
  /** The lines whose text holds this. */
  saying(text: string): LogLine[];
}

/** A log whose lines a test can read. */
export const recordedLog = (): RecordedLog => {
  const lines: LogLine[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { log, lines, saying: (text) => lines.filter(({ msg }) => msg.includes(text)) };
};
