import { createRequire } from 'node:module';
import type { SdkCallback, SdkMap, SdkMember, SdkType, SdkTypeId } from './sdk-map.js';
import type { SdkExportKind } from './values.js';

const require = createRequire(import.meta.url);

export interface SdkExport {
  readonly id: SdkTypeId;
  readonly what: SdkExportKind;
  readonly name: string;
}

/** Questions about the SDK's and the wrappers' declarations. Loaded on the first question. */
class SdkTypes {
  readonly #maps: readonly SdkMap[] = [require('./sdk-map.json') as SdkMap, require('./wrappers.json') as SdkMap];
  readonly #byName = new Map<string, Map<string, string>>();

  type(id: SdkTypeId): SdkType | undefined {
    for (const map of this.#maps) {
      const found = map.types[id];
      if (found) return found;
    }
    return undefined;
  }

  /** The member as declared by the type or by what it extends. */
  member(id: SdkTypeId, name: string, depth = 0): SdkMember | undefined {
    const type = this.type(id);
    if (!type || depth > 5) return undefined;
    const own = Object.hasOwn(type.members, name) ? type.members[name] : undefined;
    if (own) return own;
    for (const base of type.bases ?? []) {
      const inherited = this.member(base, name, depth + 1);
      if (inherited) return inherited;
    }
    return undefined;
  }

  /** Whether the first type is the second or extends it. */
  extends(id: SdkTypeId, base: SdkTypeId, depth = 0): boolean {
    if (id === base) return true;
    return depth < 6 && (this.type(id)?.bases?.some(b => this.extends(b, base, depth + 1)) ?? false);
  }

  callable(id: SdkTypeId): readonly SdkCallback[] {
    return this.type(id)?.call ?? [];
  }

  export(specifier: string, name: string): SdkExport | undefined {
    const module = canonicalSpecifier(specifier);
    if (module === undefined) return undefined;
    const entry = this.#module(module)?.[name] ?? this.#anywhere(module, name);
    return entry === undefined ? undefined : readExport(entry, name);
  }

  /** The JSON-RPC method behind a schema constant such as `sdk#PingRequestSchema`. */
  methodOfSchema(id: SdkTypeId): string | undefined {
    for (const map of this.#maps) if (map.schemas?.[id]) return map.schemas[id];
    return undefined;
  }

  /** Whether a JSON-RPC method is one of the protocol. */
  isMethod(method: string): boolean {
    return this.#maps.some(map => Object.values(map.schemas ?? {}).includes(method));
  }

  /** Servers, transports and the like, as opposed to messages and options, which are plain data. */
  isObject(id: SdkTypeId): boolean {
    const type = this.type(id);
    return type !== undefined && Object.values(type.members).some(m => m.method);
  }

  exportsOf(specifier: string): readonly string[] {
    const module = canonicalSpecifier(specifier);
    return Object.keys((module !== undefined && this.#module(module)) || {});
  }

  #module(specifier: string): Readonly<Record<string, string>> | undefined {
    for (const map of this.#maps) {
      const found = map.modules[specifier] ?? map.modules[`${specifier}.js`] ?? map.modules[`${specifier}/index.js`];
      if (found) return found;
    }
    return undefined;
  }

  /** Older and deeper paths of the same package export the same declarations. */
  #anywhere(module: string, name: string): string | undefined {
    const pkg = module.split('/').slice(0, 2).join('/');
    if (!pkg.startsWith('@modelcontextprotocol/')) return undefined;
    let names = this.#byName.get(pkg);
    if (!names) {
      names = new Map();
      for (const map of this.#maps)
        for (const [specifier, exports] of Object.entries(map.modules))
          if (specifier === pkg || specifier.startsWith(`${pkg}/`)) for (const [n, entry] of Object.entries(exports)) if (!names.has(n)) names.set(n, entry);
      this.#byName.set(pkg, names);
    }
    return names.get(name);
  }

  /** The version of a package of the SDK that the map was made from. */
  versionOf(name: string): string | undefined {
    for (const map of this.#maps) if (map.versions[name] !== undefined) return map.versions[name];
    return undefined;
  }

  isKnownModule(specifier: string): boolean {
    const module = canonicalSpecifier(specifier);
    return module !== undefined && (module.startsWith('@modelcontextprotocol/') || this.#module(module) !== undefined);
  }
}

function readExport(entry: string, name: string): SdkExport {
  const space = entry.indexOf(' ');
  const what = entry.slice(0, space);
  return { what: isExportKind(what) ? what : 'value', id: entry.slice(space + 1), name };
}

function isExportKind(what: string): what is SdkExportKind {
  return what === 'class' || what === 'function' || what === 'type' || what === 'enum' || what === 'value';
}

let types: SdkTypes | undefined;

export function sdk(): SdkTypes {
  return (types ??= new SdkTypes());
}

/** Specifiers that mean the same module get one form: no `dist/esm`, no version, no registry prefix. */
export function canonicalSpecifier(specifier: string): string | undefined {
  const installed = specifier.lastIndexOf('node_modules/');
  if (installed !== -1) return canonicalSpecifier(specifier.slice(installed + 'node_modules/'.length));
  if (specifier.startsWith('.') || specifier.startsWith('/') || specifier.startsWith('node:')) return undefined;
  const bare = specifier.replace(/^(?:npm:|jsr:|https?:\/\/(?:esm\.sh|cdn\.skypack\.dev|unpkg\.com|cdn\.jsdelivr\.net\/npm)\/)/, '');
  const match = /^(@[^/]+\/[^/@]+|[^/@]+)(?:@[^/]+)?(\/.*)?$/.exec(bare);
  if (!match) return undefined;
  const name = match[1] ?? '';
  const rest = (match[2] ?? '').replace(/^\/dist\/(?:esm|cjs)\//, '/').replace(/\.d\.ts$|\.[cm]?ts$/, '.js');
  return name + rest;
}

/** The package that a type id comes from: `sdk`, `server`, `fastmcp`. */
export function packageOfType(id: SdkTypeId): string {
  return id.slice(0, id.indexOf('#'));
}

/** `McpServer` of `sdk#McpServer`. */
export function nameOfType(id: SdkTypeId): string {
  return id.slice(id.indexOf('#') + 1);
}

/** The v1 line is one package; everything else that is scoped the same is v2. */
export function isV1Type(id: SdkTypeId): boolean {
  return packageOfType(id) === 'sdk';
}

const V2_PACKAGES = new Set(['server', 'client', 'core', 'node', 'express', 'hono', 'fastify', 'server-legacy', 'ext-tasks']);

export function isWrapperType(id: SdkTypeId): boolean {
  const pkg = packageOfType(id);
  return pkg !== 'sdk' && !V2_PACKAGES.has(pkg);
}
