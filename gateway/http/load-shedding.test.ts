import { expect, it } from 'vitest';
import { nextPressure, noPressure } from './load-shedding.ts';

const limitMs = 100;
/** Whether it sheds after each of these samples. */
const after = (...delays: number[]): boolean[] => {
  let pressure = noPressure;
  return delays.map((delayMs) => {
    pressure = nextPressure(pressure, delayMs, limitMs);
    return pressure.shedding;
  });
};

it('sheds after two samples in a row above the limit', () => {
  expect(after(150, 150)).toEqual([false, true]);
});

it('does not for one long turn now and then', () => {
  expect(after(900, 10, 900, 10)).toEqual([false, false, false, false]);
});

it('goes on until it is well below the limit, and does not begin there', () => {
  expect(after(150, 150, 90, 60, 51, 49, 60, 90)).toEqual([false, true, true, true, true, false, false, false]);
});
