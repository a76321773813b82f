// Reads the declarations of the pinned SDK packages and writes src/mcp/sdk-map.json: which module exports what, and for every
// class and interface which SDK types its members are, return, take, and hand to callbacks.
//   npm run sdk-map            writes the file
//   npm run sdk-map -- --check exits 1 when the file is not what the installed packages give
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Project, ts } from 'ts-morph';
import type { SdkCallback, SdkMap, SdkMember, SdkSignature, SdkType } from '../src/mcp/sdk-map.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const target = join(root, 'src/mcp/sdk-map.json');
const scope = join(root, 'node_modules/@modelcontextprotocol');
const PACKAGES = ['sdk', 'server', 'client', 'core', 'node', 'express', 'hono', 'fastify', 'server-legacy', 'ext-tasks'];
/** Inline object types (ServerContext.mcpReq and the like) get an entry of their own, this many levels deep. */
const INLINE_DEPTH = 3;

interface EntryPoint { specifier: string; file: string }
interface Manifest { version: string; exports?: Record<string, unknown> }

function readManifest(name: string): Manifest {
  return JSON.parse(readFileSync(join(scope, name, 'package.json'), 'utf8')) as Manifest;
}

function typesOf(condition: unknown): string | undefined {
  if (typeof condition === 'string') return undefined;
  if (condition === null || typeof condition !== 'object') return undefined;
  const c = condition as Record<string, unknown>;
  if (typeof c['types'] === 'string') return c['types'];
  return typesOf(c['import']) ?? typesOf(c['default']) ?? typesOf(c['require']);
}

/** Every specifier that a program may import, with its declaration file. */
function entryPoints(name: string): EntryPoint[] {
  const dir = join(scope, name);
  const found: EntryPoint[] = [];
  for (const [key, condition] of Object.entries(readManifest(name).exports ?? {})) {
    const types = typesOf(condition);
    if (!types) continue;
    if (!key.includes('*')) {
      const file = join(dir, types);
      if (existsSync(file)) found.push({ specifier: `@modelcontextprotocol/${name}${key.slice(1)}`, file });
      continue;
    }
    const base = join(dir, types.slice(0, types.indexOf('*')));
    for (const file of declarationFiles(base)) {
      const rel = relative(base, file).split(sep).join('/').replace(/\.d\.ts$/, '.js');
      if (!rel.startsWith('examples/')) found.push({ specifier: `@modelcontextprotocol/${name}/${rel}`, file });
    }
  }
  return found.sort((a, b) => (a.specifier < b.specifier ? -1 : 1));
}

function declarationFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(e => e.isFile() && e.name.endsWith('.d.ts'))
    .map(e => join(e.parentPath, e.name));
}

class MapBuilder {
  readonly modules: Record<string, Record<string, string>> = {};
  readonly types: Record<string, SdkType> = {};
  readonly #checker: ts.TypeChecker;
  readonly #pending: { id: string; type: ts.Type; depth: number }[] = [];
  readonly #inline = new Map<ts.Type, string>();
  readonly #constructors = new Map<string, SdkMember>();

  constructor(private readonly program: ts.Program) {
    this.#checker = program.getTypeChecker();
  }

  addModule({ specifier, file }: EntryPoint): void {
    const source = this.program.getSourceFile(file);
    const symbol = source && this.#checker.getSymbolAtLocation(source);
    if (!symbol) return;
    const names: Record<string, string> = {};
    for (const exported of this.#checker.getExportsOfModule(symbol)) {
      const entry = this.#exported(exported);
      if (entry) names[exported.name] = entry;
    }
    this.modules[specifier] = sorted(names);
    this.#drain();
  }

  #exported(exported: ts.Symbol): string | undefined {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(exported) : exported;
    const declaration = symbol.declarations?.[0];
    if (!declaration) return undefined;
    const pkg = packageOf(declaration);
    if (!pkg) return undefined;
    const id = `${pkg}#${nameOf(symbol)}`;
    if (symbol.flags & ts.SymbolFlags.Class) {
      this.#describe(id, this.#checker.getDeclaredTypeOfSymbol(symbol));
      const constructors = this.#checker.getTypeOfSymbolAtLocation(symbol, declaration).getConstructSignatures();
      if (constructors.length > 0) this.#constructors.set(id, this.#method(constructors, declaration));
      return `class ${id}`;
    }
    if (symbol.flags & ts.SymbolFlags.Function) {
      const signatures = this.#checker.getTypeOfSymbolAtLocation(symbol, declaration).getCallSignatures();
      this.types[id] ??= { members: { '()': this.#method(signatures, declaration) } };
      return `function ${id}`;
    }
    if (symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)) {
      // A schema constant and its type may share a name: the constant is what code calls.
      if (symbol.flags & ts.SymbolFlags.Variable) return `value ${id}`;
      this.#describe(id, this.#checker.getDeclaredTypeOfSymbol(symbol));
      return `type ${id}`;
    }
    if (symbol.flags & ts.SymbolFlags.Enum) return `enum ${id}`;
    return `value ${id}`;
  }

