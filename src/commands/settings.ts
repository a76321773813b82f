import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ruleList } from '../../rules/list.js';
import { transformList } from '../../transforms/list.js';
import { clauses } from '../catalogue/clauses.js';
import type { Choices } from '../choices.js';
import { configOf } from '../config/read.js';
import type { ConfigNode } from '../config/tree.js';
import { LineIndex } from '../parse/source.js';
import type { Names } from '../settings/schema.js';
import type { Settings } from '../settings/settings.js';
import type { Problem } from '../settings/validate.js';
import { UsageError } from './io.js';

const FILE = /^mcp-stateless\.config\.(?:[cm]?[jt]s|json)$/;
const KEY = 'mcp-stateless';
const NEW = 'mcp-stateless.config.json';
const MAX_PROBLEMS = 10;

/** The configuration in this folder. Folders above are never looked into: what stands there is not ours to run. */
export async function settingsOf(root: string): Promise<Settings> {
  const file = fileIn(root);
  const inManifest = manifestSettings(root);
  if (file !== undefined && inManifest !== undefined) throw new UsageError(`There are two configurations: ${file}, and "${KEY}" in package.json. Keep one of them.`);
  if (file !== undefined) return checked(await load(root, file), file, file.endsWith('.json') ? { text: read(root, file), at: [] } : undefined);
  return inManifest === undefined ? {} : checked(inManifest, 'package.json', { text: read(root, 'package.json'), at: [KEY] });
}

export interface Recording {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  /** The same on another text of the file. */
  readonly onto: (text: string) => string;
}

/** The configuration with these decisions, or what to write into it where that cannot be done. */
export async function withHandles(root: string, handles: Choices['handles']): Promise<Recording | { readonly file: string; readonly wanted: string }> {
  // An audit that finds no MCP does without what reads code.
  const { newConfiguration, recordInCode, recordInJson } = await import('../settings/record.js');
  const file = fileIn(root) ?? (manifestSettings(root) === undefined ? undefined : 'package.json');
  if (file === undefined) return { file: NEW, before: '', after: newConfiguration(handles), onto: () => newConfiguration(handles) };
  const before = read(root, file).replace(/^\uFEFF/, '');
  const record = (text: string): string | undefined => (file.endsWith('.json') ? recordInJson(text, file === 'package.json' ? [KEY] : [], handles) : recordInCode(file, text, handles));
  const after = record(before);
  return after === undefined ? { file, wanted: newConfiguration(handles) } : { file, before, after, onto: text => record(text) ?? text };
}

/** Something in the configuration that only shows when it is used, with its place. */
export function settingsProblem(root: string, path: readonly string[], message: string): string {
  const file = fileIn(root) ?? 'package.json';
  const place = file.endsWith('.json') ? placeOf(file, { text: read(root, file), at: file === 'package.json' ? [KEY] : [] }, { path, key: true, message }) : file;
  return `${place} ${path.join('.')}: ${message}`;
}

function fileIn(root: string): string | undefined {
  const found = readdirSync(root).filter(name => FILE.test(name)).sort();
  if (found.length > 1) throw new UsageError(`There are several configurations: ${found.join(', ')}. Keep one of them.`);
  return found[0];
}

function manifestSettings(root: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(read(root, 'package.json').replace(/^\uFEFF/, ''));
  } catch {
    // No manifest, or one that its own tools will complain about.
    return undefined;
  }
  return typeof json === 'object' && json !== null ? (Reflect.get(json, KEY) as unknown) : undefined;
}

function read(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

async function load(root: string, file: string): Promise<unknown> {
  if (file.endsWith('.json')) {
    try {
      return JSON.parse(read(root, file).replace(/^\uFEFF/, ''));
    } catch (error) {
      throw new UsageError(`${file} is no JSON: ${messageOf(error)}`);
    }
  }
  return run(join(root, file), file);
}

/** JavaScript and TypeScript, on every version of Node alike. The package itself need not be installed beside the configuration. */
async function run(path: string, file: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  const settings = fileURLToPath(new URL('../settings/settings.js', import.meta.url));
  const jiti = createJiti(import.meta.url, { fsCache: false, moduleCache: false, interopDefault: false, alias: { [KEY]: settings } });
  let module: unknown;
  try {
    module = await jiti.import(path);
  } catch (error) {
    throw new UsageError(`${file} cannot be run: ${messageOf(error)}`);
  }
  const exported = exportOf(module);
  if (exported === undefined) throw new UsageError(`${file} has no default export. Write: export default { ... }`);
  return exported;
}

/** The default export; of a CommonJS module all that it exports. */
function exportOf(module: unknown): unknown {
  if (typeof module !== 'object' || module === null) return module;
  return 'default' in module || '__esModule' in module ? Reflect.get(module, 'default') : module;
}

async function checked(value: unknown, file: string, source: { readonly text: string; readonly at: readonly string[] } | undefined): Promise<Settings> {
  const { checkSettings } = await import('../settings/validate.js');
  const result = checkSettings(value, names());
  if ('settings' in result) return result.settings;
  const rows = result.problems.slice(0, MAX_PROBLEMS).map(problem => `  ${source ? placeOf(file, source, problem) : file} ${problem.path.join('.') || 'the configuration'}: ${problem.message}`);
  throw new UsageError(`the configuration is wrong.\n${rows.join('\n')}`);
}

function names(): Names {
  return { rules: ruleList.map(r => r.id), clauses: [...clauses().keys()], transforms: transformList.map(t => t.id) };
}

/** `file:line:column` of the deepest key of the path that is written. */
function placeOf(file: string, { text, at }: { readonly text: string; readonly at: readonly string[] }, { path }: Problem): string {
  let nodes: readonly ConfigNode[] = configOf({ path: file, kind: 'config', text });
  let found: ConfigNode | undefined;
  for (const key of [...at, ...path]) {
    const next = /^\d+$/.test(key) ? nodes[Number(key)] : nodes.find(n => n.key === key);
    if (!next) break;
    found = next;
    nodes = next.children;
  }
  if (!found) return file;
  const { line, column } = new LineIndex(text).position(found.range[0]);
  return `${file}:${line}:${column}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}
