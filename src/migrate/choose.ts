// What a migration cannot decide by itself: said on the command line, in the configuration, asked, or taken from what the project has.
import { DEFAULT_CHOICES, LEGACIES, LOGGINGS, PROVIDERS, STORES, TARGETS, type Choices } from '../choices.js';
import type { Finding } from '../finding.js';
import { servesHttpOnly } from '../emit/serving.js';
import { dependenciesOf } from '../graph/workspace.js';
import type { Project } from '../project.js';

export type Choosable = 'target' | 'store' | 'provider' | 'logging' | 'legacy';

export interface Question {
  readonly name: Choosable;
  readonly text: string;
  readonly values: readonly string[];
  /** What is taken when nobody answers, and why. */
  readonly suggested: string;
  readonly because: string;
}

/** Rules whose findings lead to the question. */
const CONCERNS: Readonly<Record<Choosable, RegExp>> = {
  target: /^(?:no-session-transport|no-shared-server|use-stateless-stdio|use-sdk-v2|no-sse-transport)$/,
  store: /^(?:no-session-state|no-process-state)$/,
  provider: /^no-sampling$/,
  logging: /^no-logging$/,
  legacy: /^(?:no-session-transport|no-sse-transport)$/,
};

const TEXTS: Readonly<Record<Choosable, { readonly text: string; readonly values: readonly string[] }>> = {
  target: { text: 'Where to go: the second major of the SDK and both eras, or the first without sessions?', values: TARGETS },
  store: { text: 'Where is state behind handles kept?', values: STORES },
  provider: { text: "Whom does the server ask instead of the client's model?", values: PROVIDERS },
  logging: { text: 'Where do log messages go?', values: LOGGINGS },
  legacy: { text: 'How are clients of older revisions served over HTTP?', values: LEGACIES },
};

/** Packages that answer a question before it is asked. */
const HINTS: Readonly<Partial<Record<Choosable, readonly (readonly [dependency: RegExp, value: string])[]>>> = {
  store: [[/^(?:redis|ioredis|@redis\/client)$/, 'redis'], [/^(?:pg|postgres)$/, 'postgres'], [/^@aws-sdk\/(?:client|lib)-dynamodb$/, 'dynamodb']],
  provider: [[/^@anthropic-ai\/sdk$/, 'anthropic'], [/^openai$/, 'openai'], [/^ai$/, 'ai-sdk']],
  logging: [[/^(?:pino|winston)$/, 'own'], [/^@opentelemetry\/(?:api|sdk-node|api-logs)$/, 'otel']],
};

/** The questions that the findings lead to and that nobody has answered. */
export function questionsFor(project: Project, findings: readonly Finding[], given: Partial<Choices>): readonly Question[] {
  const dependencies = project.manifests.flatMap(m => [...dependenciesOf(m).keys()]);
  const names: readonly Choosable[] = ['target', 'store', 'provider', 'logging', 'legacy'];
  return names.flatMap(name => {
    if (given[name] !== undefined || !findings.some(f => CONCERNS[name].test(f.rule))) return [];
    const hint = HINTS[name]?.flatMap(([pattern, value]) => dependencies.flatMap(d => (pattern.test(d) ? [{ value, because: `the project has ${d}` }] : [])))[0];
    const usual = hint ?? (name === 'logging' && servesHttpOnly(project, '') ? { value: 'otel', because: 'the servers are reached over HTTP only' } : undefined);
    return [{ name, ...TEXTS[name], suggested: usual?.value ?? DEFAULT_CHOICES[name], because: usual?.because ?? 'default' }];
  });
}

/** An answer as a choice; undefined when there is no such thing. */
export function answered(name: Choosable, value: string): Partial<Choices> | undefined {
  switch (name) {
    case 'target':
      return oneOf(TARGETS, value, target => ({ target }));
    case 'store':
      return oneOf(STORES, value, store => ({ store }));
    case 'provider':
      return oneOf(PROVIDERS, value, provider => ({ provider }));
    case 'logging':
      return oneOf(LOGGINGS, value, logging => ({ logging }));
    case 'legacy':
      return oneOf(LEGACIES, value, legacy => ({ legacy }));
  }
}

function oneOf<T extends string>(values: readonly T[], value: string, make: (value: T) => Partial<Choices>): Partial<Choices> | undefined {
  const found = values.find(v => v === value);
  return found === undefined ? undefined : make(found);
}
