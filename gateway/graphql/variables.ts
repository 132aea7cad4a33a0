/** Variables of how much the gateway shows of itself. */
import { z } from 'zod';
import type { profileVariables } from '#platform/config/config.ts';

const onOrOff = z.enum(['on', 'off']).optional();

export const exposureVariables = {
  // Each is on in development and off in production. Said on its own, it goes before PROFILE.
  PLAYGROUND: onOrOff,
  // With it go the hints that an error gives at a wrong name ("did you mean …").
  INTROSPECTION: onOrOff,
  // What a masked error was about. The log has it in either case.
  ERROR_DETAIL: onOrOff,
};

export interface Exposure {
  /** On a developer's machine: the page at `/`, which speaks of the checkout, and pages of dev servers beside. */
  readonly isDevelopment: boolean;
  readonly playground: boolean;
  readonly introspection: boolean;
  readonly errorDetail: boolean;
}

type ExposureConfig = z.output<z.ZodObject<typeof exposureVariables & typeof profileVariables>>;

export const exposure = (config: ExposureConfig): Exposure => {
  const isOn = (choice: 'on' | 'off' | undefined): boolean =>
    choice === undefined ? config.PROFILE === 'development' : choice === 'on';
  return {
    isDevelopment: config.PROFILE === 'development',
    playground: isOn(config.PLAYGROUND),
    introspection: isOn(config.INTROSPECTION),
    errorDetail: isOn(config.ERROR_DETAIL),
  };
};
