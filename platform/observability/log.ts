/** Structured logs: one JSON object a line, with correlation id and trace id of the current request or message. */

import { type DestinationStream, type Logger, pino } from 'pino';
import { maskCardNumbers } from '#contracts/card-number.ts';
import { contextIfAny } from './context.ts';

export type { Logger };

export interface LogOptions {
  readonly service: string;
  readonly level: string;
}

interface ErrorInLog {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string | undefined;
  readonly cause?: ErrorInLog;
}

// 5: an outage is wrapped three times; a cyclic cause must end, too.
const deepestCause = 5;

/**
 * What a log line shows of an error: type, message, code, stack and cause, and no other property. A database's errors
 * carry a detail that quotes the whole row, secrets included.
 */
export const errorInLog = (error: unknown): ErrorInLog => describe(error, 1);

const describe = (error: unknown, depth: number): ErrorInLog => {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code, cause } = error as Error & { code?: unknown };
  return {
    type: error.name,
    // A connection refused on every address of a host: the reasons are inside, and the message is empty.
    message: error instanceof AggregateError ? error.errors.map(String).join('; ') : error.message,
    ...(typeof code === 'string' && { code }),
    stack: error.stack,
    ...(cause instanceof Error && depth < deepestCause && { cause: describe(cause, depth + 1) }),
  };
};

export const contextInLog = (): { correlationId?: string; traceId?: string } => {
  const context = contextIfAny();
  if (!context) return {};
  const [, traceId] = context.traceparent?.split('-') ?? [];
  return { correlationId: context.correlationId, ...(traceId && { traceId }) };
};

/**
 * A line without card numbers, wherever they are: in a message, a stack, a header. On the finished line, because nothing is
 * added to it afterwards, and parsed only when it has one.
 */
const withoutCardNumbers = (line: string): string => {
  if (maskCardNumbers(line) === line) return line;
  const masked = JSON.parse(line, (_, value: unknown) => {
    if (typeof value !== 'string' && typeof value !== 'number') return value;
    const text = maskCardNumbers(String(value));
    return text === String(value) ? value : text;
  });
  return `${JSON.stringify(masked)}\n`;
};

export const createLog = ({ service, level }: LogOptions, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: errorInLog },
      formatters: { level: (label) => ({ level: label }) },
      mixin: contextInLog,
      redact: {
        paths: ['*.password', '*.token', '*.authorization', 'req.headers.authorization'],
        censor: '[redacted]',
      },
      hooks: { streamWrite: withoutCardNumbers },
    },
    destination,
  );
