import { forgetOldAttempts } from './forget-old-attempts.ts';
import { notify } from './notify.ts';
import type { Deps } from './ports.ts';
import { register } from './register.ts';
import { signIn } from './sign-in.ts';

/** Everything this service can do, and everything it can tell. */
export const app = (deps: Deps) => ({
  commands: {
    register: register(deps),
    signIn: signIn(deps),
    notify: notify(deps),
    forgetOldAttempts: forgetOldAttempts(deps),
  },
  reads: deps.reads,
});

export type App = ReturnType<typeof app>;
