import { beginsBelow, lowestMajor } from '../config/manifests.js';
import { zoneOf } from '../files/kinds.js';
import { dependenciesOf, isRecord, manifestOf, type Manifest } from '../graph/workspace.js';
import { sdk } from '../mcp/sdk.js';
import type { Project } from '../project.js';
import type { DependencyChange } from '../transform.js';

const FORMER = '@modelcontextprotocol/sdk';
const SECOND = /^(?:npm:)?(@modelcontextprotocol\/(?:server|client|core|node|express|hono|fastify|server-legacy))(?:@[^/]*)?(?:\/|$)/;
/** What a package of the second major wants beside it. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  '@modelcontextprotocol/node': ['@modelcontextprotocol/server'],
  '@modelcontextprotocol/express': ['@modelcontextprotocol/server'],
  '@modelcontextprotocol/hono': ['@modelcontextprotocol/server'],
  '@modelcontextprotocol/fastify': ['@modelcontextprotocol/server'],
};
const GIVES_SCHEMAS = /\b(?:registerTool|registerPrompt|completable)\b/;
const ZOD_FLOOR = '^4.2.0';

export interface ManifestPlan {
  readonly dependencies: readonly DependencyChange[];
  readonly notes: readonly string[];
}

interface Needs {
  /** Package name to whether the program itself needs it. */
  readonly second: Map<string, boolean>;
  former: boolean;
  zod: boolean;
  /** Schemas of zod are given to the SDK. */
  schemas: boolean;
}

/** What every package.json of the project needs after the step, from what its files import then. */
export function dependencyChanges(before: Project, after: Project): ManifestPlan {
  const needs = new Map<Manifest, Needs>();
  for (const path of after.codeFiles()) collect(before, after, path, needs);
  const dependencies: DependencyChange[] = [];
  const notes: string[] = [];
  for (const manifest of before.manifests) {
    const need = needs.get(manifest);
    dependencies.push(...changesOf(manifest, need, notes));
  }
  return { dependencies, notes };
}

/** Packages of the second major that came with the migration, and of which a later step has taken the last use. */
export function unneededPackages(before: Project, after: Project): readonly DependencyChange[] {
  const needs = new Map<Manifest, Needs>();
  for (const path of after.codeFiles()) collect(after, after, path, needs);
  return after.manifests.flatMap(manifest => {
    const was = before.manifests.find(m => m.path === manifest.path);
    const had = was ? dependenciesOf(was) : new Map<string, string>();
    const names = [...dependenciesOf(manifest).keys()].filter(name => SECOND.exec(name)?.[1] === name && !had.has(name) && needs.get(manifest)?.second.has(name) !== true);
    return names.map(name => ({ name, range: undefined, package: manifest.folder }));
  });
}

