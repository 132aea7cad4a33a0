/** Rules about containers: what they are made of, what they may do, how they are kept, and how they end. */
import { processVariables } from '#platform/config/config.ts';
import { composeFile } from './files.ts';
import type { ComposeFacts, Rule } from './rule.ts';
import type { ComposeService } from './services.ts';

export const containerRules: readonly Rule[] = [
  {
    name: 'hardened',
    breaches: ({ services }) =>
      services.flatMap((service) =>
        hardening
          .filter(({ what, holds }) => !holds(service) && !isExempt(service.name, what))
          .map(({ what }) => `${composeFile}: ${service.name} must have ${what}`),
      ),
  },
  {
    name: 'images',
    breaches: ({ services }) =>
      services
        .filter(({ isOurs, image = '' }) => !isOurs && !/:(?!latest$)[\w.-]+$/.test(image))
        .map(({ name, image = 'no image' }) => `${composeFile}: ${name} runs ${image}, which is not always the same`),
  },
  {
    name: 'time to end',
    breaches: (facts) =>
      processesOf(facts)
        .filter(({ stop_grace_period: grace }) => milliseconds(grace ?? dockerGrace) <= deadlineMs)
        .map(
          ({ name, stop_grace_period: grace = dockerGrace }) =>
            `${composeFile}: ${name} is killed after ${grace}, and takes up to ${deadlineMs} ms to end`,
        ),
  },
];

const hardening: readonly { readonly what: string; readonly holds: (service: ComposeService) => boolean }[] = [
  { what: 'read_only: true', holds: ({ read_only: isReadOnly }) => isReadOnly },
  { what: 'cap_drop: [ALL]', holds: ({ cap_drop: dropped }) => dropped.includes('ALL') },
  { what: 'no-new-privileges', holds: ({ security_opt: options }) => options.includes('no-new-privileges:true') },
  { what: 'mem_limit', holds: ({ mem_limit: limit }) => limit !== undefined },
  { what: 'restart', holds: ({ restart = 'no' }) => restart !== 'no' },
];

/** Who may go without, and why. */
const exemptions: readonly { readonly service: string; readonly what: string; readonly reason: string }[] = [
  {
    service: 'secrets',
    what: 'read_only: true',
    reason: 'the secrets that .env gives are put into its container as a file',
  },
  { service: 'operator', what: 'restart', reason: 'a person starts it, and sees how it ends' },
  { service: 'operator', what: 'mem_limit', reason: 'a person starts it, for as much work as there is' },
];

const isExempt = (name: string, what: string): boolean =>
  exemptions.some((exemption) => exemption.service === name && exemption.what === what);

const processesOf = ({ services }: ComposeFacts): ComposeService[] =>
  services.filter(({ program }) => program?.kind === 'process');

const deadlineMs = processVariables.SHUTDOWN_DEADLINE_MS.parse(undefined);
// What Docker grants when nothing is said.
const dockerGrace = '10s';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Of `1m30s`. */
const milliseconds = (duration: string): number =>
  [...duration.matchAll(/(\d+)(ms|s|m|h)/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? 0),
    0,
  );
