import { logger } from './stand-ins/winston.js';

/** The levels of MCP, with the nearest one of the logger. */
const LEVEL = {
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'error',
  alert: 'error',
  emergency: 'error',
} as const;

export type Level = keyof typeof LEVEL;

export interface LogContext {
  logger?: string | undefined;
  /** `_meta` of the request, for its trace context. */
  meta?: Record<string, unknown> | undefined;
}

/** What went to clients as log messages. */
export function log(level: Level, data: unknown, { logger: name, meta }: LogContext = {}): void {
  const fields = { mcpLevel: level, ...(name && { logger: name }), ...(meta?.['traceparent'] ? { traceparent: meta['traceparent'] } : {}) };
  if (typeof data === 'string') logger.log(LEVEL[level], data, fields);
  else if (data instanceof Error) logger.log(LEVEL[level], data.message, { ...fields, stack: data.stack });
  else logger.log(LEVEL[level], JSON.stringify(data), fields);
}
