/** Structured logs: one JSON object a line, with the correlation id of the request or message at hand. */
import { type Logger, pino } from 'pino';
import { contextIfAny } from './context.ts';

export type { Logger };

export interface LogOptions {
  readonly service: string;
  readonly level: string;
}

export const createLog = ({ service, level }: LogOptions): Logger =>
  pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const context = contextIfAny();
      return context ? { correlationId: context.correlationId } : {};
    },
    redact: { paths: ['*.password', '*.token', '*.authorization', 'req.headers.authorization'], censor: '[redacted]' },
  });
