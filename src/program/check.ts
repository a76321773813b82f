// Does it still compile? The only importer of the compiler, which is loaded with the first question.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { ts as Ts } from '@ts-morph/common';
import { dependenciesOf, manifestOf } from '../graph/workspace.js';
import type { CheckedTypes, CompileError, TypeCheck } from '../migrate/types.js';
import type { Project } from '../project.js';
import { SeenErrors } from './seen.js';
import { FROM_PROVIDED, isProvidedPath, packageNameOf, provided, type Provided } from './provided.js';

const require = createRequire(import.meta.url);

/** Where the declarations of the language seem to be; they come with the compiler, in memory. */
const LIBRARY = '/@library';

/** A check of one run: what has been read and parsed is kept between questions. */
export function typeCheck(root: string): TypeCheck {
  // A compiler makes much that is short-lived, and a larger nursery halves the time for collecting it.
  setFlagsFromString('--max-semi-space-size=64');
  setFlagsFromString('--min-semi-space-size=32');
  const { ts, getLibFiles } = require('@ts-morph/common') as typeof import('@ts-morph/common');
  return new Checker(ts, new Map(getLibFiles().map(f => [`${LIBRARY}/${f.fileName}`, f.text])), root);
}

interface Configuration {
  readonly path: string;
  readonly options: Ts.CompilerOptions;
  readonly files: readonly string[];
}

interface Group {
  readonly configuration: Configuration;
  readonly files: readonly string[];
}

interface Asked {
  readonly all: boolean;
  readonly only: ReadonlySet<string> | undefined;
}

class Checker implements TypeCheck {
  readonly #provided: Provided = provided();
  readonly #configurations = new Map<string, Configuration | undefined>();
  readonly #texts = new Map<string, string | undefined>();
  readonly #parsed = new Map<string, { readonly text: string; readonly file: Ts.SourceFile }>();
  /** Files that the compiler could not get through. */
  readonly #broken = new Set<string>();
  readonly #programs = new Map<string, { readonly project: Project; readonly program: Ts.Program }>();
  readonly #versions = new Map<string, string | undefined>();
  /** Files of the project by the files that they import, as resolved last. */
  readonly #imports = new Map<string, ReadonlySet<string>>();
  readonly #seen = new SeenErrors(this.#imports);

  constructor(
    private readonly ts: typeof Ts,
    private readonly library: ReadonlyMap<string, string>,
    private readonly root: string,
  ) {}

