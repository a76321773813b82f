import { createHash } from 'node:crypto';
import { ModuleResolver } from './graph/resolve.js';
import { readManifests, type Manifest } from './graph/workspace.js';
import { unfitReason } from './files/content.js';
import { isDeclaration, kindOf, zoneOf, type FileKind } from './files/kinds.js';
import { isUnreadable, overlayTree, type FileTree, type SkippedFile } from './files/tree.js';
import { parseSource } from './parse/parse.js';
import { LineIndex, type SourceFile, type TextFile } from './parse/source.js';
import { NamesOfText } from './words.js';

const IMPORT = /(?:^|[;\s})])(?:import|export)\b[^'"`;]*?['"]([^'"\n]+)['"]|\b(?:require|import)\s*\(\s*['"`]([^'"`\n]+)['"`]/g;
/** The name of the protocol, and names that its SDK made up. */
const VOCABULARY = /mcp|modelcontextprotocol|register(?:Tool|Prompt|Resource)\b|set(?:Request|Notification)Handler\b|sendLoggingMessage|createMessage|elicit|listRoots|StreamableHTTP|SSEServer|Stdio(?:Server|Client)Transport|sessionIdGenerator|sendNotification|sendRequest|getClient(?:Capabilities|Version)|oninitialized|ListChanged|sendResourceUpdated|requestSampling|terminateSession|subscribeResource|setLoggingLevel|extra\.sessionId|jsonrpc|registration_endpoint|tools\/(?:list|call)|notifications\/initialized/i;
const NO_FILES: readonly string[] = [];

export interface ProjectOptions {
  /** An earlier run over nearly the same tree: what it has parsed need not be parsed again. */
  readonly earlier?: Project;
  /** The files that are not as they were in the earlier run. What was read of the others need not be read again. */
  readonly changed?: ReadonlySet<string>;
  /** Tests count as callers of what they import. */
  readonly tests?: boolean;
  /** Only some files of a project are here: nothing follows from what is not. */
  readonly partial?: boolean;
  /** Paths that differ from what was read, over all runs before. */
  readonly touched?: ReadonlySet<string>;
}

/** The files of one run: bytes read once, parsed on demand, with the import edges between them. */
export class Project {
  readonly #bytes = new Map<string, Buffer | undefined>();
  readonly #texts = new Map<string, string | undefined>();
  readonly #sources = new Map<string, SourceFile | undefined>();
  readonly #lines = new Map<string, LineIndex>();
  readonly #specifiers = new Map<string, readonly string[]>();
  readonly #skipped = new Map<string, string>();
  readonly #mentions = new Map<string, boolean>();
  readonly #names = new Map<string, NamesOfText>();
  readonly #textFiles = new Map<string, TextFile>();
  #manifests: readonly Manifest[] | undefined;
  #resolver: ModuleResolver | undefined;
  #importers: Map<string, Set<string>> | undefined;
  #configs: ReadonlySet<string> | undefined;

  readonly #options: ProjectOptions;

  constructor(
    readonly tree: FileTree,
    options: ProjectOptions = {},
  ) {
    this.#options = options;
  }

  get root(): string {
    return this.tree.root;
  }

  /** Whether files of the project are out of sight. */
  get isPartial(): boolean {
    return this.#options.partial ?? false;
  }

  /** Code files that rules may visit. */
  codeFiles(): readonly string[] {
    return this.tree.files.flatMap(f => (f.kind === 'code' && !isDeclaration(f.path) ? [f.path] : []));
  }

