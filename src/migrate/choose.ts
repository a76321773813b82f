// What a migration cannot decide by itself: said on the command line, in the configuration, asked, or taken from what the project has.
import { DEFAULT_CHOICES, LEGACIES, LOGGINGS, PROVIDERS, ROOTS, STORES, TARGETS, type Choices } from '../choices.js';
import type { Finding } from '../finding.js';
import { servesHttpOnly } from '../emit/serving.js';
import { dependenciesOf } from '../graph/workspace.js';
import type { Project } from '../project.js';

/** In the order in which they are asked. */
export const CHOOSABLE = ['target', 'store', 'provider', 'logging', 'keepProtocolLogging', 'roots', 'legacy'] as const;
export type Choosable = (typeof CHOOSABLE)[number];

export interface Question {
  readonly name: Choosable;
  /** The option that answers it. */
  readonly option: string;
  readonly text: string;
  readonly values: readonly string[];
  /** What is taken when nobody answers, and why. */
  readonly suggested: string;
  readonly because: string;
}

const MESSAGES = /^logging:(?:sendLoggingMessage|notification|log)$/;

/** Findings that lead to the question: those of a rule, or some of them. */
const CONCERNS: Readonly<Record<Choosable, { readonly rule: RegExp; readonly subject?: RegExp }>> = {
  target: { rule: /^(?:no-session-transport|no-shared-server|use-stateless-stdio|use-sdk-v2|no-sse-transport)$/ },
  store: { rule: /^(?:no-session-state|no-process-state)$/ },
  provider: { rule: /^no-sampling$/, subject: /^sampling:(?:createMessage|createMessageStream|request|requestSampling)$/ },
  logging: { rule: /^no-logging$/, subject: MESSAGES },
  keepProtocolLogging: { rule: /^no-logging$/, subject: MESSAGES },
  roots: { rule: /^no-roots$/, subject: /^roots:(?:list|request)$/ },
  legacy: { rule: /^(?:no-session-transport|no-sse-transport)$/ },
};

const YES_NO = ['no', 'yes'] as const;

const TEXTS: Readonly<Record<Choosable, { readonly text: string; readonly values: readonly string[] }>> = {
  target: { text: 'Where to go: the second major of the SDK and both eras, or the first without sessions?', values: TARGETS },
  store: { text: 'Where is state behind handles kept?', values: STORES },
  provider: { text: "Whom does the server ask instead of the client's model?", values: PROVIDERS },
  logging: { text: 'Where do log messages go?', values: LOGGINGS },
  keepProtocolLogging: { text: 'Do clients that ask for log messages still get them, until the protocol loses them?', values: YES_NO },
  roots: { text: 'Who names directories: whoever starts the server, or tools as well, as a parameter within those?', values: ROOTS },
  legacy: { text: 'How are clients of older revisions served over HTTP?', values: LEGACIES },
};

const OPTIONS: Readonly<Record<Choosable, string>> = {
  target: '--target',
  store: '--store',
  provider: '--provider',
  logging: '--logging',
  keepProtocolLogging: '--keep-protocol-logging',
  roots: '--roots',
  legacy: '--legacy',
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
  return CHOOSABLE.flatMap(name => {
    if (given[name] !== undefined || !findings.some(f => isConcern(name, f))) return [];
    const hint = HINTS[name]?.flatMap(([pattern, value]) => dependencies.flatMap(d => (pattern.test(d) ? [{ value, because: `the project has ${d}` }] : [])))[0];
    const usual = hint ?? (name === 'logging' && servesHttpOnly(project, '') ? { value: 'otel', because: 'the servers are reached over HTTP only' } : undefined);
    return [{ name, option: OPTIONS[name], ...TEXTS[name], suggested: usual?.value ?? said(DEFAULT_CHOICES[name]), because: usual?.because ?? 'default' }];
  });
}

function isConcern(name: Choosable, { rule, subject }: Finding): boolean {
  const concern = CONCERNS[name];
  return concern.rule.test(rule) && concern.subject?.test(subject) !== false;
}

function said(value: string | boolean): string {
  return typeof value === 'string' ? value : value ? 'yes' : 'no';
}

/** How somebody says on the command line what was answered. */
export function optionFor(name: Choosable, value: string | boolean): string {
  if (name === 'keepProtocolLogging') return said(value) === 'yes' ? OPTIONS[name] : OPTIONS[name].replace('--', '--no-');
  return `${OPTIONS[name]} ${said(value)}`;
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
    case 'keepProtocolLogging':
      return oneOf(YES_NO, value, answer => ({ keepProtocolLogging: answer === 'yes' }));
    case 'roots':
      return oneOf(ROOTS, value, roots => ({ roots }));
    case 'legacy':
      return oneOf(LEGACIES, value, legacy => ({ legacy }));
  }
}

function oneOf<T extends string>(values: readonly T[], value: string, make: (value: T) => Partial<Choices>): Partial<Choices> | undefined {
  const found = values.find(v => v === value);
  return found === undefined ? undefined : make(found);
}