  #describe(id: string, type: ts.Type, depth = 0): void {
    if (this.types[id]) return;
    this.types[id] = { members: {} };
    this.#pending.push({ id, type, depth });
  }

  #drain(): void {
    for (let next = this.#pending.shift(); next; next = this.#pending.shift()) {
      const entry = this.#typeEntry(next.id, next.type, next.depth);
      this.types[next.id] = entry;
    }
  }

  /** All types, each class with its constructor. Those that are plain data are left out. */
  result(): Record<string, SdkType> {
    for (const [id, constructor] of this.#constructors) {
      const type = this.types[id];
      if (type && constructor.calls) this.types[id] = { ...type, members: { ...type.members, 'new()': constructor } };
    }
    return sorted(Object.fromEntries(Object.entries(this.types).filter(([, type]) => !isData(type))));
  }

  #typeEntry(id: string, type: ts.Type, depth: number): SdkType {
    const members: Record<string, SdkMember> = {};
    for (const property of this.#checker.getPropertiesOfType(type)) {
      const name = property.name;
      if (name.startsWith('_') || name.startsWith('#') || name.startsWith('[')) continue;
      const at = property.valueDeclaration ?? property.declarations?.[0];
      if (!at || !packageOf(at) || isPrivate(at)) continue;
      const written = ts.isPropertySignature(at) || ts.isPropertyDeclaration(at) ? at.type : undefined;
      members[name] = this.#member(`${id}.${name}`, this.#checker.getTypeOfSymbolAtLocation(property, at), at, depth, written);
    }
    const declaration = (type.aliasSymbol ?? symbolOf(type))?.declarations?.[0];
    const bases = type.isClassOrInterface() ? this.#checker.getBaseTypes(type).flatMap(b => this.#names(b)) : [];
    const callbacks = this.#alternatives(type, declaration);
    return {
      members: sorted(members),
      ...(bases.length > 0 && { bases }),
      ...(callbacks.length > 0 && { call: callbacks }),
    };
  }

  /** The names that a declaration writes: types inferred from schemas have lost theirs. */
  #namesWritten(node: ts.TypeNode | undefined, type: ts.Type): string[] {
    if (node && ts.isTypeReferenceNode(node)) {
      const found = this.#checker.getSymbolAtLocation(node.typeName);
      const symbol = found && found.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(found) : found;
      if (symbol && WRAPPERS.has(symbol.name)) return unique((node.typeArguments ?? []).flatMap(a => this.#namesWritten(a, this.#checker.getTypeFromTypeNode(a))));
      const declaration = symbol?.declarations?.[0];
      const pkg = declaration && packageOf(declaration);
      if (symbol && pkg && symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)) {
        const declared = this.#checker.getDeclaredTypeOfSymbol(symbol);
        if (!(declared.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike))) {
          this.#describe(`${pkg}#${nameOf(symbol)}`, declared);
          return [`${pkg}#${nameOf(symbol)}`];
        }
      }
    }
    return this.#names(type);
  }

  #member(id: string, type: ts.Type, at: ts.Node, depth: number, written?: ts.TypeNode): SdkMember {
    const signatures = type.getNonNullableType().getCallSignatures();
    if (signatures.length > 0) return this.#method(signatures, at);
    const callbacks = this.#alternatives(type, at);
    if (callbacks.length > 0) return { call: callbacks };
    const names = this.#namesWritten(written, type);
    if (names.length > 0) return { is: names };
    const inline = type.getNonNullableType();
    if (depth < INLINE_DEPTH && isInlineObject(inline)) {
      const known = this.#inline.get(inline);
      if (known) return { is: [known] };
      this.#inline.set(inline, id);
      this.#describe(id, inline, depth + 1);
      return { is: [id] };
    }
    return {};
  }

  #method(signatures: readonly ts.Signature[], at: ts.Node): SdkMember {
    const seen = new Map<string, SdkSignature>();
    for (const signature of signatures) {
      const entry = this.#signature(signature, at);
      seen.set(JSON.stringify(entry), entry);
    }
    const first = signatures[0];
    const returns = first ? this.#namesWritten(first.declaration?.type && ts.isTypeNode(first.declaration.type) ? first.declaration.type : undefined, first.getReturnType()) : [];
    const calls = [...seen.values()].filter(s => Object.keys(s).length > 0);
    return { method: true, ...(returns.length > 0 && { returns }), ...(calls.length > 0 && { calls }) };
  }

  #signature(signature: ts.Signature, at: ts.Node): SdkSignature {
    const takes: Record<string, string[]> = {};
    const callbacks: Record<string, SdkCallback[]> = {};
    signature.getParameters().forEach((parameter, index) => {
      const type = this.#checker.getTypeOfSymbolAtLocation(parameter, at);
      const alternatives = this.#alternatives(type, at);
      if (alternatives.length > 0) callbacks[index] = alternatives;
      else {
        const written = parameter.valueDeclaration;
        const names = this.#namesWritten(written && ts.isParameter(written) ? written.type : undefined, type);
        if (names.length > 0) takes[index] = names;
      }
    });
    return { ...(Object.keys(takes).length > 0 && { takes }), ...(Object.keys(callbacks).length > 0 && { callbacks }) };
  }

  /** Parameter lists that a callback of this type may be called with; both branches of a conditional type count. */
  #alternatives(type: ts.Type, at: ts.Node | undefined, depth = 0): SdkCallback[] {
    if (depth > 4 || !at) return [];
    if (type.isUnion()) return unique(type.types.flatMap(t => this.#alternatives(t, at, depth + 1)));
    if (type.flags & ts.TypeFlags.Conditional) {
      const branches = this.#instantiatedBranches(type as ts.ConditionalType);
      if (branches) return unique(branches.flatMap(branch => this.#alternatives(branch, at, depth + 1)));
      const node = (type as ts.ConditionalType).root.node;
      return unique([node.trueType, node.falseType].flatMap(branch => this.#alternatives(this.#checker.getTypeFromTypeNode(branch), at, depth + 1)));
    }
    if (type.flags & ts.TypeFlags.TypeParameter) {
      const constraint = this.#checker.getBaseConstraintOfType(type);
      return constraint && constraint !== type ? this.#alternatives(constraint, at, depth + 1) : [];
    }
    return unique(
      type.getCallSignatures().map(signature => signature.getParameters().map(p => this.#names(this.#checker.getTypeOfSymbolAtLocation(p, at)))),
    ).filter(parameters => parameters.some(p => p.length > 0));
  }

  /** The compiler keeps the two branches with the alias's arguments filled in, once somebody has asked for the constraint. */
  #instantiatedBranches(type: ts.ConditionalType): ts.Type[] | undefined {
    this.#checker.getBaseConstraintOfType(type);
    this.#checker.typeToString(type);
    const { resolvedTrueType, resolvedFalseType } = type;
    return resolvedTrueType && resolvedFalseType ? [resolvedTrueType, resolvedFalseType] : undefined;
  }

  /** Names of the SDK's own types in a type, through unions, promises and collections. */
  #names(type: ts.Type, depth = 0): string[] {
    if (depth > 4) return [];
    if (type.aliasSymbol) {
      const named = this.#named(type.aliasSymbol, type);
      if (named) return [named];
    }
    if (type.isUnion()) return unique(type.types.flatMap(t => this.#names(t, depth + 1)));
    if (type.flags & ts.TypeFlags.TypeParameter) {
      const constraint = this.#checker.getBaseConstraintOfType(type);
      return constraint && constraint !== type ? this.#names(constraint, depth + 1) : [];
    }
    const symbol = symbolOf(type);
    if (!symbol) return [];
    if (WRAPPERS.has(symbol.name)) return unique(this.#checker.getTypeArguments(type as ts.TypeReference).flatMap(t => this.#names(t, depth + 1)));
    const named = this.#named(symbol, type);
    return named ? [named] : [];
  }

  #named(symbol: ts.Symbol, type: ts.Type): string | undefined {
    const declaration = symbol.declarations?.[0];
    if (!declaration || symbol.name.startsWith('__') || symbol.flags & ts.SymbolFlags.TypeParameter) return undefined;
    const pkg = packageOf(declaration);
    if (!pkg || symbol.flags & ts.SymbolFlags.Enum) return undefined;
    const id = `${pkg}#${nameOf(symbol)}`;
    if (type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike | ts.TypeFlags.BooleanLike)) return undefined;
    if (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) this.#describe(id, this.#checker.getDeclaredTypeOfSymbol(symbol));
    else if (type.getNonNullableType().flags & ts.TypeFlags.Object || type.isIntersection() || type.isUnion() || type.flags & ts.TypeFlags.Conditional) {
      this.#describe(id, this.#checker.getDeclaredTypeOfSymbol(symbol));
    }
    return id;
  }
}

const WRAPPERS = new Set(['Promise', 'PromiseLike', 'Array', 'ReadonlyArray', 'Set', 'Map', 'AsyncGenerator', 'AsyncIterable']);

/** Unions and literals have none, whatever the declaration of `symbol` says. */
function symbolOf({ symbol }: { readonly symbol?: ts.Symbol }): ts.Symbol | undefined {
  return symbol;
}

function isPrivate(node: ts.Node): boolean {
  return ts.canHaveModifiers(node) && Boolean(ts.getModifiers(node)?.some(m => m.kind === ts.SyntaxKind.PrivateKeyword));
}

/** Plain data (results, params) is known by its name alone; what it consists of tells nothing about SDK objects. */
function isData(type: SdkType): boolean {
  return !type.bases && !type.call && Object.values(type.members).every(m => Object.keys(m).length === 0);
}

function isInlineObject(type: ts.Type): boolean {
  if (type.isIntersection()) return !type.aliasSymbol && type.types.some(isInlineObject);
  return Boolean(type.flags & ts.TypeFlags.Object) && symbolOf(type)?.name === '__type' && !type.aliasSymbol && type.getProperties().length > 0;
}

/** `Server$1` and the like are a bundler's names for two declarations that shared one. */
function nameOf(symbol: ts.Symbol): string {
  return symbol.name.replace(/\$\d+$/, '');
}

function packageOf(node: ts.Node): string | undefined {
  return /\/@modelcontextprotocol\/([^/]+)\//.exec(node.getSourceFile().fileName)?.[1];
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Map(items.map(item => [JSON.stringify(item), item])).values()];
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `sdk#SetLevelRequestSchema` stands for `logging/setLevel`: read from the schema objects themselves. */
async function methodsOfSchemas(): Promise<Record<string, string>> {
  const types: Record<string, unknown> = await import('@modelcontextprotocol/sdk/types.js');
  const methods: Record<string, string> = {};
  for (const [name, schema] of Object.entries(types)) {
    if (!/(?:Request|Notification)Schema$/.test(name)) continue;
    const method = property(property(property(schema, 'shape'), 'method'), 'value');
    if (typeof method === 'string') methods[`sdk#${name}`] = method;
  }
  return sorted(methods);
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

export async function buildSdkMap(): Promise<string> {
  const entries = PACKAGES.flatMap(entryPoints);
  // ts-morph carries the library files that the compiler API alone does not find.
  const project = new Project({
    skipAddingFilesFromTsConfig: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      strict: true,
      skipLibCheck: true,
      noEmit: true,
    },
  });
  project.addSourceFilesAtPaths(entries.map(e => e.file));
  project.resolveSourceFileDependencies();
  const program = project.getProgram().compilerObject;
  const builder = new MapBuilder(program);
  for (const entry of entries) builder.addModule(entry);
  const schemas = await methodsOfSchemas();
  const map: SdkMap = {
    versions: Object.fromEntries(PACKAGES.map(name => [`@modelcontextprotocol/${name}`, readManifest(name).version])),
    schemas,
    modules: builder.modules,
    types: builder.result(),
  };
  return `${JSON.stringify(map, null, 0).replaceAll(/("(?:modules|types)":\{|\},(?="[^"]+":\{"(?:members|bases|call)"))/g, '$1\n')}\n`;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const text = await buildSdkMap();
  if (process.argv.includes('--check')) {
    if (readFileSync(target, 'utf8') !== text) {
      console.error('src/mcp/sdk-map.json is out of date: run npm run sdk-map');
      process.exitCode = 1;
    }
  } else {
    writeFileSync(target, text);
    console.log(`wrote ${relative(root, target)}, ${Math.round(text.length / 1024)} KB`);
  }
}
