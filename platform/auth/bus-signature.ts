/**
 * Signs what one service hands to another beside the bus, with a key that both derive from the password of the bus. Whoever
 * has that password can put any message into any queue already, so the key gives nobody more than they have, and there is
 * no further secret to make and to rotate (docs/adr/0040).
 */
import { createHash, createHmac, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { jwtVerify, SignJWT } from 'jose';
import type { EventsConfig } from '../config/config.ts';
import { redisAddress } from '../redis/address.ts';

// 60 s: far longer than a question takes to arrive, short enough that one that was overheard soon is of no use.
const lifeSeconds = 60;
// 30 s: how far two machines' clocks may differ, either way.
const clockToleranceSeconds = 30;
// 32 MiB and a tenth of a second, once per process: a signature that was overheard is of little help in guessing a password.
const cost = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1_024 * 1_024 };

const derive = promisify<string, string, number, typeof cost, Buffer>(scrypt);

const passwordOf = ({ REDIS_URL, EVENTS_DATABASE_URL }: EventsConfig): string | undefined => {
  if (REDIS_URL) {
    const address = redisAddress(REDIS_URL);
    return address.kind === 'server' ? decoded(new URL(address.url).password) : address.credentials.password;
  }
  // As databaseAddress has it: a socket's address is no URL.
  return decoded(/^\w+:\/\/[^@/?#:]*:([^@/?#]*)@/.exec(EVENTS_DATABASE_URL ?? '')?.[1] ?? '');
};

const decoded = (text: string): string | undefined => (text ? decodeURIComponent(text) : undefined);

export interface BusSignature {
  /** A token that asks `service` for what `body` says, once made good for a minute. */
  signQuestion(service: string, body: string): Promise<string>;
  isQuestion(service: string, body: string, token: string): Promise<boolean>;
  /** Of an answer to this question: an earlier one, replayed, has another. */
  signAnswer(token: string, body: string): string;
  isAnswer(token: string, body: string, signature: string): boolean;
}

/** Undefined where the bus has no password: then there is nothing that only services know. */
export const busSignature = async (bus: EventsConfig): Promise<BusSignature | undefined> => {
  const password = passwordOf(bus);
  if (!password) return undefined;
  const key = await derive(password, 'agora: signatures of services', 32, cost);
  const audience = (service: string): string => `agora-events:${service}`;
  const signAnswer = (token: string, body: string): string =>
    // A line break occurs in no token: nothing that is signed here can be taken for one.
    createHmac('sha256', key).update(`${token}\n${body}`).digest('base64url');
  return {
    signQuestion: (service, body) =>
      new SignJWT({ body: digest(body) })
        .setProtectedHeader({ alg: 'HS256' })
        .setAudience(audience(service))
        .setIssuedAt()
        // Two questions never have the same token, so neither has the other's answer.
        .setJti(randomUUID())
        .setExpirationTime(`${lifeSeconds}s`)
        .sign(key),
    isQuestion: (service, body, token) =>
      jwtVerify(token, key, {
        audience: audience(service),
        algorithms: ['HS256'],
        requiredClaims: ['exp'],
        maxTokenAge: lifeSeconds,
        clockTolerance: clockToleranceSeconds,
      }).then(
        ({ payload }) => payload.body === digest(body),
        () => false,
      ),
    signAnswer,
    isAnswer: (token, body, signature) => {
      const [given, right] = [Buffer.from(signature), Buffer.from(signAnswer(token, body))];
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
};

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');
