import { context, propagation, trace } from '@opentelemetry/api';
import { logs, SeverityNumber } from '@opentelemetry/api-logs';
import type { AnyValue } from '@opentelemetry/api-logs';

/** The syslog column in the table of severities of the OpenTelemetry log data model. */
const SEVERITY = {
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  notice: SeverityNumber.INFO2,
  warning: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  critical: SeverityNumber.ERROR2,
  alert: SeverityNumber.ERROR3,
  emergency: SeverityNumber.FATAL,
} as const;

export type Level = keyof typeof SEVERITY;

/** LOG_LEVEL takes the place of logging/setLevel: the operator chooses, not each client. */
const chosen = process.env['LOG_LEVEL'] ?? 'info';
const threshold = chosen in SEVERITY ? SEVERITY[chosen as Level] : SeverityNumber.INFO;

export interface LogContext {
  logger?: string | undefined;
  /** `_meta` of the request: carries traceparent, tracestate and baggage. */
  meta?: Record<string, unknown> | undefined;
}

/** A record for OpenTelemetry where its SDK is loaded, else a line of JSON on stderr. */
export function log(level: Level, data: unknown, { logger = 'mcp-server', meta }: LogContext = {}): void {
  const severityNumber = SEVERITY[level];
  if (severityNumber < threshold) return;
  const active = context.active();
  // An active span, such as one of HTTP instrumentation, is nearer than that of the caller.
  const within = meta && !trace.getSpan(active) ? propagation.extract(active, meta) : active;
  const otel = logs.getLogger(logger);
  if (otel.enabled({ severityNumber, context: within })) {
    const body = data instanceof Error ? { body: data.message, exception: data } : { body: (isJson(data) ? data : String(data)) as AnyValue };
    otel.emit({ severityNumber, severityText: level, context: within, ...body });
    return;
  }
  process.stderr.write(`${format({ time: new Date().toISOString(), level, logger, data: data instanceof Error ? data.stack : data })}\n`);
}

/** A record that cannot be written would take its whole batch with it. */
function isJson(data: unknown): boolean {
  try {
    JSON.stringify(data);
    return true;
  } catch {
    return false;
  }
}

/** Logging must not throw: what is not JSON is shown as text. */
function format(line: Record<string, unknown>): string {
  return JSON.stringify(isJson(line) ? line : { ...line, data: String(line['data']) });
}
