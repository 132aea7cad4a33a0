/** What clients reach past the graph, and whose it is. Written by `npm run compose`, from `publicPaths` in subgraphs/<name>/service.ts. */
export const publicPaths: readonly {
  readonly service: string;
  readonly path: string;
  readonly maxBodyBytes: number;
  readonly arrivalMs?: number;
}[] = [
  { service: 'user', path: '/unsubscribe', maxBodyBytes: 1024 },
  { service: 'product', path: '/media/', maxBodyBytes: 20971520, arrivalMs: 120000 },
  { service: 'payment', path: '/webhooks/', maxBodyBytes: 65536 },
];
