import type { Choices } from '../../src/choices.js';
import { fromTemplate, languageOf, type Language } from '../../src/emit/emit.js';
import { specifierFor } from '../../src/emit/imports.js';
import { allowsBefore, declares, missing, rangeOf } from '../../src/emit/package.js';
import { homeOf, unusedPath } from '../../src/emit/place.js';
import type { Manifest } from '../../src/graph/workspace.js';
import type { SourceFile } from '../../src/parse/source.js';
import type { DependencyChange, ProjectRewriteContext, Variable } from '../../src/transform.js';

type Provider = Choices['provider'];

/** The files that call a model, and what they need. */
export interface ProviderTarget {
  readonly provider: Provider;
  /** Has `canCreateMessage`. */
  readonly shared: string;
  /** Has `createMessage`. */
  readonly caller: string;
  readonly created: readonly { readonly path: string; readonly text: string }[];
  readonly dependencies: readonly DependencyChange[];
  readonly variables: readonly Variable[];
  readonly notes: readonly string[];
}

const PACKAGES: Readonly<Record<Provider, readonly DependencyChange[]>> = {
  anthropic: [{ name: '@anthropic-ai/sdk', range: '^1.10.0' }],
  openai: [{ name: 'openai', range: '^6.49.0' }],
  'ai-sdk': [
    { name: 'ai', range: '^6.0.0' },
    { name: '@ai-sdk/anthropic', range: '^3.0.0' },
    { name: '@ai-sdk/openai', range: '^3.0.0' },
  ],
  none: [],
};

const MODEL: Variable = { name: 'MCP_SAMPLING_MODEL', purpose: 'Models that this server may use, separated by commas; the first is the default.', required: true };
const ANTHROPIC: Variable = { name: 'ANTHROPIC_API_KEY', purpose: 'The key that model calls are paid with.', required: true };
const OPENAI: Variable = { name: 'OPENAI_API_KEY', purpose: 'The key that model calls are paid with.', required: true };
const VARIABLES: Readonly<Record<Provider, readonly Variable[]>> = {
  anthropic: [MODEL, ANTHROPIC],
  openai: [MODEL, OPENAI],
  'ai-sdk': [MODEL, { name: 'MCP_SAMPLING_PROVIDER', purpose: 'Whose models they are: anthropic or openai.', required: true }, { ...ANTHROPIC, required: false }, { ...OPENAI, required: false }],
  none: [MODEL],
};

const NONE = '/** Takes the parameters of a sampling request and gives its result. */';
/** Nothing shows what comes of a function that only throws, and JavaScript is checked too. */
const NONE_TYPED = `/**
 * Takes the parameters of a sampling request and gives its result.
 *
 * @type {(params: object, options?: { signal?: AbortSignal, timeout?: number }) => Promise<any>}
 */`;

/** What the person chose, else what the package depends on already. */
export function providerFor(context: ProjectRewriteContext, manifest: Manifest | undefined, users: readonly SourceFile[]): ProviderTarget {
  const { project, choices, chosen } = context;
  const provider = chosen.provider ?? usual(manifest) ?? choices.provider;
  const typed = users.find(f => /\.[cm]?ts$/.test(f.path)) ?? users[0];
  if (!typed) throw new Error('A provider is for files that call a model.');
  const language = languageOf(typed);
  const folder = homeOf(project, users.map(f => f.path));
  const second = isSecondLine(project, manifest);
  const types = second ? '@modelcontextprotocol/server' : typesOfFirstLine(users);
  const fromSdk: ReadonlyMap<string, string> = new Map(language.types ? [['@modelcontextprotocol/server', types]] : []);
  const files = provider === 'none' ? noModel(context, folder, language, fromSdk) : model(context, folder, language, fromSdk, provider, [...users, typed]);
  const known = missing(manifest, PACKAGES[provider]);
  // Older versions do not have the types of calls with tools.
  const sdk = rangeOf(manifest, '@modelcontextprotocol/sdk');
  const outdated = !second && language.types && sdk !== undefined && allowsBefore(manifest, '@modelcontextprotocol/sdk', '1.25.0');
  return {
    provider,
    ...files,
    dependencies: outdated ? [...known, { name: '@modelcontextprotocol/sdk', range: /^\d/.test(sdk) ? '1.32.2' : '^1.32.0' }] : known,
    variables: VARIABLES[provider],
    notes: notesOf(provider, users, files.caller),
  };
}

