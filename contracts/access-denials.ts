/**
 * Which access tokens no longer count although they have not expired: the user subgraph decides it, and every gateway
 * reads the list. A token is refused when the list denies its session, user or guest (`sid`, `sub`) at or after the
 * moment of its issue (`iat_ms`); an API key when the list has its id.
 */
import { z } from 'zod';
import { accessTokenLifeMs } from './access-token.ts';

/** Where the user subgraph serves the list, beside its key set: `GET /denials?since=<position>`. */
export const accessDenialsPath = '/denials';

// 10,000 are less than a megabyte of JSON. A shop with as many sign-outs in twenty minutes needs a second page at the
// start of a gateway, and no other time.
export const denialsPerPage = 10_000;

// 5 min on top of a token's life: a token expires by the clock of a gateway, a denial by that of the database.
export const denialLifeMs = accessTokenLifeMs + 5 * 60 * 1_000;

export const AccessDenials = z.object({
  /** Opaque; for `since` of the next request. Without one, all that count are returned. */
  position: z.string().min(1),
  /** False: there are more, to be asked for at once. */
  isComplete: z.boolean(),
  /** In no particular order. One that was returned before may be returned again, and a subject may occur twice. */
  denials: z.array(
    z.object({
      /** The id of a session, a user, a guest or an API key. */
      subject: z.string().min(1),
      /** Tokens issued at or before this are refused. `denialLifeMs` later there is none that has not expired. */
      issuedBefore: z.iso.datetime(),
    }),
  ),
});
export type AccessDenials = z.infer<typeof AccessDenials>;
