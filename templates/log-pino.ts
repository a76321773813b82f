import { logger } from './stand-ins/pino.js';

/** The levels of MCP, with the nearest one of the logger. */
const METHOD = {
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'fatal',
  alert: 'fatal',
  emergency: 'fatal',
} as const;

export type Level = keyof typeof METHOD;

export interface LogContext {
  logger?: string | undefined;
  /** `_meta` of the request, for its trace context. */
  meta?: Record<string, unknown> | undefined;
}

/** What went to clients as log messages. */
export function log(level: Level, data: unknown, { logger: name, meta }: LogContext = {}): void {
  const fields = { mcpLevel: level, ...(name && { logger: name }), ...(meta?.['traceparent'] ? { traceparent: meta['traceparent'] } : {}) };
  if (typeof data === 'string') logger[METHOD[level]](fields, data);
  else if (data instanceof Error) logger[METHOD[level]]({ ...fields, err: data }, data.message);
  else logger[METHOD[level]]({ ...fields, data });
}
