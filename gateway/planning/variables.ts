export const planningBounds = {
  // 256 documents that nobody has planned yet. Ordinary ones take 1 to 10 ms each, so that the last is planned within 3 s.
  waiting: 256,
  // 10 s: as long as a subgraph is given. Whoever waits longer is better served by another gateway.
  waitMs: 10_000,
  // 5 s for one document: the hardest query that was measured, over seven subgraphs that can all answer, takes 0.4 s.
  planMs: 5_000,
  // 30 s until a thread has loaded the planner and built it: half a second, on a machine that is busy with everything else 10.
  startMs: 30_000,
  // 512 MiB: a planner for our graph takes 60; what needs more has lost its way.
  heapMiB: 512,
  // 60 s in which a document that has ended its planner is refused at once, and 100 of them: each has cost 5 s.
  failedMs: 60_000,
  failed: 100,
};
