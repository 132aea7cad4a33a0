/** Variables of what the gateway reveals about itself. */
import { z } from 'zod';
import type { profileVariables } from '#platform/config/config.ts';

const onOrOff = z.enum(['on', 'off']).optional();

export const exposureVariables = {
  // Each is on in development and off in production; setting it overrides PROFILE.
  PLAYGROUND: onOrOff,
  // Includes the hints in errors about unknown names ("did you mean …").
  INTROSPECTION: onOrOff,
  // The original message of masked errors. The log has it in either case.
  ERROR_DETAIL: onOrOff,
};

export interface Exposure {
  /** On a developer's machine: the start page at `/`, and pages of local dev servers are allowed. */
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
