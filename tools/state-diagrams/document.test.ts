import { describe, expect, it } from 'vitest';
import { isCurrent } from '../state-diagrams.ts';
import { diagram } from './diagram.ts';
import { statesDocument } from './document.ts';

describe('docs/states.md', () => {
  it('is current (npm run docs:states)', async () => {
    expect(await isCurrent()).toBe(true);
  });

  it('shows the undoing of a declined payment', () => {
    expect(statesDocument()).toContain('payment.declined (undo stock)');
  });
});

describe('a diagram', () => {
  it('draws one arrow between two statuses, however many ways there are', () => {
    const arrows = ['first', 'second'].map((label) => ({ from: 'A', to: 'B', label }));
    expect(diagram('A', arrows, ['B'])).toBe(
      ['```mermaid', 'stateDiagram-v2', '  [*] --> A', '  A --> B: first<br/>second', '  B --> [*]', '```'].join('\n'),
    );
  });
});
