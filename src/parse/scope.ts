import type { TSESTree } from '@typescript-eslint/types';

type Node = TSESTree.Node;

export type ScopeType =
  | 'block' | 'catch' | 'class' | 'class-field-initializer' | 'class-static-block' | 'conditionalType' | 'for' | 'function' | 'function-expression-name'
  | 'functionType' | 'global' | 'mappedType' | 'module' | 'switch' | 'tsEnum' | 'tsModule' | 'type' | 'with';

export type DefinitionType = 'CatchClause' | 'ClassName' | 'FunctionName' | 'ImportBinding' | 'Parameter' | 'TSEnumName' | 'TSEnumMemberName' | 'TSModuleName' | 'Type' | 'Variable';

export interface Definition {
  readonly type: DefinitionType;
  readonly name: Node;
  readonly node: Node;
  readonly parent: Node | null;
}

interface Write {
  readonly writeExpr: Node | null;
  /** A declaration or a default value. */
  readonly init: boolean;
  readonly alsoReads: boolean;
}

const NONE: readonly never[] = Object.freeze([]);
const NO_VARIABLES: ReadonlyMap<string, Variable> = new Map();
/** Where `var` is declared. */
const OF_VARS: ReadonlySet<ScopeType> = new Set(['class-field-initializer', 'class-static-block', 'function', 'global', 'module', 'tsModule']);
/** What names no type. */
const VALUES_ONLY: ReadonlySet<DefinitionType> = new Set(['CatchClause', 'FunctionName', 'Parameter', 'Variable']);
/** Scopes with few variables need no map. */
const FEW = 8;

/** Lists are shared while they are empty: most are. */
function added<T>(list: readonly T[], item: T): readonly T[] {
  if (list.length === 0) return [item];
  (list as T[]).push(item);
  return list;
}

/** A list that has grown has room for seventeen members. */
function exact<T>(list: readonly T[]): readonly T[] {
  return list.length < 2 ? list : list.slice();
}

export class Variable {
  defs: readonly Definition[] = NONE;
  identifiers: readonly TSESTree.Identifier[] = NONE;
  references: readonly Reference[] = NONE;
  /** What nobody declares may be both. */
  isTypeVariable = true;
  isValueVariable = true;

  constructor(
    readonly name: string,
    readonly scope: Scope,
  ) {}

  add(definition: Definition): void {
    const isFirst = this.defs.length === 0;
    this.isTypeVariable = !VALUES_ONLY.has(definition.type) || (!isFirst && this.isTypeVariable);
    this.isValueVariable = definition.type !== 'Type' || (!isFirst && this.isValueVariable);
    this.defs = added(this.defs, definition);
  }
}

export class Reference {
  resolved: Variable | null = null;
  readonly #write: Write | undefined;

  constructor(
    readonly identifier: TSESTree.Identifier | TSESTree.JSXIdentifier,
    readonly from: Scope,
    private readonly to: 'value' | 'type' | 'either',
    write?: Write,
  ) {
    this.#write = write;
  }

  get init(): boolean | undefined {
    return this.#write?.init;
  }

  get writeExpr(): Node | null | undefined {
    return this.#write?.writeExpr;
  }

  get isTypeReference(): boolean {
    return this.to !== 'value';
  }

  get isValueReference(): boolean {
    return this.to !== 'type';
  }

  isWrite(): boolean {
    return this.#write !== undefined;
  }

  isRead(): boolean {
    return this.#write?.alsoReads !== false;
  }

  isReadOnly(): boolean {
    return this.#write === undefined;
  }

  isWriteOnly(): boolean {
    return this.#write?.alsoReads === false;
  }

  isReadWrite(): boolean {
    return this.#write?.alsoReads === true;
  }

  canBe(variable: Variable): boolean {
    return (this.isValueReference && variable.isValueVariable) || (this.isTypeReference && variable.isTypeVariable);
  }
}

export class Scope {
  readonly variableScope: Scope;
  childScopes: readonly Scope[] = NONE;
  references: readonly Reference[] = NONE;
  variables: readonly Variable[] = NONE;
  #open: Reference[] | undefined;
  #byName: Map<string, Variable> | undefined;

  constructor(
    readonly type: ScopeType,
    readonly block: Node,
    upper: Scope | undefined,
  ) {
    this.upper = upper ?? null;
    this.variableScope = upper === undefined || OF_VARS.has(type) ? this : upper.variableScope;
    if (upper) upper.childScopes = added(upper.childScopes, this);
    if (type === 'function' && block.type !== 'ArrowFunctionExpression') this.define('arguments', undefined, undefined);
  }

  readonly upper: Scope | null;

  get set(): ReadonlyMap<string, Variable> {
    if (this.variables.length === 0) return NO_VARIABLES;
    return (this.#byName ??= new Map(this.variables.map(v => [v.name, v])));
  }

  /** What is written in here and declared further out, or nowhere. Few ask: it is not kept. */
  get through(): readonly Reference[] {
    return this.#allReferences().filter(({ from, resolved }) => {
      for (let scope: Scope | null = from; scope && scope !== this.upper; scope = scope.upper) if (scope === resolved?.scope) return false;
      return true;
    });
  }

  #allReferences(): readonly Reference[] {
    return [...this.references, ...this.childScopes.flatMap(s => s.#allReferences())].sort((a, b) => a.identifier.range[0] - b.identifier.range[0]);
  }

  find(name: string): Variable | undefined {
    if (this.#byName) return this.#byName.get(name);
    const { variables } = this;
    if (variables.length > FEW) return this.set.get(name);
    for (const variable of variables) if (variable.name === name) return variable;
    return undefined;
  }

  define(name: string, identifier: TSESTree.Identifier | undefined, definition: Definition | undefined): Variable {
    let variable = this.find(name);
    if (!variable) {
      variable = new Variable(name, this);
      this.variables = added(this.variables, variable);
      this.#byName?.set(name, variable);
    }
    if (definition) variable.add(definition);
    if (identifier) variable.identifiers = added(variable.identifiers, identifier);
    return variable;
  }

  refer(reference: Reference): void {
    this.references = added(this.references, reference);
    this.#leave(reference);
  }

  /** What nobody here has declared is looked for outside. */
  close(): Scope | undefined {
    const { upper } = this;
    for (const reference of this.#open ?? NONE) {
      const variable = this.type === 'with' ? undefined : this.find(reference.identifier.name);
      if (variable && this.#isInReach(reference, variable) && reference.canBe(variable)) {
        variable.references = added(variable.references, reference);
        reference.resolved = variable;
      } else if (upper) upper.#leave(reference);
    }
    this.#open = undefined;
    return upper ?? undefined;
  }

  /** Nothing more comes. */
  settle(): void {
    this.childScopes = exact(this.childScopes);
    this.references = exact(this.references);
    this.variables = exact(this.variables);
    for (const variable of this.variables) {
      variable.references = exact(variable.references);
      variable.defs = exact(variable.defs);
      variable.identifiers = exact(variable.identifiers);
    }
  }

  #leave(reference: Reference): void {
    if (this.#open) this.#open.push(reference);
    else this.#open = [reference];
  }

  /** `function f(a = x) { const x = 2; }`: the default is the outer `x`. */
  #isInReach({ identifier }: Reference, variable: Variable): boolean {
    if (this.type !== 'function') return true;
    const start = 'body' in this.block && this.block.body && !Array.isArray(this.block.body) ? this.block.body.range[0] : -1;
    return !(identifier.range[0] < start && variable.defs.every(d => d.name.range[0] >= start));
  }
}
