import { createRequire } from 'node:module';
import { join, posix, relative, sep } from 'node:path';
import type { ResolverFactory } from 'oxc-resolver';
import { TsconfigPaths } from './tsconfig.js';
import { isRecord, manifestOf, type Manifest } from './workspace.js';

const require = createRequire(import.meta.url);

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts', '.d.mts', '.d.cts'];
/** A specifier ends in what the build will write; the source beside it ends in one of these. */
const SOURCE_OF: Readonly<Record<string, readonly string[]>> = { '.js': ['.ts', '.tsx', '.jsx'], '.mjs': ['.mts'], '.cjs': ['.cts'], '.jsx': ['.tsx'] };
/** What describes a file that is not there as source. */
const DECLARATION_OF: Readonly<Record<string, string>> = { '.js': '.d.ts', '.jsx': '.d.ts', '.mjs': '.d.mts', '.cjs': '.d.cts' };
const BUILD_FOLDER = /^(?:\.\/)?(?:dist|build|lib|out|esm|cjs|output)\//;

/** Finds the file of the tree that a specifier means; undefined for packages from outside. */
export class ModuleResolver {
  readonly #paths: ReadonlySet<string>;
  readonly #packages: ReadonlyMap<string, Manifest>;
  readonly #memo = new Map<string, string | undefined>();
  readonly #tsconfig: TsconfigPaths;
  #factory: ResolverFactory | undefined;

  constructor(
    private readonly root: string,
    paths: Iterable<string>,
    private readonly manifests: readonly Manifest[],
    /** Whether some tsconfig of the project maps names to paths. */
    private readonly mapsPaths: boolean,
    readText: (path: string) => string | undefined,
  ) {
    this.#tsconfig = new TsconfigPaths(readText);
    this.#paths = new Set(paths);
    this.#packages = new Map(manifests.flatMap(m => (m.name ? [[m.name, m] as const] : [])));
  }

  resolve(from: string, specifier: string): string | undefined {
    const relativeImport = specifier.startsWith('.');
    const key = relativeImport ? `${posix.dirname(from)}\0${specifier}` : `${posix.dirname(from)}\0\0${specifier}`;
    if (this.#memo.has(key)) return this.#memo.get(key);
    const found = relativeImport ? this.#file(posix.join(posix.dirname(from), specifier)) : this.#named(from, specifier);
    this.#memo.set(key, found);
    return found;
  }

  #named(from: string, specifier: string): string | undefined {
    if (specifier.startsWith('#')) return this.#ownImport(from, specifier) ?? this.#mapped(from, specifier);
    return this.#workspace(specifier) ?? this.#mapped(from, specifier);
  }

