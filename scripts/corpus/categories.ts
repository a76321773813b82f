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
  { rule: 'no-session-header', subject: 'client:', category: 'client.session' },
  { rule: 'no-session-header', category: 'session.header' },
  { rule: 'no-session-transport', subject: 'transport:', category: 'transport.stateful-http' },
  { rule: 'no-session-transport', subject: 'sessionIdGenerator', category: 'session.id-generator' },
  { rule: 'no-session-transport', subject: 'map:', category: 'session.transport-map' },
  { rule: 'no-initialize-handshake', category: 'handshake.initialize' },
  { rule: 'no-sampling', subject: 'sampling:client-handler', category: null },
  { rule: 'no-sampling', subject: 'sampling:includeContext', category: null },
  { rule: 'no-sampling', category: 'sampling.call' },
  { rule: 'no-logging', subject: 'logging:capability', category: 'logging.capability' },
  { rule: 'no-logging', subject: 'logging:client-handler', category: null },
  { rule: 'no-logging', clause: 'logging-set-level', category: 'logging.set-level' },
  { rule: 'no-logging', category: 'logging.call' },
  { rule: 'use-stateless-stdio', category: 'transport.stdio' },
];

export function categoryOf(finding: { readonly rule: string; readonly clause: string; readonly subject: string }): string | undefined {
  const row = CATEGORY_ROWS.find(
    r => r.rule === finding.rule && (r.clause === undefined || r.clause === finding.clause) && (r.subject === undefined || finding.subject.startsWith(r.subject)),
  );
  return row?.category ?? undefined;
}
