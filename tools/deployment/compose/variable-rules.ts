/** Rules about what runs, and the variables that it is given. */
import { formerNames } from '#platform/config/config.ts';
import type { Program } from '../programs.ts';
import { composeFile } from './files.ts';
import { leftOut } from './left-out.ts';
import type { ComposeFacts, Rule } from './rule.ts';
import type { ComposeService } from './services.ts';

export const variableRules: readonly Rule[] = [
  {
    name: 'commands',
    breaches: ({ services, hasFile }) =>
      services
        .filter(({ isOurs, program }) => isOurs && !(program && hasFile(program.file)))
        .map(
          ({ name, command }) => `${composeFile}: ${name} runs "${command.join(' ')}", which the image does not have`,
        ),
  },
  {
    name: 'known variables',
    breaches: (facts) =>
      programsOf(facts).flatMap(({ name, environment, program }) =>
        Object.keys(environment)
          .filter((variable) => !program.variables.known.includes(variable.replace(/_FILE$/, '')))
          .filter((variable) => !program.variables.known.includes(variable))
          // Passed on so that the program can tell who still has it in .env.
          .filter((variable) => !(variable in formerNames && environment[variable] === null))
          .map((variable) => `${composeFile}: ${name} has ${variable}, which ${program.file} does not read`),
      ),
  },
  {
    name: 'required variables',
    breaches: (facts) =>
      programsOf(facts).flatMap(({ name, environment, program }) =>
        program.variables.required
          // Passed on from .env, it is there for some and not for others.
          .filter((variable) => !environment[variable] && !environment[`${variable}_FILE`])
          .map((variable) => `${composeFile}: ${name} lacks ${variable}, which ${program.file} needs`),
      ),
  },
  {
    name: 'passed on',
    breaches: (facts) =>
      programsOf(facts).flatMap(({ name, program, ...service }) =>
        notPassedOn({ program, ...service })
          .filter((variable) => !leftOut.some(({ names }) => names.test(variable)))
          .map((variable) => `${composeFile}: ${name} is not given ${variable}, and no reason is known for that`),
      ),
  },
  {
    name: 'left out',
    breaches: (facts) => {
      const absent = programsOf(facts).flatMap(notPassedOn);
      return leftOut
        .filter(({ names }) => !absent.some((variable) => names.test(variable)))
        .map(({ called }) => `${composeFile}: passes on ${called}, and a reason is known not to (compose-left-out.ts)`);
    },
  },
];

const programsOf = ({ services }: ComposeFacts): (ComposeService & { readonly program: Program })[] =>
  services.flatMap((service) => (service.program ? [{ ...service, program: service.program }] : []));

const notPassedOn = ({ environment, program }: { environment: ComposeService['environment']; program: Program }) =>
  program.variables.known.filter((variable) => !(variable in environment) && !(`${variable}_FILE` in environment));
