/** Label selectors, as Kubernetes reads them. */
import type { ILabelSelector } from '@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector';

export type Selector = Pick<ILabelSelector, 'matchLabels' | 'matchExpressions'>;

/** An empty selector selects everything. Operators other than `In` are not used here, and are an error. */
export const selects = (selector: Selector | undefined, labels: Readonly<Record<string, string>>): boolean => {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator !== 'In') throw new Error(`a selector with the operator ${operator} is not understood here`);
      return values.includes(labels[key] ?? '');
    })
  );
};
