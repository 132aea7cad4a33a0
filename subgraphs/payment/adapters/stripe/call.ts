/** A call of the SDK, which knows neither our signals nor our faults. */
import { faultOf, refusalIn } from './errors.ts';

/** The call's answer, or its end by the signal, which the SDK does not know. What is thrown is a ProviderFault. */
export const answered = async <T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> => {
  try {
    return await beforeAbort(signal, call);
  } catch (error) {
    throw faultOf(error);
  }
};

/** The same; a refusal is an answer. */
export const answeredOr = async <T, R>(
  signal: AbortSignal,
  call: () => Promise<T>,
  refused: (error: ReturnType<typeof refusalIn>) => R,
): Promise<T | R> => {
  try {
    return await beforeAbort(signal, call);
  } catch (error) {
    return refused(refusalIn(error));
  }
};

const beforeAbort = <T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const giveUp = () => reject(signal.reason as Error);
    signal.addEventListener('abort', giveUp, { once: true });
    call()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', giveUp));
  });
