import { posix } from 'node:path';
import type { TSESTree } from '../../src/define-transform.js';
import type { Choices } from '../../src/choices.js';
import type { Edit } from '../../src/edits/edit.js';
import { fromTemplate, languageOf, type Language } from '../../src/emit/emit.js';
import { specifierFor } from '../../src/emit/imports.js';
import { declares, missing, sourceOf, startCommands } from '../../src/emit/package.js';
import { homeOf, unusedPath } from '../../src/emit/place.js';
import { servesHttpOnly } from '../../src/emit/serving.js';
import type { Manifest } from '../../src/graph/workspace.js';
import { exportsOf } from '../../src/mcp/exports.js';
import type { SourceFile } from '../../src/parse/source.js';
import type { DependencyChange, ProjectRewriteContext, Variable } from '../../src/transform.js';

/** Where messages go, and what a project needs for it. */
export interface LogTarget {
  readonly kind: Choices['logging'];
  /** The file that calls import `log` from. */
  readonly path: string;
  readonly created: readonly { readonly path: string; readonly text: string }[];
  readonly edits: ReadonlyMap<string, readonly Edit[]>;
  readonly dependencies: readonly DependencyChange[];
  readonly variables: readonly Variable[];
  readonly notes: readonly string[];
  /** The logger that the project has, which a few plain messages need nothing in front of. */
  readonly own?: OwnLogger;
}

const LEVEL: Variable = { name: 'LOG_LEVEL', purpose: 'The lowest level that is logged: debug, info, notice, warning, error, critical, alert or emergency.', example: 'info', required: false };

/** What the person chose, else what the project logs with already, else OpenTelemetry for servers over HTTP, and stderr for others. */
export function targetFor(context: ProjectRewriteContext, manifest: Manifest | undefined, users: readonly SourceFile[]): LogTarget {
  const kind = context.chosen.logging ?? usual(context, manifest);
  const own = kind === 'own' ? ownLogger(context, manifest) : undefined;
  const language = languageOf(users.find(f => /\.[cm]?ts$/.test(f.path)) ?? firstOf(users));
  if (own) return ownTarget(context, users, language, own);
  if (kind === 'otel') return otel(context, manifest, users, language);
  const target = stderr(context, users, language);
  return kind === 'own' ? { ...target, notes: [...target.notes, 'No logger of pino or winston is exported here, so a new file writes the messages.'] } : target;
}

function usual(context: ProjectRewriteContext, manifest: Manifest | undefined): Choices['logging'] {
  if (declares(manifest, '@opentelemetry/api-logs') || declares(manifest, '@opentelemetry/sdk-logs')) return 'otel';
  if (ownLogger(context, manifest)) return 'own';
  return servesHttpOnly(context.project, manifest?.folder ?? '') ? 'otel' : 'stderr';
}

function firstOf(users: readonly SourceFile[]): SourceFile {
  const [first] = users;
  if (!first) throw new Error('A target is for files that log.');
  return first;
}

function stderr({ project }: ProjectRewriteContext, users: readonly SourceFile[], language: Language): LogTarget {
  const text = fromTemplate('log-stderr', language);
  const path = unusedPath(project, homeOf(project, users.map(f => f.path)), 'log', language.extension, text);
  return { kind: 'stderr', path, created: [{ path, text }], edits: new Map(), dependencies: [], variables: [LEVEL], notes: ['Clients no longer receive log messages. They go to stderr, one line of JSON each; hosts of stdio servers show it.'] };
}

const OTEL = '^0.223.0';

