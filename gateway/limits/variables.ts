/** Limits of one operation. Each default is at least three times what the largest operation in operations/ needs. */
import { z } from 'zod';

// 4,000: our largest operation has about 400, the introspection query 300.
export const maxTokens = 4_000;

const most = (fallback: number) => z.coerce.number().int().positive().default(fallback);

export const limitsVariables = {
  // measure: count and log what would be refused, and let it pass. For the first weeks with clients of one's own.
  LIMITS_MODE: z.enum(['enforce', 'measure', 'off']).default('enforce'),

  // UTF-8 bytes of a document's text, checked in every mode before anything reads it: comments and whitespace are not
  // tokens but cost as much. 16 KiB is twenty times our longest document, eight times the introspection query, and
  // about as long as 4,000 tokens. A listed document sent by id may be longer.
  LIMIT_DOCUMENT_BYTES: most(16_384),
  // Parsing stops there, in every mode: a document of a million braces costs nothing.
  LIMIT_TOKENS: most(maxTokens),
  // Our deepest page has 7 levels (orders → edges → node → payments → ledger → amount → currency), introspection 15.
  LIMIT_DEPTH: most(24),
  // Our pages have 2 root fields. Ten sign-ins in one request are ten guesses at a password.
  LIMIT_ROOT_FIELDS: most(10),
  // Our operations have none. Thirty aliases repeat an expensive field thirty times at most.
  LIMIT_ALIASES: most(30),
  LIMIT_DIRECTIVES: most(30),
  // With every fragment inlined. Our largest page has 45, the introspection query 230. Validation compares fields in
  // pairs: at 500 that is 30 ms at worst, at 1,000 four times as much.
  LIMIT_FIELDS: most(500),
  // Clients that build operations from components have one fragment per component.
  LIMIT_FRAGMENTS: most(50),
  // Of a request's variables, and of its extensions: each has these three bounds. Our longest input, a complete order,
  // is under 1 KiB.
  LIMIT_VARIABLES_BYTES: most(131_072),
  // Our inputs have 3 levels. Thousands overflow the stack of recursive readers.
  LIMIT_VARIABLES_DEPTH: most(20),
  // All values, including lists and objects. Our inputs have tens, a new product of 100 variants 2,001. Bytes bound memory,
  // values bound time: 128 KiB of "0," are 60,000 of them and took 10 to 40 ms of every request.
  LIMIT_VARIABLES_VALUES: most(3_000),

  // Maximum cost of an operation (docs/adr/0013). The most expensive one in operations/ costs 150, ten
  // products with all there is to read of them 1,127. Signed-in customers
  // are accountable and may ask for more; staff list a hundred at a time.
  LIMIT_COST_GUEST: most(1_500),
  LIMIT_COST_CUSTOMER: most(2_000),
  LIMIT_COST_STAFF: most(10_000),
  LIMIT_COST_ADMIN: most(10_000),
};

export type LimitsConfig = z.output<z.ZodObject<typeof limitsVariables>>;
