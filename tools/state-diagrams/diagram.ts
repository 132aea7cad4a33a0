/** One change of status. Without a `to`, the status stays. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** A Mermaid state diagram. Arrows between the same two statuses become one, with all their labels. */
export const diagram = (start: string, arrows: readonly Arrow[], ends: readonly string[]): string => {
  const bundles = Map.groupBy(arrows, ({ from, to }) => `${from} --> ${to}`);
  return [
    '```mermaid',
    'stateDiagram-v2',
    `  [*] --> ${start}`,
    ...[...bundles].map(([line, bundle]) => `  ${line}: ${bundle.map(({ label }) => label).join('<br/>')}`),
    ...ends.map((end) => `  ${end} --> [*]`),
    '```',
  ].join('\n');
};
