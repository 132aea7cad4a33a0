/** The HTTP server of the gateway: what happens to every request before a route sees it. */
import type { FastifyInstance } from 'fastify';
import { createHttpServer, type HttpServerOptions } from '#platform/http/server.ts';
import { negotiateAnswers } from './answer-type.ts';
import { boundBodies } from './bodies-under-way.ts';
import { compression } from './compression.ts';
import { crossOrigin } from './cors.ts';
import { loadShedding } from './load-shedding.ts';
import { securityHeaders } from './security-headers.ts';
import type { HttpConfig } from './variables.ts';

export interface DoorOptions extends HttpServerOptions {
  readonly isDevelopment?: boolean;
}

/** In the order in which they act: a refusal carries the headers of those before it. */
export const httpDoor = async (config: HttpConfig, options: DoorOptions): Promise<FastifyInstance> => {
  const http = createHttpServer({
    ...options,
    trustedProxies: config.TRUSTED_PROXIES,
    bodyLimitBytes: config.LIMIT_BODY_BYTES,
    bodyLimitValues: config.LIMIT_BODY_VALUES,
    drainNoticeMs: config.SHUTDOWN_NOTICE_MS,
    keepAliveMs: config.KEEP_ALIVE_MS,
  });
  securityHeaders(http);
  await crossOrigin(http, {
    origins: config.CORS_ORIGINS,
    loopback: options.isDevelopment ?? false,
    credentials: config.CORS_CREDENTIALS === 'on',
    log: options.log,
  });
  if (config.COMPRESSION === 'on') await compression(http, config.COMPRESSION_MIN_BYTES);
  loadShedding(http, config.SHED_EVENT_LOOP_DELAY_MS, options.metrics);
  negotiateAnswers(http);
  boundBodies(http, config.LIMIT_BODY_BYTES);
  return http;
};