  errors(project: Project, files: readonly string[], all = true, only?: ReadonlySet<string>): CheckedTypes {
    const { groups, unchecked } = this.#grouped(project, files);
    const errors = groups.flatMap(group => [...this.#errorsOf(project, group, { all, only })].flat());
    const open = [...unchecked, ...files.filter(f => !unchecked.includes(f) && this.#broken.has(f))];
    return { errors, checked: files.length - open.length, unchecked: open };
  }

  hasErrors(project: Project, files: readonly string[]): boolean {
    for (const group of this.#grouped(project, files).groups) for (const found of this.#errorsOf(project, group, { all: true, only: undefined })) if (found.length > 0) return true;
    return false;
  }

  #grouped(project: Project, files: readonly string[]): { readonly groups: readonly Group[]; readonly unchecked: readonly string[] } {
    const groups = new Map<string, Group & { readonly files: string[] }>();
    const unchecked: string[] = [];
    for (const file of files) {
      const configuration = this.#configurationFor(file);
      if (!configuration || !this.#isInstalled(project, file)) {
        unchecked.push(file);
        continue;
      }
      const group = groups.get(configuration.path);
      if (group) group.files.push(file);
      else groups.set(configuration.path, { configuration, files: [file] });
    }
    return { groups: [...groups.values()], unchecked };
  }

  /** File by file, as far as somebody wants to know. */
  *#errorsOf(project: Project, { configuration, files }: Group, { all, only }: Asked): Iterable<readonly CompileError[]> {
    const present = files.filter(f => project.text(f) !== undefined).map(f => join(this.root, f));
    const program = this.#program(project, configuration, present);
    const wanted = only ? new Set([...only].map(f => join(this.root, f))) : all ? this.#withImporters(program, new Set(present)) : new Set(present);
    const seen = this.#seen.of(program, configuration.path);
    for (const path of wanted) {
      const file = program.getSourceFile(path);
      if (file && !file.isDeclarationFile) yield seen.errors(file, () => this.#diagnosed(program, file));
    }
  }

  #diagnosed(program: Ts.Program, file: Ts.SourceFile): readonly CompileError[] {
    const all: Ts.Diagnostic[] = [...program.getSyntacticDiagnostics(file)];
    try {
      all.push(...program.getSemanticDiagnostics(file));
    } catch {
      // Types that are nested too deeply, or a defect of the compiler: of this file nothing is known, and the rest goes on.
      this.#broken.add(this.#nameOf(file));
    }
    return all.flatMap(d => (d.category === this.ts.DiagnosticCategory.Error ? [this.#errorOf(d, file)] : []));
  }

  /** Asked twice about the same texts, a program still knows what it has found out. */
  #program(project: Project, { path, options, files }: Configuration, present: readonly string[]): Ts.Program {
    const last = this.#programs.get(path);
    if (last?.project === project && present.every(f => last.program.getSourceFile(f))) return last.program;
    const host = this.#host(project, options);
    const rootNames = [...new Set([...files.filter(f => host.fileExists(f)), ...present])];
    const program = this.ts.createProgram({ rootNames, options, host, ...(last && { oldProgram: last.program }) });
    this.#programs.set(path, { project, program });
    return program;
  }

  #errorOf({ start, code, messageText }: Ts.Diagnostic, file: Ts.SourceFile): CompileError {
    const line = file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    const message = this.ts.flattenDiagnosticMessageText(messageText, ' ').replaceAll(`${this.root}/`, '').replaceAll(/"\/@mcp-stateless\/[^"]*\/node_modules\//g, '"');
    return { file: this.#nameOf(file), line, code, message };
  }

  #nameOf({ fileName }: Ts.SourceFile): string {
    return relative(this.root, fileName).split(sep).join('/');
  }

  /** The nearest tsconfig whose files include this one, or the nearest of all. */
  #configurationFor(file: string): Configuration | undefined {
    const full = join(this.root, file);
    let nearest: Configuration | undefined;
    for (let folder = dirname(full); folder.length >= this.root.length; folder = dirname(folder)) {
      for (const name of configNames(folder)) {
        const found = this.#configuration(join(folder, name));
        if (!found) continue;
        nearest ??= found;
        if (found.files.includes(full)) return found;
      }
      if (dirname(folder) === folder) break;
    }
    // A new file belongs where its neighbours do; JavaScript is checked only where the project has that done.
    return nearest && (/\.[cm]?tsx?$/.test(file) || nearest.options.checkJs) ? nearest : undefined;
  }

  #configuration(path: string): Configuration | undefined {
    if (!this.#configurations.has(path)) this.#configurations.set(path, this.#readConfiguration(path));
    return this.#configurations.get(path);
  }

  #readConfiguration(path: string): Configuration | undefined {
    const { ts } = this;
    const { config } = ts.readConfigFile(path, p => ts.sys.readFile(p)) as { config?: unknown };
    if (config === undefined) return undefined;
    const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path), undefined, path);
    if (fileNames.length === 0) return undefined;
    const own: Ts.CompilerOptions = { ...options, noEmit: true, skipLibCheck: true, composite: false, incremental: false, declaration: false, declarationMap: false, emitDeclarationOnly: false };
    delete own.outFile;
    delete own.tsBuildInfoFile;
    return { path, options: { ...own, ...this.#asBefore(options, path) }, files: fileNames };
  }

  /** What the project's own version takes for granted and ours does not. */
  #asBefore(options: Ts.CompilerOptions, config: string): Ts.CompilerOptions {
    const version = this.#installedVersion('typescript', config);
    if (version !== undefined && Number(version.split('.')[0]) >= 6) return {};
    return {
      ...(options.types === undefined && { types: ['*'] }),
      ...(options.strict === undefined && { strict: false }),
      ...(options.target === undefined && { target: this.ts.ScriptTarget.ES2015 }),
      ...(options.module === undefined && { module: this.ts.ModuleKind.CommonJS }),
      ...(options.esModuleInterop === undefined && !isNode(this.ts, options.module) && { esModuleInterop: false }),
      ...(options.noUncheckedSideEffectImports === undefined && { noUncheckedSideEffectImports: false }),
      ignoreDeprecations: '6.0',
    };
  }

  /** Without the packages of the project everything would be an error, or nothing would. */
  #isInstalled(project: Project, file: string): boolean {
    const manifest = manifestOf(project.manifests, file);
    const names = manifest ? [...dependenciesOf(manifest).keys()] : [];
    return names.some(name => this.#installedVersion(name, join(this.root, file)) !== undefined);
  }

  #installedVersion(name: string, from: string): string | undefined {
    for (let folder = dirname(from); ; folder = dirname(folder)) {
      const path = join(folder, 'node_modules', name, 'package.json');
      if (!this.#versions.has(path)) this.#versions.set(path, versionOf(this.#read(path)));
      const version = this.#versions.get(path);
      if (version !== undefined || dirname(folder) === folder) return version;
    }
  }

  /** Bytes on the disk do not change while a plan is made. */
  #read(path: string): string | undefined {
    if (!this.#texts.has(path)) this.#texts.set(path, this.library.get(path) ?? readText(this.#provided.real(path)));
    return this.#texts.get(path);
  }

  #host(project: Project, options: Ts.CompilerOptions): Ts.CompilerHost {
    const { ts, root } = this;
    const inside = (path: string): string | undefined => (path.startsWith(`${root}/`) && !path.includes('/node_modules/') ? path.slice(root.length + 1) : undefined);
    const listed = new Set(project.tree.files.map(f => f.path));
    const original = (path: string): boolean => this.#read(path) !== undefined;
    const textOf = (path: string): string | undefined => {
      const own = inside(path);
      if (own === undefined || !project.isChanged(own)) return this.#read(path);
      return listed.has(own) ? project.text(own) : undefined;
    };
    const folders = new Set([...listed].flatMap(path => parentsOf(path)).map(path => join(root, path)));
    const resolution = ts.createModuleResolutionCache(root, name => name, options);
    const host: Ts.CompilerHost = {
      fileExists: path => {
        const own = inside(path);
        return own !== undefined && project.isChanged(own) ? listed.has(own) : original(path);
      },
      readFile: textOf,
      directoryExists: path => folders.has(path) || isFolder(this.#provided.real(path)) || path === '/@mcp-stateless' || path === '/@mcp-stateless/node_modules',
      getDirectories: path => (isProvidedPath(path) ? [] : ts.sys.getDirectories(path)),
      realpath: path => (isProvidedPath(path) ? path : (ts.sys.realpath?.(path) ?? path)),
      getSourceFile: (path, languageVersion) => this.#sourceFile(path, textOf(path), languageVersion, options),
      getDefaultLibFileName: o => `${LIBRARY}/${ts.getDefaultLibFileName(o)}`,
      getDefaultLibLocation: () => LIBRARY,
      getCurrentDirectory: () => root,
      getCanonicalFileName: name => name,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => '\n',
      writeFile: () => undefined,
      resolveModuleNameLiterals: (literals, from, redirected, o, file) => {
        const found = literals.map(literal => this.#resolve(literal.text, from, o, host, resolution, ts.getModeForUsageLocation(file, literal, o), project, redirected));
        if (inside(from) !== undefined) this.#imports.set(from, new Set(found.flatMap(f => f.resolvedModule?.resolvedFileName ?? [])));
        return found;
      },
    };
    return host;
  }

  /** These files and all that can see them. */
  #withImporters(program: Ts.Program, files: ReadonlySet<string>): ReadonlySet<string> {
    const importers = new Map<string, string[]>();
    for (const { fileName } of program.getSourceFiles()) for (const target of this.#imports.get(fileName) ?? []) importers.set(target, [...(importers.get(target) ?? []), fileName]);
    const reached = new Set(files);
    for (const file of reached) for (const importer of importers.get(file) ?? []) reached.add(importer);
    return reached;
  }

  #sourceFile(path: string, text: string | undefined, languageVersion: Ts.ScriptTarget | Ts.CreateSourceFileOptions, { jsx, jsxImportSource, importHelpers }: Ts.CompilerOptions): Ts.SourceFile | undefined {
    if (text === undefined) return undefined;
    const how = typeof languageVersion === 'object' ? languageVersion : { languageVersion };
    // A program writes into its files what these options make it import.
    const imported = /\.d\.[cm]?ts$/.test(path) ? [] : [jsx, jsxImportSource, importHelpers];
    const key = [path, how.impliedNodeFormat, how.languageVersion, ...imported].join('\0');
    const known = this.#parsed.get(key);
    if (known?.text === text) return known.file;
    const file = this.ts.createSourceFile(path, text, { ...how, jsDocParsingMode: this.ts.JSDocParsingMode.ParseForTypeErrors });
    this.#parsed.set(key, { text, file });
    return file;
  }

  #resolve(
    name: string,
    from: string,
    options: Ts.CompilerOptions,
    host: Ts.ModuleResolutionHost,
    cache: Ts.ModuleResolutionCache,
    mode: Ts.ResolutionMode,
    project: Project,
    redirected: Ts.ResolvedProjectReference | undefined,
  ): Ts.ResolvedModuleWithFailedLookupLocations {
    const resolve = (origin: string): Ts.ResolvedModuleWithFailedLookupLocations => this.ts.resolveModuleName(name, origin, options, host, cache, redirected, mode);
    if (isProvidedPath(from)) {
      const own = resolve(from);
      return own.resolvedModule ? own : resolve(join(this.root, 'from.ts'));
    }
    const found = resolve(from);
    const wanted = packageNameOf(name);
    if (name.startsWith('.') || this.#provided.version(wanted) === undefined || from.includes('/node_modules/')) return found;
    if (found.resolvedModule && (!found.resolvedModule.isExternalLibraryImport || this.#fits(wanted, from, project))) return found;
    const ours = resolve(FROM_PROVIDED);
    return ours.resolvedModule ? ours : found;
  }

  /** Whether what is installed is what the project asks for now. */
  #fits(name: string, from: string, project: Project): boolean {
    const manifest = manifestOf(project.manifests, relative(this.root, from).split(sep).join('/'));
    const range = manifest && dependenciesOf(manifest).get(name);
    const installed = this.#installedVersion(name, from);
    const ours = this.#provided.version(name);
    if (range === undefined || installed === undefined || ours === undefined) return true;
    const semver = require('semver') as typeof import('semver');
    if (!semver.validRange(range)) return true;
    return semver.satisfies(installed, range, { includePrerelease: true }) || !semver.satisfies(ours, range);
  }
}

function isNode(ts: typeof Ts, module: Ts.ModuleKind | undefined): boolean {
  return module !== undefined && module >= ts.ModuleKind.Node16;
}

/** `tsconfig.json` first, then what stands beside it for builds and tests. */
function configNames(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter(n => /^tsconfig(?:\.[\w-]+)?\.json$/.test(n));
  return names.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch {
    return undefined;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function versionOf(text: string | undefined): string | undefined {
  const version = text === undefined ? undefined : /"version"\s*:\s*"([^"]+)"/.exec(text)?.[1];
  return version;
}
