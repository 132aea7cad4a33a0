/** Stripe's error objects (https://docs.stripe.com/api/errors). */
import type { z } from 'zod';

export interface ErrorBody {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  readonly message: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
  readonly payment_intent?: object;
}

/** What a call ends with. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** A refusal, thrown before anything has been written. */
export class StripeFault extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  /** Kept under the idempotency key: the call had begun. One that failed its validation, or was not let in, may be tried again. */
  readonly isKept: boolean;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    body: ErrorBody,
    { isKept = false, headers = {} }: { isKept?: boolean; headers?: Record<string, string> } = {},
  ) {
    super(body.message);
    this.name = 'StripeFault';
    this.status = status;
    this.body = body;
    this.isKept = isKept;
    this.headers = headers;
  }
}

export const invalid = (message: string, more: { code?: string; param?: string } = {}): StripeFault =>
  new StripeFault(400, { type: 'invalid_request_error', message, ...more });

export const missing = (what: string, id: string, param: string): StripeFault =>
  new StripeFault(404, {
    ...{ type: 'invalid_request_error', code: 'resource_missing', message: `No such ${what}: '${id}'`, param },
  });

/** Refused because of what the object is by now. */
export const refused = (body: Omit<ErrorBody, 'type'>): StripeFault =>
  new StripeFault(400, { type: 'invalid_request_error', ...body }, { isKept: true });

export const serverError = (): StripeFault =>
  new StripeFault(
    500,
    { type: 'api_error', message: 'An unknown error occurred.' },
    {
      isKept: true,
    },
  );

/** The parameters as the schema has them; else Stripe's words for the first fault. */
export const parameters = <S extends z.ZodType>(schema: S, given: unknown): z.output<S> => {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const nameOf = (path: readonly PropertyKey[]) =>
    path.map((part, index) => (index === 0 ? String(part) : `[${String(part)}]`)).join('');
  if (issue?.code === 'unrecognized_keys') {
    const param = nameOf([...issue.path, issue.keys[0] ?? '']);
    throw invalid(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });
  }
  const param = nameOf(issue?.path ?? []);
  if (issue?.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    throw invalid(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
  throw invalid(`Invalid ${param}: ${issue?.message ?? 'it cannot be read'}`, { code: 'parameter_invalid', param });
};
