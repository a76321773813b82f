import { createRequire } from 'node:module';
import { posix } from 'node:path';
import { dependenciesOf, isRecord, manifestOf, type Manifest } from '../graph/workspace.js';
import type { Project } from '../project.js';
import type { DependencyChange } from '../transform.js';

const require = createRequire(import.meta.url);

/** The package of a file, with what its manifest says. */
export function packageOf(project: Project, path: string): Manifest | undefined {
  return manifestOf(project.manifests, path);
}

export function declares(manifest: Manifest | undefined, name: string): boolean {
  return rangeOf(manifest, name) !== undefined;
}

export function rangeOf(manifest: Manifest | undefined, name: string): string | undefined {
  return manifest ? dependenciesOf(manifest).get(name) : undefined;
}

/** Its range allows a version before this one. */
export function allowsBefore(manifest: Manifest | undefined, name: string, version: string): boolean {
  const semver = require('semver') as typeof import('semver');
  const range = rangeOf(manifest, name);
  const least = range === undefined || semver.validRange(range) === null ? null : semver.minVersion(range);
  return least !== null && semver.lt(least, version);
}

/** Others build on it. */
export function isLibrary(manifest: Manifest | undefined): boolean {
  return manifest !== undefined && manifest.json['private'] !== true && (manifest.json['exports'] !== undefined || manifest.json['types'] !== undefined);
}

/** Of these, what the program does not have when it runs. What only the development has keeps its range. */
export function missing(manifest: Manifest | undefined, wanted: readonly DependencyChange[]): readonly DependencyChange[] {
  const sections = ['dependencies', 'optionalDependencies', 'peerDependencies'].map(name => manifest?.json[name]);
  return wanted.flatMap(change => {
    if (sections.some(section => isRecord(section) && section[change.name] !== undefined)) return [];
    return [{ ...change, range: rangeOf(manifest, change.name) ?? change.range }];
  });
}

export interface StartCommand {
  /** In `scripts`, or in a Dockerfile. */
  readonly file: string;
  /** Where the path of the program stands in the text of the file. */
  readonly at: number;
  /** As it stands there, relative to the folder of the package. */
  readonly program: string;
  readonly quoted: boolean;
}

const PLAIN = /(?<=^|&&\s*|\s)(?:node|tsx)((?:\s+--[\w-]+(?:=[^\s"]+)?)*)\s+((?:\.\/)?[\w./-]+\.[cm]?[jt]s)(?=\s|$)/;

/** Commands that start a program by its path and nothing cleverer: `node dist/index.js`. */
export function startCommands(project: Project, manifest: Manifest): readonly StartCommand[] {
  const text = project.text(manifest.path) ?? '';
  const scripts = manifest.json['scripts'];
  const found: StartCommand[] = [];
  for (const [name, command] of Object.entries(typeof scripts === 'object' && scripts !== null ? scripts : {})) {
    if (typeof command !== 'string' || !/^(?:start|serve|dev|start:.+)$/.test(name)) continue;
    const match = PLAIN.exec(command);
    const line = new RegExp(`"${escaped(name)}"\\s*:\\s*"`).exec(text);
    if (!match?.[2] || !line || !text.startsWith(command, line.index + line[0].length)) continue;
    found.push({ file: manifest.path, at: line.index + line[0].length + match.index + match[0].length - match[2].length, program: match[2], quoted: false });
  }
  return [...found, ...inDockerfiles(project, manifest.folder)];
}

function inDockerfiles(project: Project, folder: string): readonly StartCommand[] {
  const found: StartCommand[] = [];
  for (const { path } of project.tree.files) {
    if (posix.dirname(path) !== (folder || '.') || !/(?:^|\/)(?:dockerfile(?:\..+)?|.+\.dockerfile)$/i.test(path)) continue;
    const text = project.text(path) ?? '';
    for (const match of text.matchAll(/^(?:CMD|ENTRYPOINT)\s+\[\s*"node"\s*,\s*"((?:\.\/)?[\w./-]+\.[cm]?js)"/gm)) if (match[1]) found.push({ file: path, at: match.index + match[0].length - match[1].length - 1, program: match[1], quoted: true });
    for (const match of text.matchAll(/^(?:CMD|ENTRYPOINT)\s+node\s+((?:\.\/)?[\w./-]+\.[cm]?js)[ \t]*$/gm)) if (match[1]) found.push({ file: path, at: match.index + match[0].trimEnd().length - match[1].length, program: match[1], quoted: false });
  }
  return found;
}

/** The source that a started program is compiled from. */
export function sourceOf(project: Project, folder: string, program: string): string | undefined {
  const inside = posix.normalize(program);
  const isFile = (path: string): boolean => project.tree.files.some(f => f.path === path);
  const bare = inside.replace(/\.([cm]?)js$/, '.$1ts');
  const [, ...rest] = bare.split('/');
  const candidates = [inside, bare, ['src', ...rest].join('/'), rest.join('/')];
  return candidates.map(c => posix.join(folder, c)).find(isFile);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
