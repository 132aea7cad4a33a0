/** Variables of how much the gateway shows of itself. */
import { z } from 'zod';

const onOrOff = z.enum(['on', 'off']).optional();

export const exposureVariables = {
  // One switch for what follows: everything in development, nothing in production. Who forgets it shows nothing.
  GATEWAY_PROFILE: z.enum(['development', 'production']).default('production'),
  // Each can be said on its own, and then goes before the profile.
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

type ExposureConfig = z.output<z.ZodObject<typeof exposureVariables>>;

export const exposure = (config: ExposureConfig): Exposure => {
  const isOn = (choice: 'on' | 'off' | undefined): boolean =>
    choice === undefined ? config.GATEWAY_PROFILE === 'development' : choice === 'on';
  return {
    isDevelopment: config.GATEWAY_PROFILE === 'development',
    playground: isOn(config.PLAYGROUND),
    introspection: isOn(config.INTROSPECTION),
    errorDetail: isOn(config.ERROR_DETAIL),
  };
};
