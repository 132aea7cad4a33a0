import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one plain line that a machine can read: `Tests: 12 passed, 0 failed, 1 skipped`. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]) {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      // A file that cannot be loaded has no tests to count, and is a failure all the same.
      if (module.errors().length > 0) count.failed++;
      for (const test of module.children.allTests()) count[test.result().state]++;
    }
    const failed = count.failed + unhandledErrors.length;
    console.log(`Tests: ${count.passed} passed, ${failed} failed, ${count.skipped + count.pending} skipped`);
  }
}