type Files = Pick<ProviderTarget, 'shared' | 'caller' | 'created'>;

/** One file, in which somebody will write the call. */
function noModel({ project }: ProjectRewriteContext, folder: string, language: Language, types: ReadonlyMap<string, string>): Files {
  const text = fromTemplate('llm-none', language, new Map([...types, ...(language.types ? [] : [[NONE, NONE_TYPED] as const])]));
  const path = unusedPath(project, folder, 'llm-provider', language.extension, text);
  return { shared: path, caller: path, created: [{ path, text }] };
}

/** What all providers have in common, and the calls of one. */
function model({ project }: ProjectRewriteContext, folder: string, language: Language, types: ReadonlyMap<string, string>, provider: Provider, evidence: readonly SourceFile[]): Files {
  const sharedText = fromTemplate('llm', language, types);
  const shared = unusedPath(project, folder, 'llm', language.extension, sharedText);
  const text = fromTemplate(`llm-${provider}`, language, new Map([['./llm.js', specifierFor(`${folder}/x${language.extension}`, shared, evidence)]]));
  const caller = unusedPath(project, folder, `llm-${provider}`, language.extension, text);
  return { shared, caller, created: [{ path: shared, text: sharedText }, { path: caller, text }] };
}

function notesOf(provider: Provider, users: readonly SourceFile[], caller: string): readonly string[] {
  const files = users.map(f => f.path).join(', ');
  return [
    `Who pays: the calls of a model in ${files} now use the key of this server, no longer the subscription of the client's user.`,
    `Who approves: clients showed each of these calls to their user before it was made. Nobody does now; add a question where one is needed.`,
    ...(provider === 'none' ? [`${caller} does not call a model yet: choose a provider, or write the call there.`] : []),
    ...(provider === 'anthropic' ? ['Temperatures are not sent: the API of this provider has no such parameter any more.'] : []),
  ];
}

function usual(manifest: Manifest | undefined): Provider | undefined {
  if (declares(manifest, '@anthropic-ai/sdk') && !allowsBefore(manifest, '@anthropic-ai/sdk', '0.39.0')) return 'anthropic';
  if (declares(manifest, 'openai') && major(rangeOf(manifest, 'openai')) >= 5) return 'openai';
  return declares(manifest, 'ai') && major(rangeOf(manifest, 'ai')) >= 6 ? 'ai-sdk' : undefined;
}

function major(range: string | undefined): number {
  return Number(/\d+/.exec(range ?? '')?.[0] ?? 0);
}

function isSecondLine(project: ProjectRewriteContext['project'], manifest: Manifest | undefined): boolean {
  const folder = manifest?.folder ?? '';
  const specifiers = project.codeFiles().flatMap(path => (folder === '' || path.startsWith(`${folder}/`) ? project.specifiers(path) : []));
  return specifiers.some(s => /^@modelcontextprotocol\/(?:server|core)(?:\/|$)/.test(s)) && !specifiers.some(s => s.startsWith('@modelcontextprotocol/sdk/server'));
}

/** Imports of the first line end as the project writes them. */
function typesOfFirstLine(users: readonly SourceFile[]): string {
  const bare = users.some(f => /['"]@modelcontextprotocol\/sdk\/[\w/-]+['"]/.test(f.text)) && !users.some(f => /['"]@modelcontextprotocol\/sdk\/[\w/-]+\.js['"]/.test(f.text));
  return bare ? '@modelcontextprotocol/sdk/types' : '@modelcontextprotocol/sdk/types.js';
}
