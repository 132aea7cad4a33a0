/** Secrets are there by reference only, as files, and nobody has one without a use for it. */
import { type KubernetesFacts, type Rule, wholeOf } from './rule.ts';

export const secretRules: readonly Rule[] = [
  { name: 'no literal secret', breaches: (facts) => [...literals(facts), ...generated(facts)] },
  {
    name: 'mounted secrets',
    breaches: (facts) =>
      wholeOf(facts).flatMap(({ file, name, variables, secrets }) => {
        const mounted = secrets.map(({ at }) => at);
        const read = Object.entries(variables).filter(([variable]) => isSecret(variable.replace(/_FILE$/, '')));
        return [
          ...read
            .filter(([variable, value]) => !mounted.includes(value) && !mounted.includes(variable))
            .map(([variable, value]) => `${file}: ${name} has ${variable}=${value}, and no secret is there`),
          ...secrets
            .filter(({ at }) => !read.some(([variable, value]) => at === value || at === variable))
            .map(({ secret, key }) => `${file}: ${name} is given ${secret}/${key}, which no variable of it names`),
        ];
      }),
  },
];

/** By their last word; and whatever holds a password in an address. */
const isSecret = (variable: string): boolean =>
  /(_KEYS?|SECRET|TOKEN|PASSWORD|DATABASE_URL|REDIS_URL|_HEADERS)$/.test(variable);
const hasPassword = (value: string): boolean => /:\/\/[^/@\s]*:[^/@\s]*@/.test(value);

const isLiteral = ([variable, value]: [string, string]): boolean =>
  (isSecret(variable) && value !== '') || hasPassword(value);

const literals = ({ workloads }: KubernetesFacts): string[] =>
  workloads.flatMap(({ file, name, variables }) =>
    Object.entries(variables)
      .filter(isLiteral)
      .map(([variable]) => `${file}: ${name} has the value of ${variable} in it`),
  );

const generated = ({ kustomizations }: KubernetesFacts): string[] =>
  kustomizations.flatMap(({ file, configMapGenerator }) =>
    configMapGenerator
      .flatMap(({ literals }) => literals.map((literal) => literal.split(/=(.*)/s, 2) as [string, string]))
      .filter(isLiteral)
      .map(([variable]) => `${file}: a ConfigMap has the value of ${variable} in it`),
  );