  get skipped(): readonly SkippedFile[] {
    const read = [...this.#skipped].map(([file, why]) => ({ file, why }));
    return [...this.tree.skipped, ...read].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
  }

  /** Undefined when the file is missing, unreadable, or nothing that a person edits; `skipped` then says why. */
  bytes(path: string): Buffer | undefined {
    if (this.#bytes.has(path)) return this.#bytes.get(path);
    const before = this.#before(path);
    if (before) return before.bytes(path);
    const read = this.tree.read(path);
    const why = isUnreadable(read) ? read.why : unfitReason(path, read);
    if (why !== undefined) this.#skipped.set(path, why);
    const bytes = why === undefined && !isUnreadable(read) ? read : undefined;
    this.#bytes.set(path, bytes);
    return bytes;
  }

  text(path: string): string | undefined {
    const before = this.#before(path);
    if (before) return before.text(path);
    if (!this.#texts.has(path)) this.#texts.set(path, this.bytes(path)?.toString('utf8').replace(/^\uFEFF/, ''));
    return this.#texts.get(path);
  }

  /** A file that is no code. The same object in later runs, as long as its text is: what is read of it is kept with it. */
  textFile(path: string, kind: FileKind): TextFile | undefined {
    const before = this.#before(path);
    if (before) return before.textFile(path, kind);
    let file = this.#textFiles.get(path);
    if (file?.kind !== kind) {
      const text = this.text(path);
      if (text === undefined) return undefined;
      this.#textFiles.set(path, (file = { path, kind, text }));
    }
    return file;
  }

  source(path: string): SourceFile | undefined {
    if (this.#sources.has(path)) return this.#sources.get(path);
    const same = this.#before(path);
    if (same) return same.source(path);
    const text = kindOf(path.slice(path.lastIndexOf('/') + 1)) === 'code' ? this.text(path) : undefined;
    const before = text === undefined ? undefined : this.#options.earlier?.parsed(path);
    const source = text === undefined ? undefined : before?.text === text ? before : parseSource(path, text);
    this.#sources.set(path, source);
    return source;
  }

  /** A file that has been parsed already. */
  parsed(path: string): SourceFile | undefined {
    return this.#sources.get(path) ?? this.#options.earlier?.parsed(path);
  }

  get parsedCount(): number {
    let count = 0;
    for (const source of this.#sources.values()) if (source) count++;
    return count;
  }

  lines(path: string): LineIndex {
    let index = this.#lines.get(path);
    if (!index) this.#lines.set(path, (index = new LineIndex(this.text(path) ?? '')));
    return index;
  }

  get manifests(): readonly Manifest[] {
    return (this.#manifests ??= readManifests(this.tree));
  }

  resolve(from: string, specifier: string): string | undefined {
    this.#resolver ??= new ModuleResolver(
      this.root,
      this.tree.files.flatMap(f => (f.kind === 'code' ? [f.path] : [])),
      this.manifests,
      this.#mapsPaths(),
      path => this.#configText(path),
    );
    return this.#resolver.resolve(from, specifier);
  }

  /** Whether a file contains this word; made for asking about many words. */
  hasWord(path: string, word: string): boolean {
    let names = this.#names.get(path);
    if (!names) this.#names.set(path, (names = new NamesOfText(this.text(path) ?? '')));
    return names.has(word);
  }

  /** Whether a file speaks of MCP in any way: code that handles the SDK's objects does. */
  mentionsMcp(path: string): boolean {
    const before = this.#before(path);
    if (before) return before.mentionsMcp(path);
    let known = this.#mentions.get(path);
    if (known === undefined) this.#mentions.set(path, (known = VOCABULARY.test(this.text(path) ?? '')));
    return known;
  }

  /** What a file imports, read from its text: cheap enough for files that nobody parses. */
  specifiers(path: string): readonly string[] {
    const before = this.#before(path);
    if (before) return before.specifiers(path);
    let found = this.#specifiers.get(path);
    if (!found) {
      const names = new Set<string>();
      for (const match of (this.text(path) ?? '').matchAll(IMPORT)) {
        const name = match[1] ?? match[2];
        if (name) names.add(name);
      }
      this.#specifiers.set(path, (found = [...names]));
    }
    return found;
  }

  /** The files that import this one, in the order of their paths. Tests are not asked how code is meant to be called. */
  importersOf(path: string): readonly string[] {
    this.#importers ??= this.#readImporters();
    const found = this.#importers.get(path);
    return found ? [...found] : NO_FILES;
  }

  /** The same project with some texts replaced; what did not change is not parsed again. */
  with(changes: ReadonlyMap<string, string | null>): Project {
    return new Project(overlayTree(this.tree, changes, kindOf), { earlier: this, changed: new Set(changes.keys()), touched: new Set([...(this.#options.touched ?? []), ...changes.keys()]) });
  }

  /** The earlier run, when it has seen this file as it is now. */
  #before(path: string): Project | undefined {
    const { earlier, changed } = this.#options;
    return changed?.has(path) === false ? earlier : undefined;
  }

  /** Whether this path is not as it was read: changed, new or removed. */
  isChanged(path: string): boolean {
    return this.#options.touched?.has(path) ?? false;
  }

  /** What makes this state of the project another than the one that was read. */
  get difference(): string {
    const hash = createHash('sha256');
    for (const path of [...(this.#options.touched ?? [])].sort()) hash.update(JSON.stringify([path, this.text(path) ?? null]));
    return hash.digest('hex');
  }

  #readImporters(): Map<string, Set<string>> {
    const importers = new Map<string, Set<string>>();
    for (const from of this.codeFiles()) {
      if (zoneOf(from) === 'test' && !this.#options.tests) continue;
      for (const specifier of this.specifiers(from)) {
        const target = this.resolve(from, specifier);
        if (!target) continue;
        const set = importers.get(target);
        if (set) set.add(from);
        else importers.set(target, new Set([from]));
      }
    }
    return importers;
  }

  /** A config file of the tree, without a note about those that are not there. */
  #configText(path: string): string | undefined {
    this.#configs ??= new Set(this.tree.files.flatMap(f => (f.kind === 'config' ? [f.path] : [])));
    return this.#configs.has(path) ? this.text(path) : undefined;
  }

  #mapsPaths(): boolean {
    return this.tree.files.some(f => /(?:^|\/)[jt]sconfig[^/]*\.json$/.test(f.path) && /"(?:paths|baseUrl)"/.test(this.text(f.path) ?? ''));
  }
}
