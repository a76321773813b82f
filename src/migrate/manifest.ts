// Dependencies of a package.json, changed as text so that the rest of the file keeps its bytes.
import { createRequire } from 'node:module';
import { isRecord } from '../graph/workspace.js';
import type { DependencyChange } from '../transform.js';

const require = createRequire(import.meta.url);

const FIELDS = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'] as const;
type Field = (typeof FIELDS)[number];
/** Ranges that say where a version comes from instead of which one it is. */
const INDIRECT = /^(?:workspace|catalog|link|file|portal|patch|npm|git|github|https?)[:+]|^[\w-]+\/[\w.-]+(?:#|$)/;

export interface ManifestChange {
  readonly text: string;
  /** What could not be changed here, in one sentence each. */
  readonly notes: readonly string[];
}

/** The text of a package.json with dependencies added, changed or removed. Asked twice it changes nothing. */
export function changeDependencies(text: string, changes: readonly DependencyChange[], path: string): ManifestChange {
  const notes: string[] = [];
  let result = text;
  for (const change of changes) {
    const declared = fieldsOf(result);
    if (!declared) return { text, notes: [`${path} cannot be read: change its dependencies by hand.`] };
    result = change.range === undefined ? without(result, declared, change.name) : withRange(result, declared, change, change.range, path, notes);
  }
  return { text: result, notes };
}

type Declared = Readonly<Record<Field, Readonly<Record<string, unknown>> | undefined>>;

function fieldsOf(text: string): Declared | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(json)) return undefined;
  const field = (name: Field): Readonly<Record<string, unknown>> | undefined => {
    const value = json[name];
    return isRecord(value) ? value : undefined;
  };
  return { dependencies: field('dependencies'), devDependencies: field('devDependencies'), peerDependencies: field('peerDependencies'), optionalDependencies: field('optionalDependencies') };
}

function without(text: string, declared: Declared, name: string): string {
  let result = text;
  for (const field of FIELDS) if (declared[field]?.[name] !== undefined) result = edited(result, [field, name], undefined);
  return result;
}

function withRange(text: string, declared: Declared, { name, dev, peer }: DependencyChange, range: string, path: string, notes: string[]): string {
  const runtime = dev !== true;
  let result = text;
  const holders = FIELDS.filter(f => declared[f]?.[name] !== undefined);
  const target: Field = peer ? 'peerDependencies' : runtime ? 'dependencies' : 'devDependencies';
  for (const field of holders) {
    const before = declared[field]?.[name];
    if (typeof before !== 'string') continue;
    if (INDIRECT.test(before)) notes.push(`${path} takes ${name} from ${before}: see that it is ${range} there.`);
    else if (!covers(before, range)) result = edited(result, [field, name], range);
  }
  const here = peer ? holders.includes('peerDependencies') : holders.some(f => f === 'dependencies' || f === 'optionalDependencies' || f === 'peerDependencies' || !runtime);
  if (here) return result;
  if (peer) return edited(result, [target, name], range);
  // What only the development needed is needed by the program now.
  const before = declared.devDependencies?.[name];
  if (holders.includes('devDependencies')) result = edited(result, ['devDependencies', name], undefined);
  return edited(result, [target, name], typeof before === 'string' && (INDIRECT.test(before) || covers(before, range)) ? before : range);
}

/** Whether everything that the declared range allows is also allowed by the needed one. */
function covers(declared: string, needed: string): boolean {
  if (declared === needed) return true;
  const semver = require('semver') as typeof import('semver');
  if (!semver.validRange(declared) || !semver.validRange(needed)) return false;
  return semver.subset(declared, needed);
}

function edited(text: string, path: readonly [Field, string], value: string | undefined): string {
  const { modify, applyEdits } = require('jsonc-parser') as typeof import('jsonc-parser');
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? '  ';
  const edits = modify(text, [...path], value, {
    formattingOptions: { insertSpaces: !indent.startsWith('\t'), tabSize: indent.startsWith('\t') ? 1 : indent.length, eol: text.includes('\r\n') ? '\r\n' : '\n' },
    getInsertionIndex: existing => (isSorted(existing) ? existing.filter(name => name < path[1]).length : existing.length),
  });
  return applyEdits(text, edits);
}

function isSorted(names: readonly string[]): boolean {
  return names.every((name, i) => i === 0 || (names[i - 1] ?? '') <= name);
}
