import { format } from 'node:util';
import { afterEach, beforeEach } from 'vitest';

let complaints: string[] = [];
const original = console.error;

beforeEach(() => {
  complaints = [];
  console.error = (...args: unknown[]) => {
    complaints.push(format(...args));
    original(...args);
  };
});

afterEach(() => {
  console.error = original;
  const [first, ...rest] = complaints;
  complaints = [];
  if (first !== undefined) throw new Error(`console.error was called (${rest.length + 1}×): ${first}`);
});
