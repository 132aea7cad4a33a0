import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Starts tracing in a process of its own, and returns which files of the SDK are loaded then. */
const loadedBy = async (environment: Record<string, string>): Promise<string[]> => {
  const script = `
    import { createRequire } from 'node:module';
    import { z } from 'zod';
    import { createLog } from './platform/observability/log.ts';
    import { startTracing } from './platform/observability/tracing-sdk.ts';
    import { tracingVariables } from './platform/observability/tracing-sdk.ts';
    const config = z.object(tracingVariables).parse(process.env);
    await startTracing('test', config, createLog({ service: 'test', level: 'silent' }));
    const files = Object.keys(createRequire(import.meta.url).cache);
    console.log(JSON.stringify(files.filter((file) => /opentelemetry.(sdk-|exporter-|otlp-|resources)/.test(file))));
    process.exit();`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--no-warnings', '--eval', script],
    { cwd: path.join(import.meta.dirname, '../..'), env: environment },
  );
  return JSON.parse(stdout);
};

it('loads none of the SDK in a process without an exporter', async () => {
  expect(await loadedBy({})).toEqual([]);
  expect(await loadedBy({ TRACES_FILE: '/dev/null', OTEL_SDK_DISABLED: 'true' })).toEqual([]);
  expect(await loadedBy({ TRACES_FILE: '/dev/null' })).not.toEqual([]);
});
