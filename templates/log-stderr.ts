export type Level = 'debug' | 'info' | 'notice' | 'warning' | 'error' | 'critical' | 'alert' | 'emergency';
const ORDER: readonly Level[] = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** LOG_LEVEL takes the place of logging/setLevel: the operator chooses, not each client. */
const threshold = Math.max(0, ORDER.indexOf((process.env['LOG_LEVEL'] ?? 'info') as Level));

export interface LogContext {
  logger?: string | undefined;
  /** `_meta` of the request, for its trace context. */
  meta?: Record<string, unknown> | undefined;
}

/** One JSON object per line on stderr. stdout belongs to the protocol when the transport is stdio. */
export function log(level: Level, data: unknown, { logger, meta }: LogContext = {}): void {
  if (ORDER.indexOf(level) < threshold) return;
  const traceparent = meta?.['traceparent'];
  const traceId = typeof traceparent === 'string' ? /^[\da-f]{2}-([\da-f]{32})-/.exec(traceparent)?.[1] : undefined;
  process.stderr.write(`${format({ time: new Date().toISOString(), level, logger, traceId, data: plain(data) })}\n`);
}

/** An error has no members of its own that JSON would show. */
function plain(data: unknown): unknown {
  return data instanceof Error ? { message: data.message, stack: data.stack } : data;
}

/** Logging must not throw: what is not JSON is shown as text. */
function format(line: Record<string, unknown>): string {
  try {
    return JSON.stringify(line);
  } catch {
    return JSON.stringify({ ...line, data: String(line['data']) });
  }
}
