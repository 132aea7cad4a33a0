/** Variables of what one operation may ask for. Each default is at least three times what the largest of operations/ needs. */
import { z } from 'zod';

// The largest operation of operations/ has about 400, the introspection query 300.
export const maxTokens = 4_000;

const most = (fallback: number) => z.coerce.number().int().positive().default(fallback);

export const limitsVariables = {
  // measure: count and log what would be refused, and let it pass. For the first weeks with clients of one's own.
  LIMITS_MODE: z.enum(['enforce', 'measure', 'off']).default('enforce'),

  // The UTF-8 of a document's text, in every mode and before anything reads it: comments and blanks are no tokens, and a
  // megabyte of them costs as much as a megabyte of fields. 16 KiB is twenty times the longest of operations/, eight times
  // the introspection query, and about what 4,000 tokens are long. A listed document that is named by its id may be longer.
  LIMIT_DOCUMENT_BYTES: most(16_384),
  // Parsing stops there, in every mode: a document of a million braces costs nothing.
  LIMIT_TOKENS: most(maxTokens),
  // The deepest page goes 7 down (orders → edges → node → payments → ledger → amount → currency), introspection 15.
  LIMIT_DEPTH: most(24),
  // A page asks 2 things of the shop at once. Ten sign-ins in one request are ten guesses at a password.
  LIMIT_ROOT_FIELDS: most(10),
  // No operation of ours has one. With thirty, a request repeats an expensive field thirty times at most.
  LIMIT_ALIASES: most(30),
  LIMIT_DIRECTIVES: most(30),
  // With every fragment written out. The largest page has 45, the introspection query 230. Validation compares fields in
  // pairs: at 500 that is 30 ms at worst, at 1,000 four times as much.
  LIMIT_FIELDS: most(500),
  // Clients that build operations from components have a fragment a component.
  LIMIT_FRAGMENTS: most(50),
  // Of a request's variables, and of its extensions: each has these three bounds.
  // The longest input of the shop, an order with every field spelt out, is under 1 KiB.
  LIMIT_VARIABLES_BYTES: most(131_072),
  // The inputs of the shop go 3 down. What goes thousands down ends in the stack of whoever reads it recursively.
  LIMIT_VARIABLES_DEPTH: most(20),
  // Lists, objects and what is in them. An input of the shop has tens. Bytes bound what is kept, values what is walked:
  // 128 KiB of "0," are 60,000 of them, and were 10 to 40 ms of every request.
  LIMIT_VARIABLES_VALUES: most(2_000),

  // What an operation may cost (docs/adr/0013). The most expensive operation of operations/ costs 150. Signed-in
  // customers can be held to account, so they may ask for more; staff list a hundred at a time.
  LIMIT_COST_GUEST: most(1_000),
  LIMIT_COST_CUSTOMER: most(2_000),
  LIMIT_COST_STAFF: most(10_000),
  LIMIT_COST_ADMIN: most(10_000),
};

export type LimitsConfig = z.output<z.ZodObject<typeof limitsVariables>>;
