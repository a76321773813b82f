// What our findings are called in the labelled corpus: by rule, clause and subject, the first row that fits.
// A finding without a row has no category there.

interface Row {
  readonly rule: string;
  readonly clause?: string;
  /** Start of the subject. */
  readonly subject?: string;
  readonly category: string | null;
}

export const CATEGORY_ROWS: readonly Row[] = [
  { rule: 'no-session-header', subject: 'cors:', category: 'cors.session-header' },
  { rule: 'no-session-header', subject: 'client:', category: 'session.header' },
  { rule: 'no-session-header', category: 'session.header' },
  { rule: 'no-session-transport', subject: 'transport:', category: 'transport.stateful-http' },
  { rule: 'no-session-transport', subject: 'sessionIdGenerator', category: 'session.id-generator' },
  { rule: 'no-session-transport', subject: 'map:', category: 'session.transport-map' },
  { rule: 'no-session-transport', subject: 'last:', category: 'session.transport-map' },
  { rule: 'no-initialize-handshake', category: 'handshake.initialize' },
  { rule: 'no-sampling', subject: 'sampling:client-handler', category: null },
  { rule: 'no-sampling', subject: 'sampling:includeContext', category: null },
  { rule: 'no-sampling', subject: 'sampling:input-request', category: null },
  { rule: 'no-sampling', category: 'sampling.call' },
  { rule: 'no-logging', subject: 'logging:capability', category: 'logging.capability' },
  { rule: 'no-logging', subject: 'logging:client-handler', category: null },
  { rule: 'no-logging', clause: 'logging-set-level', category: 'logging.set-level' },
  { rule: 'no-logging', category: 'logging.call' },
  { rule: 'use-stateless-stdio', category: 'transport.stdio' },
  { rule: 'use-error-codes', clause: 'resource-not-found-code', category: 'error.resource-not-found' },
  { rule: 'no-roots', subject: 'roots:client-handler', category: null },
  { rule: 'no-roots', subject: 'roots:capability', category: null },
  { rule: 'no-roots', subject: 'roots:input-request', category: null },
  { rule: 'no-roots', clause: 'roots-list-changed', category: 'roots.list-changed' },
  { rule: 'no-roots', category: 'roots.call' },
  { rule: 'no-pushed-elicitation', subject: 'elicitation:enumNames', category: null },
  { rule: 'no-pushed-elicitation', category: 'elicitation.push' },
  { rule: 'no-resource-subscriptions', category: 'subscription.resource' },
  { rule: 'no-unsolicited-notifications', subject: 'updated:', category: 'subscription.resource' },
  { rule: 'no-unsolicited-notifications', subject: 'list-changed:', category: 'list-changed.push' },
  { rule: 'no-sse-transport', category: 'transport.sse' },
  { rule: 'no-resumability', category: 'resumability.event-store' },
  { rule: 'no-ping', category: 'ping' },
  { rule: 'no-core-tasks', subject: 'tasks:related', category: null },
  { rule: 'no-core-tasks', subject: 'tasks:extension', category: null },
  { rule: 'no-core-tasks', category: 'tasks.experimental' },
  { rule: 'no-session-id-use', category: 'session.id-read' },
  { rule: 'no-session-state', category: 'state.session-keyed' },
  { rule: 'no-process-state', subject: 'session-closure:', category: 'state.session-keyed' },
  { rule: 'no-process-state', subject: 'subscribers:', category: null },
  { rule: 'no-process-state', category: 'state.process-lifetime' },
  { rule: 'no-session-auth', category: 'auth.session-binding' },
  { rule: 'no-sticky-sessions', subject: 'affinity:durable-object', category: null },
  { rule: 'no-sticky-sessions', subject: 'affinity:app-service-default', category: null },
  { rule: 'no-sticky-sessions', category: 'infra.sticky' },
  { rule: 'no-session-routing', category: 'gateway.session-routing' },
  { rule: 'no-dynamic-lists', subject: 'list:mutated', category: 'list-changed.push' },
  { rule: 'no-client-session', category: 'client.session' },
  { rule: 'no-client-registration', subject: 'dcr:', category: 'auth.dcr' },
  { rule: 'no-framework-sessions', subject: 'framework:mcp-nest', category: 'session.id-generator' },
  { rule: 'no-framework-sessions', subject: 'framework:mcp-', category: null },
  { rule: 'no-framework-sessions', category: 'transport.stateful-http' },
];

export function categoryOf(finding: { readonly rule: string; readonly clause: string; readonly subject: string }): string | undefined {
  const row = CATEGORY_ROWS.find(
    r => r.rule === finding.rule && (r.clause === undefined || r.clause === finding.clause) && (r.subject === undefined || finding.subject.startsWith(r.subject)),
  );
  return row?.category ?? undefined;
}