  /** A path as written: with the source's extension, with none, or a folder. */
  #file(path: string): string | undefined {
    const base = path === '.' ? '' : path;
    const dot = base.lastIndexOf('.');
    const extension = dot > base.lastIndexOf('/') ? base.slice(dot) : '';
    for (const source of SOURCE_OF[extension] ?? []) {
      const candidate = base.slice(0, dot) + source;
      if (this.#paths.has(candidate)) return candidate;
    }
    if (this.#paths.has(base)) return base;
    const declaration = base.slice(0, dot) + (DECLARATION_OF[extension] ?? extension);
    if (this.#paths.has(declaration)) return declaration;
    for (const added of EXTENSIONS) if (this.#paths.has(base + added)) return base + added;
    const folder = base === '' || base.endsWith('/') ? base : `${base}/`;
    for (const added of EXTENSIONS) if (this.#paths.has(`${folder}index${added}`)) return `${folder}index${added}`;
    return undefined;
  }

  /** A package of the same repository, found by its manifest: nothing needs to be installed or built. */
  #workspace(specifier: string): string | undefined {
    const parts = specifier.split('/');
    const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
    const manifest = this.#packages.get(name);
    if (!manifest) return undefined;
    const subpath = specifier.slice(name.length + 1);
    const inside = (path: string) => this.#file(posix.join(manifest.folder, path));
    const target = this.#source(manifest, targetsOf(manifest.json, subpath));
    if (target) return target;
    return subpath === '' ? (inside('src/index') ?? inside('index') ?? inside('src/main') ?? inside('src')) : (inside(`src/${subpath}`) ?? inside(subpath));
  }

  /** `#name`, by the `imports` of the package that the file belongs to. */
  #ownImport(from: string, specifier: string): string | undefined {
    const manifest = manifestOf(this.manifests, from);
    const imports = manifest?.json['imports'];
    return manifest && isRecord(imports) ? this.#source(manifest, matching(imports, specifier)) : undefined;
  }

  /** The source of the first target that has one; targets name what the build will write. */
  #source({ folder }: Manifest, targets: readonly string[]): string | undefined {
    const inside = (path: string) => this.#file(posix.join(folder, path));
    for (const target of targets) {
      const source = inside(target.replace(BUILD_FOLDER, 'src/')) ?? inside(target.replace(BUILD_FOLDER, '')) ?? inside(target);
      if (source) return source;
    }
    return undefined;
  }

  /** tsconfig paths and what else is the resolver's own field. */
  #mapped(from: string, specifier: string): string | undefined {
    if (specifier.startsWith('node:') || (!this.mapsPaths && !specifier.startsWith('#'))) return undefined;
    return this.#resolved(from, specifier) ?? this.#tsconfig.candidates(from, specifier).map(path => this.#file(path)).find(found => found !== undefined);
  }

  #resolved(from: string, specifier: string): string | undefined {
    this.#factory ??= this.#createFactory();
    try {
      const { path } = this.#factory.resolveFileSync(join(this.root, from), specifier);
      if (!path) return undefined;
      const inside = relative(this.root, path).split(sep).join('/');
      return inside.startsWith('../') || inside.includes('node_modules/') ? undefined : this.#paths.has(inside) ? inside : undefined;
    } catch {
      return undefined;
    }
  }

  #createFactory(): ResolverFactory {
    const { ResolverFactory: Factory } = require('oxc-resolver') as typeof import('oxc-resolver');
    return new Factory({
      tsconfig: 'auto',
      extensions: EXTENSIONS,
      extensionAlias: { '.js': ['.ts', '.tsx', '.js', '.jsx'], '.mjs': ['.mts', '.mjs'], '.cjs': ['.cts', '.cjs'], '.jsx': ['.tsx', '.jsx'] },
      conditionNames: ['types', 'import', 'node', 'default', 'require'],
      mainFields: ['types', 'module', 'main'],
      symlinks: true,
    });
  }
}

/** What a manifest says that a subpath is, the most telling entry first. */
function targetsOf(json: Readonly<Record<string, unknown>>, subpath: string): readonly string[] {
  const { exports } = json;
  if (isRecord(exports)) {
    const isSugar = !Object.keys(exports).some(k => k.startsWith('.'));
    return isSugar ? (subpath === '' ? textsIn(exports) : []) : matching(exports, subpath === '' ? '.' : `./${subpath}`);
  }
  return subpath === '' ? ['types', 'typings', 'module', 'main', 'source'].reduce((found, field) => [...found, ...textsIn(json[field])], textsIn(exports)) : [];
}

/** The targets that a map of `exports` or `imports` has for a key, also through patterns. */
function matching(map: Readonly<Record<string, unknown>>, key: string): readonly string[] {
  if (key in map) return textsIn(map[key]);
  return Object.entries(map).flatMap(([pattern, value]) => {
    const star = pattern.indexOf('*');
    if (star === -1 || !key.startsWith(pattern.slice(0, star)) || !key.endsWith(pattern.slice(star + 1))) return [];
    const matched = key.slice(star, key.length - (pattern.length - star - 1));
    return textsIn(value).map(target => target.replaceAll('*', matched));
  });
}

/** All texts behind conditions and alternatives, in their order. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isRecord(value) ? Object.values(value).flatMap(textsIn) : [];
}

export function packageNameOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