function collect(before: Project, after: Project, path: string, needs: Map<Manifest, Needs>): void {
  const text = after.text(path) ?? '';
  if (!/@modelcontextprotocol\/|\bzod\b/.test(text)) return;
  const own = manifestOf(before.manifests, path);
  if (!own) return;
  const owner = declaring(before.manifests, own);
  const need = needs.get(owner) ?? { second: new Map<string, boolean>(), former: false, zod: false, schemas: false };
  const runtime = zoneOf(path) === 'source' || zoneOf(path) === 'example';
  const mentioned = new Set([...after.specifiers(path), ...[...text.matchAll(/['"`](@modelcontextprotocol\/[\w-]+)[^'"`\s]*['"`]/g)].map(m => m[1] ?? '')]);
  for (const specifier of mentioned) {
    const name = SECOND.exec(specifier)?.[1];
    for (const wanted of name === undefined ? [] : [name, ...(BESIDE[name] ?? [])]) need.second.set(wanted, (need.second.get(wanted) ?? false) || runtime);
    if (/^@modelcontextprotocol\/sdk(?:\/|$)/.test(specifier)) need.former = true;
    if (/^zod(?:\/|$)/.test(specifier)) need.zod = true;
  }
  if (GIVES_SCHEMAS.test(text) && need.second.size > 0) need.schemas = true;
  needs.set(owner, need);
}

/** The manifest that the package's dependencies are declared in: its own, or one above that declares the SDK for it. */
function declaring(manifests: readonly Manifest[], own: Manifest): Manifest {
  if (declares(own, /^@modelcontextprotocol\//)) return own;
  const above = manifests.filter(m => m !== own && (m.folder === '' || own.folder.startsWith(`${m.folder}/`)) && declares(m, /^@modelcontextprotocol\//));
  return above.sort((a, b) => b.folder.length - a.folder.length)[0] ?? own;
}

function declares(manifest: Manifest, name: RegExp): boolean {
  return [...dependenciesOf(manifest).keys()].some(k => name.test(k));
}

function changesOf(manifest: Manifest, need: Needs | undefined, notes: string[]): readonly DependencyChange[] {
  const declared = dependenciesOf(manifest);
  const hasFormer = declared.has(FORMER);
  const changes: DependencyChange[] = [];
  const onlyDev = isOnlyDev(manifest);
  for (const [name, runtime] of need?.second ?? []) {
    if (declared.has(name)) continue;
    const change = { name, range: rangeOf(name), package: manifest.folder };
    const asPeer = runtime && holds(manifest, 'peerDependencies');
    if (!asPeer || holds(manifest, 'devDependencies')) changes.push({ ...change, ...((!runtime || onlyDev || asPeer) && { dev: true }) });
    if (asPeer) changes.push({ ...change, peer: true });
  }
  if (hasFormer && need && !need.former && need.second.size > 0) changes.push({ name: FORMER, range: undefined, package: manifest.folder });
  if (hasFormer && (!need || (need.second.size === 0 && !need.former))) notes.push(`${manifest.path} declares ${FORMER}, but nothing in it imports it: see whether it can go.`);
  if (need && need.second.size > 0) changes.push(...zodChanges(manifest, declared, need, notes));
  if (need && need.second.size > 0) nodeNote(manifest, notes);
  return changes;
}

function rangeOf(name: string): string {
  return `^${sdk().versionOf(name) ?? '2.0.0'}`;
}

function holds(manifest: Manifest, field: string): boolean {
  const value = manifest.json[field];
  return isRecord(value) && FORMER in value;
}

function isOnlyDev(manifest: Manifest): boolean {
  return holds(manifest, 'devDependencies') && !['dependencies', 'peerDependencies', 'optionalDependencies'].some(f => holds(manifest, f));
}

/** Schemas of zod below 4.2 do not describe themselves as the second major needs it. */
function zodChanges(manifest: Manifest, declared: ReadonlyMap<string, string>, need: Needs, notes: string[]): readonly DependencyChange[] {
  const range = declared.get('zod');
  if (range === undefined) return need.zod && !isProvided(manifest) ? [{ name: 'zod', range: ZOD_FLOOR, package: manifest.folder }] : [];
  if (!need.zod || !need.schemas || !beginsBelow(range, 4, 2) || /^(?:catalog|workspace|npm|link|file):/.test(range)) return [];
  if (lowestMajor(range) === 3) notes.push(`${manifest.path}: zod goes from ${range} to ${ZOD_FLOOR}, since the second major of the SDK needs schemas of zod 4.2 or newer. See https://zod.dev/v4/changelog for what else changes.`);
  return [{ name: 'zod', range: ZOD_FLOOR, package: manifest.folder }];
}

function isProvided(manifest: Manifest): boolean {
  return manifest.json['private'] === true && manifest.json['workspaces'] !== undefined;
}

function nodeNote(manifest: Manifest, notes: string[]): void {
  const engines = manifest.json['engines'];
  const node = isRecord(engines) ? engines['node'] : undefined;
  const lowest = typeof node === 'string' ? lowestMajor(node) : undefined;
  if (lowest !== undefined && lowest < 20) notes.push(`${manifest.path} allows Node ${String(node)}; the second major of the SDK needs 20 or newer: raise engines.node to ">=20".`);
}

/** Deno keeps its dependencies in the imports of deno.json. */
export function importMapChanges(before: Project, changes: ReadonlyMap<string, string | null>): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  for (const { path } of before.tree.files) {
    if (!/(?:^|\/)(?:deno\.jsonc?|import_map\.json|importmap\.json)$/.test(path)) continue;
    const text = before.text(path);
    if (text?.includes('@modelcontextprotocol/sdk') !== true) continue;
    const after = importMap(text, usedUnder(before, path, changes));
    if (after !== text) found.push([path, after]);
  }
  return found;
}

function usedUnder(before: Project, path: string, changes: ReadonlyMap<string, string | null>): ReadonlySet<string> {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
  const used = new Set<string>();
  for (const file of before.codeFiles()) {
    if (!file.startsWith(folder)) continue;
    for (const match of (changes.get(file) ?? before.text(file) ?? '').matchAll(/['"](@modelcontextprotocol\/(?!sdk)[\w-]+)(\/[\w/-]+)?['"]/g)) used.add(`${match[1] ?? ''}${match[2] ?? ''}`);
  }
  return used;
}

/** The lines of the first major make way for one line for each module of the second that is imported. */
function importMap(text: string, used: ReadonlySet<string>): string {
  const line = /^([ \t]*)"@modelcontextprotocol\/sdk[^"]*"\s*:\s*"([^"]*)"(,?)\r?\n/gm;
  const matches = [...text.matchAll(line)];
  const [first] = matches;
  if (!first || used.size === 0) return text;
  const indent = first[1] ?? '  ';
  const entries = [...used].sort().map(module => {
    const name = module.split('/').slice(0, 2).join('/');
    return `${indent}"${module}": "npm:${name}@${rangeOf(name)}${module.slice(name.length)}"`;
  });
  const lastHasComma = matches.at(-1)?.[3] === ',';
  let isFirst = true;
  return text.replace(line, () => {
    if (!isFirst) return '';
    isFirst = false;
    return `${entries.join(',\n')}${lastHasComma ? ',' : ''}\n`;
  });
}