function otel({ project }: ProjectRewriteContext, manifest: Manifest | undefined, users: readonly SourceFile[], language: Language): LogTarget {
  const text = fromTemplate('log-otel', language);
  const path = unusedPath(project, homeOf(project, users.map(f => f.path)), 'log', language.extension, text);
  const created = [{ path, text }];
  const edits = new Map<string, Edit[]>();
  const notes = ['Clients no longer receive log messages. They become records of OpenTelemetry, and lines on stderr while its SDK is not loaded.'];
  const dependencies: DependencyChange[] = [
    { name: '@opentelemetry/api', range: '^1.9.0' },
    { name: '@opentelemetry/api-logs', range: OTEL },
  ];
  if (!declares(manifest, '@opentelemetry/sdk-node')) {
    const started = instrumentation(project, manifest, path, language, edits);
    created.push(started.file);
    dependencies.push({ name: '@opentelemetry/exporter-logs-otlp-http', range: OTEL }, { name: '@opentelemetry/sdk-logs', range: OTEL }, { name: '@opentelemetry/sdk-node', range: OTEL });
    notes.push(started.note);
  }
  const variables: Variable[] = [
    LEVEL,
    { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', purpose: 'The collector that log records are sent to.', example: 'http://localhost:4318', required: false },
    { name: 'OTEL_SERVICE_NAME', purpose: 'The name of this server in log records.', required: false },
  ];
  return { kind: 'otel', path, created, edits, dependencies: missing(manifest, dependencies), variables, notes };
}

/** The set-up of the OpenTelemetry SDK beside the program, and the commands that load it. */
function instrumentation(project: ProjectRewriteContext['project'], manifest: Manifest | undefined, beside: string, language: Language, edits: Map<string, Edit[]>): { readonly file: { readonly path: string; readonly text: string }; readonly note: string } {
  const commands = manifest ? startCommands(project, manifest).map(command => ({ command, source: sourceOf(project, manifest.folder, command.program) })) : [];
  const known = commands.filter(c => c.source !== undefined);
  const text = fromTemplate('instrumentation', language, new Map([['{{service}}', manifest?.name?.replace(/^.*\//, '') ?? 'mcp-server']]));
  const folder = posix.dirname(known[0]?.source ?? beside);
  const path = unusedPath(project, folder, 'instrumentation', language.extension, text);
  const name = posix.basename(path).replace(/\.([cm]?)ts$/, '.$1js');
  for (const { command, source } of known) {
    if (posix.dirname(source ?? '') !== folder) continue;
    const runsSource = source?.endsWith(command.program.replace(/^\.\//, '')) ?? false;
    const loaded = `./${posix.join(posix.dirname(command.program), runsSource ? posix.basename(path) : name)}`;
    const at = command.quoted ? command.at - 1 : command.at;
    const insert = command.quoted ? `"--import", "${loaded}", ` : `--import ${loaded} `;
    edits.set(command.file, [...(edits.get(command.file) ?? []), { range: [at, at], text: insert }]);
  }
  const note = edits.size > 0 ? `${[...edits.keys()].join(' and ')} start the server with --import, which loads ${path}. Other ways to start it need that too.` : `Start the server with node --import and the compiled ${path}; no plain start command was found.`;
  return { file: { path, text }, note };
}

export interface OwnLogger {
  readonly library: 'pino' | 'winston';
  readonly file: SourceFile;
  /** Under which it is exported. */
  readonly name: string;
}

/** The logger that other files of the package can import. */
function ownLogger({ project }: ProjectRewriteContext, manifest: Manifest | undefined): OwnLogger | undefined {
  if (!declares(manifest, 'pino') && !declares(manifest, 'winston')) return undefined;
  for (const path of project.codeFiles()) {
    if (manifest && manifest.folder !== '' && !path.startsWith(`${manifest.folder}/`)) continue;
    if (/(?:^|\/)(?:tests?|__tests__)\/|\.(?:test|spec)\./.test(path)) continue;
    const library = project.specifiers(path).find(s => s === 'pino' || s === 'winston');
    const file = library ? project.source(path) : undefined;
    if (!file || (library !== 'pino' && library !== 'winston')) continue;
    for (const [name, origin] of exportsOf(file).names) {
      const made = origin.kind === 'local' ? madeBy(file, origin.node) : undefined;
      if (made && new RegExp(library === 'pino' ? '^pino(?:\\.default|\\.pino)?$' : '(?:^|\\.)createLogger$').test(made)) return { library, file, name };
    }
  }
  return undefined;
}

function madeBy(file: SourceFile, id: TSESTree.Identifier): string | undefined {
  const definition = file.variableOf(id)?.defs[0];
  const init = definition?.type === 'Variable' ? definition.node.init : undefined;
  return init?.type === 'CallExpression' ? file.text.slice(...init.callee.range) : undefined;
}

function ownTarget({ project }: ProjectRewriteContext, users: readonly SourceFile[], language: Language, { library, file, name }: OwnLogger): LogTarget {
  const folder = posix.dirname(file.path);
  const specifier = specifierFor(posix.join(folder, `log${language.extension}`), file.path, [file, ...users]);
  const imported = name === 'default' ? 'logger' : name === 'logger' ? '{ logger }' : `{ ${name} as logger }`;
  const text = fromTemplate(`log-${library}`, language, new Map([[`{ logger } from './stand-ins/${library}.js'`, `${imported} from '${specifier}'`]]));
  const path = unusedPath(project, folder, 'log', language.extension, text);
  return { kind: 'own', path, created: [{ path, text }], edits: new Map(), dependencies: [], variables: [], notes: [`Clients no longer receive log messages. They go to the logger in ${file.path}.`], own: { library, file, name } };
}
