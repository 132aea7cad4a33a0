/** Sessions as their clients see them: tokens, what is in them, and whether a gateway would still take them. */
import { createLocalJWKSet, jwtVerify } from 'jose';
import { AccessTokenClaims } from '#contracts/access-token.ts';
import type { PrismaClient } from '#prisma/user/client/client.ts';
import type { User } from '#subgraphs/user/domain/account/user.ts';
import type { GuestSession } from '#subgraphs/user/domain/session/session.ts';
import type { App } from '#subgraphs/user/usecases/app.ts';
import type { SignIn } from '#subgraphs/user/usecases/session/sign-in.ts';
import { aSignIn, type UserTestApp } from './builders.ts';

export interface ClientTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: Date;
}

export const sessionClient = (
  { prisma, publicKeys }: Pick<UserTestApp, 'prisma' | 'publicKeys'>,
  app: Pick<App, 'commands'>,
) => {
  const claimsOf = async (accessToken: string): Promise<AccessTokenClaims> => {
    // Expired or not is for the clock of a test to say.
    const options = { currentDate: new Date(0) };
    return AccessTokenClaims.parse((await jwtVerify(accessToken, createLocalJWKSet(publicKeys), options)).payload);
  };
  return {
    claimsOf,

    signIn: async (user: Pick<User, 'email'>, changes: Partial<SignIn> = {}): Promise<ClientTokens> => {
      const result = await app.commands.signIn(aSignIn({ email: user.email, ...changes }));
      if (!result.ok) throw new Error(result.failure.message);
      return result.value.tokens;
    },

    startGuest: async () => {
      const { guestId, tokens } = await app.commands.startGuestSession({ device: null, userAgent: null });
      const { sid } = await claimsOf(tokens.accessToken);
      return { tokens, guest: { guestId, sessionId: sid } as GuestSession };
    },

    /** The new tokens, or undefined where the token is refused. */
    refresh: async (refreshToken: string): Promise<ClientTokens | undefined> => {
      const result = await app.commands.refreshSession(refreshToken);
      return result.ok ? result.value.tokens : undefined;
    },

    /** As a gateway does that has read all denials. */
    isDenied: async (accessToken: string): Promise<boolean> => deniedBy(prisma, await claimsOf(accessToken)),
  };
};

const deniedBy = async (prisma: PrismaClient, { sid, sub, iat_ms: issuedAt }: AccessTokenClaims): Promise<boolean> =>
  (await prisma.denial.count({ where: { subject: { in: [sid, sub] }, issuedBefore: { gte: new Date(issuedAt) } } })) >
  0;
