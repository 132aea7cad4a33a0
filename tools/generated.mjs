/** `node --import ./tools/generated.mjs …`: as preflight.mjs, and the generated code is there for the program to import. */
import './preflight.mjs';

// Only now: it is TypeScript, and needs packages.
const { generate } = await import('./generate.ts');
try {
  await generate({ report: console.error });
} catch (fault) {
  console.error(fault.message);
  process.exit(1);
}
