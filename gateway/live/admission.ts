/** How many streams there may be: in this process, and of one viewer. */

export type Refused = 'TOO_MANY_STREAMS' | 'OVERLOADED';

export interface Admission {
  /** What ends the place that it gives; or why there is none. */
  enter(viewer: string): (() => void) | Refused;
  /** Nobody gets in any more. */
  close(): void;
}

export const admission = (limits: { readonly streams: number; readonly perViewer: number }): Admission => {
  const ofViewer = new Map<string, number>();
  let all = 0;
  let isClosed = false;
  return {
    enter: (viewer) => {
      const count = ofViewer.get(viewer) ?? 0;
      if (count >= limits.perViewer) return 'TOO_MANY_STREAMS';
      if (isClosed || all >= limits.streams) return 'OVERLOADED';
      all++;
      ofViewer.set(viewer, count + 1);
      return () => {
        all--;
        const left = (ofViewer.get(viewer) ?? 1) - 1;
        if (left > 0) ofViewer.set(viewer, left);
        else ofViewer.delete(viewer);
      };
    },
    close: () => {
      isClosed = true;
    },
  };
};
