import { createRequire } from 'node:module';
import type { Ignore } from 'ignore';
import { isDeclaration, isJavaScript, kindOf } from './kinds.js';
import { byPath, type ListedFile, type SkippedFile } from './tree.js';

// Importing a CommonJS module makes Node analyse its text, which takes longer than the whole walk; requiring it does not.
const ignore = createRequire(import.meta.url)('ignore') as typeof import('ignore');

/** Never worth listing: they are not the project's own text. */
const NEVER = new Set(['.git', '.mcp-stateless', '.hg', '.svn', 'node_modules', 'bower_components', '.yarn', '.pnpm-store', '__pycache__', '.venv']);
/** Usually written by a build. TypeScript sources found in there still count, the rest is output. */
const OUTPUT = new Set(['dist', 'build', 'out', 'output', 'lib-cov', 'coverage', '.next', '.nuxt', '.output', '.svelte-kit', '.turbo', '.cache', '.wrangler', '.vercel', '.netlify', '.serverless', 'storybook-static', 'bundle', 'bundles']);
const IGNORE_FILES = ['.gitignore', '.ignore', '.mcp-stateless-ignore'];

export interface WalkOptions {
  /** Further patterns in the syntax of ignore files, relative to the root. */
  readonly ignore?: readonly string[];
  /** When given, only paths that match one of these patterns are listed. */
  readonly include?: readonly string[];
}

export interface Listing {
  readonly files: readonly ListedFile[];
  readonly skipped: readonly SkippedFile[];
}

interface Filter {
  readonly base: string;
  readonly rules: Ignore;
}

export interface FolderEntry {
  readonly name: string;
  readonly type: 'file' | 'folder' | 'link' | 'other';
}

/** Where a link leads, for those who will not follow it. */
export type LinkTarget = { readonly to: 'file' | 'folder' | 'outside' | 'other' } | { readonly broken: string };

/** Folders as they are on disk or in a commit. Paths are relative to the root, '' is the root itself. */
export interface FolderSource {
  /** A text says why the folder cannot be read. */
  list(folder: string): readonly FolderEntry[] | string;
  /** Undefined when it cannot be read. */
  text(path: string): string | undefined;
  link(path: string): LinkTarget;
}

/** One pass over the folder. The order of the result never depends on the file system. */
export function walk(source: FolderSource, options: WalkOptions = {}): Listing {
  const walker = new Walker(source, options);
  walker.enter('', []);
  return walker.result();
}

class Walker {
  readonly #files: ListedFile[] = [];
  readonly #skipped: SkippedFile[] = [];
  readonly #ignored: Ignore | undefined;
  readonly #included: Ignore | undefined;

  constructor(
    private readonly source: FolderSource,
    options: WalkOptions,
  ) {
    this.#ignored = options.ignore?.length ? ignore().add([...options.ignore]) : undefined;
    this.#included = options.include?.length ? ignore().add([...options.include]) : undefined;
  }

  result(): Listing {
    return {
      files: this.#files.sort(byPath),
      skipped: this.#skipped.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)),
    };
  }

  enter(folder: string, inherited: readonly Filter[], inOutput = false): void {
    const entries = this.source.list(folder);
    if (typeof entries === 'string') {
      this.#skip(`${folder}/`, entries);
      return;
    }
    const filters = this.#filtersOf(folder, entries, inherited);
    for (const entry of entries) this.#visit(folder === '' ? entry.name : `${folder}/${entry.name}`, entry, filters, inOutput);
  }

  #visit(path: string, entry: FolderEntry, filters: readonly Filter[], inOutput: boolean): void {
    if (NEVER.has(entry.name)) return;
    if (entry.type === 'link') this.#visitLink(path, entry.name, filters, inOutput);
    else if (entry.type === 'folder') this.#visitFolder(path, entry.name, filters, inOutput);
    else if (entry.type === 'file') this.#visitFile(path, entry.name, filters, inOutput);
  }

  #visitFolder(path: string, name: string, filters: readonly Filter[], inOutput: boolean): void {
    if (isIgnored(`${path}/`, filters) || this.#ignored?.ignores(`${path}/`)) return;
    const output = inOutput || OUTPUT.has(name);
    if (output && !inOutput) this.#skip(`${path}/`, 'build output: only TypeScript sources in it are read');
    this.enter(path, filters, output);
  }

  #visitFile(path: string, name: string, filters: readonly Filter[], inOutput: boolean): void {
    const kind = kindOf(name);
    if (!kind || isIgnored(path, filters) || this.#ignored?.ignores(path)) return;
    if (this.#included && !this.#included.ignores(path)) return;
    if (inOutput && (kind !== 'code' || isJavaScript(name) || isDeclaration(name))) return;
    this.#files.push({ path, kind });
  }

  /** A link is never followed: what it points to inside the root is listed there. So there are no loops and there is no way out. */
  #visitLink(path: string, name: string, filters: readonly Filter[], inOutput: boolean): void {
    const target = this.source.link(path);
    if ('broken' in target) this.#skip(path, `symbolic link: ${target.broken}`);
    else if (target.to === 'outside') this.#skip(path, 'symbolic link to a place outside the root');
    else if (target.to === 'folder') {
      if (!isIgnored(`${path}/`, filters)) this.#skip(`${path}/`, 'symbolic link: read under its real path');
    } else if (target.to === 'file' && kindOf(name) && !isIgnored(path, filters) && !inOutput) this.#skip(path, 'symbolic link: read under its real path');
  }

  #filtersOf(folder: string, entries: readonly FolderEntry[], inherited: readonly Filter[]): readonly Filter[] {
    const lines: string[] = [];
    for (const name of IGNORE_FILES) {
      if (!entries.some(e => e.name === name && e.type === 'file')) continue;
      // An ignore file that cannot be read ignores nothing.
      const text = this.source.text(folder === '' ? name : `${folder}/${name}`);
      if (text !== undefined) lines.push(text);
    }
    if (lines.length === 0) return inherited;
    return [...inherited, { base: folder === '' ? '' : `${folder}/`, rules: ignore({ allowRelativePaths: true }).add(lines.join('\n')) }];
  }

  #skip(file: string, why: string): void {
    this.#skipped.push({ file, why });
  }
}

/** The nearest ignore file with an opinion decides, as in git. */
function isIgnored(path: string, filters: readonly Filter[]): boolean {
  for (let i = filters.length - 1; i >= 0; i--) {
    const filter = filters[i];
    if (!filter) continue;
    const { ignored, unignored } = filter.rules.test(path.slice(filter.base.length));
    if (ignored) return true;
    if (unignored) return false;
  }
  return false;
}
