import type { Logger } from '#platform/observability/log.ts';
import { type Finding, shownPerRule } from './report.ts';

/** Gives what logs each breach in the round that first finds it, and a line for a rule whose breaches are gone. */
export const breachTeller = (log: Logger): ((findings: readonly Finding[]) => void) => {
  const told = new Map<string, ReadonlySet<string>>();
  return (findings) => {
    for (const { rule, promise, breaches } of findings) {
      const before = told.get(rule) ?? new Set();
      const now = new Map(breaches.map((breach) => [JSON.stringify(breach.ids), breach]));
      const fresh = [...now].filter(([key]) => !before.has(key));
      for (const [, { ids, what }] of fresh.slice(0, shownPerRule))
        log.error({ rule, promise, ids, what }, 'an invariant is broken');
      const leftOut = fresh.length - shownPerRule;
      if (leftOut > 0) log.error({ rule, leftOut }, 'an invariant is broken more often: npm run audit names them');
      const gone = [...before].filter((key) => !now.has(key)).length;
      if (gone > 0) log.info({ rule, gone, left: now.size }, 'breaches of an invariant are gone');
      told.set(rule, new Set(now.keys()));
    }
  };
};
