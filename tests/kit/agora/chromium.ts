import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const program = (): string | undefined => [process.env.CHROMIUM, ...places].find((file) => file && existsSync(file));

/** Whether tests may use a browser. Without one they are skipped with one line; in CI a missing one is a failure. */
export const chromiumHere = (): boolean => {
  if (program()) return true;
  if (process.env.CI === 'true') throw new Error('chromium is not installed, and CI must test with it');
  process.stdout.write('chromium is not installed: the tests in a browser are skipped\n');
  return false;
};

/** A browser with a fresh profile that asks nothing of its own maker. */
export const startChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: program() ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
