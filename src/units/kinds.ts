import type { ClauseId } from '../catalogue/clauses.js';
import type { Finding } from '../finding.js';
import type { Risk, UnitKind } from '../report/report.js';

export interface Kind {
  readonly title: string;
  /** Of the change, before anything is known about the place. */
  readonly risk: Risk;
  /** What findings of one unit have in common, beside the zone. */
  readonly link: 'imports' | 'container' | 'handlers' | 'package' | 'file' | 'root';
  /** Whether a person decides how it works afterwards: `design` changes what tools ask for and give back. */
  readonly needs: 'nothing' | 'transport' | 'design' | 'gateway';
}

export const KINDS: Readonly<Record<UnitKind, Kind>> = {
  transport: { title: 'HTTP sessions', risk: 'medium', link: 'imports', needs: 'transport' },
  state: { title: 'State between calls', risk: 'high', link: 'container', needs: 'design' },
  hazards: { title: 'What breaks when each request gets its own server', risk: 'high', link: 'imports', needs: 'design' },
  elicitation: { title: 'Questions to the user', risk: 'medium', link: 'handlers', needs: 'design' },
  sampling: { title: 'Calls of the client’s model', risk: 'medium', link: 'handlers', needs: 'design' },
  roots: { title: 'Roots of the client', risk: 'medium', link: 'package', needs: 'design' },
  lists: { title: 'Lists that differ between callers', risk: 'high', link: 'imports', needs: 'design' },
  subscriptions: { title: 'Subscriptions and change notifications', risk: 'medium', link: 'imports', needs: 'design' },
  tasks: { title: 'Tasks', risk: 'high', link: 'package', needs: 'design' },
  auth: { title: 'Authorization', risk: 'high', link: 'imports', needs: 'design' },
  gateway: { title: 'Routing to other servers', risk: 'high', link: 'imports', needs: 'gateway' },
  logging: { title: 'Log messages to the client', risk: 'low', link: 'package', needs: 'transport' },
  handshake: { title: 'What the handshake told', risk: 'medium', link: 'package', needs: 'transport' },
  stdio: { title: 'stdio entry', risk: 'low', link: 'file', needs: 'transport' },
  stdout: { title: 'Output between the messages on stdio', risk: 'low', link: 'package', needs: 'nothing' },
  wire: { title: 'Messages and headers written by hand', risk: 'medium', link: 'imports', needs: 'transport' },
  results: { title: 'Results and error codes', risk: 'low', link: 'package', needs: 'transport' },
  telemetry: { title: 'The session id in logs and metrics', risk: 'low', link: 'package', needs: 'transport' },
  client: { title: 'Client side', risk: 'medium', link: 'package', needs: 'transport' },
  framework: { title: 'Framework', risk: 'high', link: 'package', needs: 'transport' },
  sdk: { title: 'SDK and runtime', risk: 'medium', link: 'package', needs: 'transport' },
  deployment: { title: 'Deployment', risk: 'medium', link: 'root', needs: 'transport' },
};

/** Where a clause does not go with its group. */
const BY_CLAUSE: Readonly<Record<ClauseId, UnitKind>> = {
  'handshake-initialize-request': 'transport',
  'server-discover-missing': 'stdio',
  'sdk-v2-legacy-only-connect': 'stdio',
  'stdio-stdout': 'stdout',
  'sdk-node-version': 'sdk',
  'deploy-node-runtime': 'sdk',
  'client-version-negotiation': 'client',
  'client-fallback-single-code': 'client',
  'protocol-version-constants': 'wire',
  'unsupported-version-error': 'wire',
  'session-keyed-state': 'state',
  'session-store-external': 'state',
  'connection-state-closure': 'state',
  'stdio-process-lifetime-state': 'state',
  'handle-quality': 'state',
  'session-auth-binding': 'auth',
  'session-telemetry-key': 'telemetry',
  'session-client-tracking': 'client',
  'list-varies-per-connection': 'lists',
  'list-mutated-by-request': 'lists',
  'capability-conditional-registration': 'lists',
  'required-request-headers': 'wire',
  'header-value-encoding': 'wire',
  'push-elicitation': 'elicitation',
  'url-elicitation-required-error': 'elicitation',
  'elicitation-complete-notification': 'elicitation',
  'elicitation-legacy-enum-names': 'elicitation',
  'push-sampling': 'sampling',
  'sampling-feature': 'sampling',
  'sampling-include-context': 'sampling',
  'push-roots': 'roots',
  'roots-feature': 'roots',
  'roots-list-changed': 'roots',
  'logging-feature': 'logging',
  'logging-set-level': 'logging',
  'logging-per-request-level': 'logging',
  'client-input-required': 'client',
  'mrtr-client-retry-rules': 'client',
  'client-notification-reception': 'client',
  'client-cache-rules': 'client',
  'resource-not-found-client': 'client',
  'meta-closed-schemas': 'gateway',
  'fw-stdio-bridges': 'deployment',
};

const BY_GROUP: Readonly<Record<string, UnitKind>> = {
  lifecycle: 'handshake',
  metadata: 'wire',
  sessions: 'transport',
  http: 'transport',
  'server-initiated': 'hazards',
  'deprecated-features': 'logging',
  subscriptions: 'subscriptions',
  utilities: 'wire',
  results: 'results',
  tasks: 'tasks',
  auth: 'auth',
  sdk: 'sdk',
  frameworks: 'framework',
  extensions: 'sdk',
  gateway: 'gateway',
  deployment: 'deployment',
};

/** What a rule says about who speaks: its own words, as in `sampling:client-handler`. */
const CLIENT_SUBJECT = /(?:^|:)client(?:$|-|:)|^(?:roots:sent-change|subscription:client)$/;

export function kindOfUnit({ clause, subject, file }: Pick<Finding, 'clause' | 'subject' | 'file'>, groupOf: (clause: ClauseId) => string, isCode: (file: string) => boolean): UnitKind {
  if (/^hazard:/.test(subject)) return 'hazards';
  const kind = BY_CLAUSE[clause] ?? BY_GROUP[groupOf(clause)] ?? 'wire';
  if (kind === 'sdk' || kind === 'deployment') return kind;
  // What stands in a proxy's configuration is deployed with it, whatever it is about.
  if (!isCode(file)) return kind === 'framework' ? 'framework' : 'deployment';
  return CLIENT_SUBJECT.test(subject) ? 'client' : kind;
}
