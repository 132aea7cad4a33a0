/** Variables in the manifests against those that the code reads. */
import { type KubernetesFacts, wholeOf } from './rule.ts';
import type { Workload } from './workloads.ts';

/** By what the code calls a program: gateway, user, …, auditor, migrate. */
export type VariableTable = Readonly<
  Record<string, { readonly known: readonly string[]; readonly required: readonly string[] }>
>;

/** A sentence for each variable that nobody reads, and for each that is required and not there. `X_FILE` stands for `X`. */
export const variableBreaches = (facts: Pick<KubernetesFacts, 'workloads'>, table: VariableTable): string[] => {
  const whole = wholeOf(facts);
  return facts.workloads.flatMap((workload) => {
    const { file, name, variables } = workload;
    const program = whole.find((candidate) => candidate.name === name);
    const service = program?.service ?? '';
    const of = table[service];
    if (!of) return [`${file}: ${name} runs "${service}", of whose variables nothing is known`];
    const isKnown = (variable: string) =>
      of.known.includes(variable) || of.known.includes(variable.replace(/_FILE$/, ''));
    return [
      ...Object.keys(variables)
        .filter((variable) => !isKnown(variable))
        .map((variable) => `${file}: ${name} has ${variable}, which ${service} does not read`),
      ...(workload.isPatch ? [] : missing(workload, of.required)),
    ];
  });
};

const missing = ({ file, name, variables }: Workload, required: readonly string[]): string[] =>
  required
    .filter((variable) => !(variable in variables) && !(`${variable}_FILE` in variables))
    .map((variable) => `${file}: ${name} lacks ${variable}`);
