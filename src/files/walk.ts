import { readdirSync, readFileSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
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

/** One pass over the folder. The order of the result never depends on the file system. */
export function walk(root: string, options: WalkOptions = {}): Listing {
  const walker = new Walker(root, options);
  walker.enter('', []);
  return walker.result();
}

class Walker {
  readonly #files: ListedFile[] = [];
  readonly #skipped: SkippedFile[] = [];
  readonly #ignored: Ignore | undefined;
  readonly #included: Ignore | undefined;
  readonly #realRoot: string;

  constructor(
    private readonly root: string,
    options: WalkOptions,
  ) {
    this.#realRoot = realpathSync(root);
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
    let entries: Dirent[];
    try {
      entries = readdirSync(join(this.root, folder), { withFileTypes: true });
    } catch (error) {
      this.#skip(`${folder}/`, reasonOf(error));
      return;
    }
    const filters = this.#filtersOf(folder, entries, inherited);
    for (const entry of entries) this.#visit(folder === '' ? entry.name : `${folder}/${entry.name}`, entry, filters, inOutput);
  }

  #visit(path: string, entry: Dirent, filters: readonly Filter[], inOutput: boolean): void {
    if (NEVER.has(entry.name)) return;
    if (entry.isSymbolicLink()) this.#visitLink(path, entry.name, filters, inOutput);
    else if (entry.isDirectory()) this.#visitFolder(path, entry.name, filters, inOutput);
    else if (entry.isFile()) this.#visitFile(path, entry.name, filters, inOutput);
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
    const full = join(this.root, path);
    let target: string;
    try {
      target = realpathSync(full);
    } catch (error) {
      this.#skip(path, `symbolic link: ${reasonOf(error)}`);
      return;
    }
    if (target !== this.#realRoot && !target.startsWith(`${this.#realRoot}/`) && !target.startsWith(`${this.#realRoot}\\`)) {
      this.#skip(path, 'symbolic link to a place outside the root');
      return;
    }
    const real = statSync(target);
    if (real.isDirectory()) {
      if (!isIgnored(`${path}/`, filters)) this.#skip(`${path}/`, 'symbolic link: read under its real path');
    } else if (real.isFile() && kindOf(name) && !isIgnored(path, filters) && !inOutput) this.#skip(path, 'symbolic link: read under its real path');
  }

  #filtersOf(folder: string, entries: readonly Dirent[], inherited: readonly Filter[]): readonly Filter[] {
    const lines: string[] = [];
    for (const name of IGNORE_FILES) {
      if (!entries.some(e => e.name === name && e.isFile())) continue;
      try {
        lines.push(readFileSync(join(this.root, folder, name), 'utf8'));
      } catch {
        // An ignore file that cannot be read ignores nothing.
      }
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

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  if (code === 'ELOOP') return 'a loop of symbolic links';
  if (code === 'ENOENT') return 'it points to nothing';
  return code || 'it cannot be read';
}
