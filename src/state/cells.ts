import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../mcp/exports.js';
import { innermost, memberName, outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { declaredAs, fieldHolding } from '../mcp/references.js';
import { isFunctionNode, type ClassNode, type FunctionNode, type Known } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import type { Lifetimes } from './lifetimes.js';
import type { Reach, Reached } from './reach.js';
import { functionsOf, type SessionStore, type SessionTable } from './session-stores.js';

export type Holding = 'variable' | 'field' | 'static' | 'object' | 'global';

/** Something that keeps a value from one call to the next. */
export interface Cell {
  readonly id: object;
  readonly kind: Holding;
  /** What a person calls it: `sessions`, `Cart.items`. */
  readonly name: string;
  /** Where it is declared. */
  readonly file: SourceFile;
  readonly at: TSESTree.Node;
  /** The class that the field belongs to. */
  readonly owner: ClassNode | undefined;
  /** The function that makes it anew whenever it runs, such as a factory of servers; undefined at module level. */
  readonly closure: FunctionNode | undefined;
  readonly values: readonly Known[];
  readonly accesses: Access[];
}

export interface Access {
  readonly file: SourceFile;
  readonly node: TSESTree.Node;
  readonly fn: FunctionNode;
  readonly mode: 'read' | 'write';
  /** `assign`, `update`, or the name of the method: `set`, `get`. */
  readonly op: string;
  readonly key: TSESTree.Node | undefined;
  readonly value: TSESTree.Node | undefined;
  /** What is touched is an entry that was looked up before, not the container. */
  readonly part: boolean;
}

const MUTATORS = new Set(['set', 'add', 'delete', 'clear', 'push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'put', 'append', 'enqueue', 'dequeue']);
/** Those of arrays. */
const ARRAYS = new Set(['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill']);
/** Calls that give a new array: changing it leaves the first one as it was. */
const COPIES = new Set(['filter', 'slice', 'map', 'flatMap', 'concat', 'toSorted', 'toReversed']);
const COPIERS = /^(?:Array\.(?:from|of)|Object\.(?:keys|values|entries))$/;
const KEYED = new Set(['get', 'set', 'has', 'delete', 'add', 'put']);
/** Calls that give a part of a container, or the container again. */
const PARTS = new Set(['get', 'find', 'values', 'entries', 'at', 'pop', 'shift', 'filter', 'slice', 'findLast']);
const MAX_ALIAS_DEPTH = 6;

/** Reads every place that runs while a call is served, and sorts what it touches by what keeps it. */
export class CellReader {
  readonly #cells = new Map<object, Cell>();
  readonly #seen = new Set<TSESTree.Node>();
  /** The cells that are looked for; all, unless it says. */
  #only: ReadonlySet<Cell> | undefined;

  constructor(
    private readonly mcp: McpModel,
    private readonly reach: Reach,
    private readonly lifetimes: Lifetimes,
  ) {}

  read(stores: readonly SessionStore[], tables: readonly SessionTable[]): readonly Cell[] {
    for (const reached of this.reach.functions) this.#readFunction(reached);
    this.#readStores(stores);
    this.#readTables(tables);
    return [...this.#cells.values()];
  }

  /** The functions around what is done with these tables, where no handler is known to lead. */
  #readTables(tables: readonly SessionTable[]): void {
    this.#only = new Set(tables.flatMap(({ file, variable }) => this.#ofVariable(file, variable) ?? []));
    for (const { file, variable } of tables) {
      for (const { identifier } of variable.references) {
        const fn = enclosing(identifier);
        if (fn && !this.reach.covers(fn)) this.#readFunction({ file, fn, from: new Set() });
      }
    }
    this.#only = undefined;
  }

  /** What the classes of these stores do with them, also where no handler is known to lead. */
  #readStores(stores: readonly SessionStore[]): void {
    this.#only = new Set(stores.flatMap(({ file, cls, field }) => this.#ofField(file, cls, field, false) ?? []));
    for (const { file, cls } of stores) for (const fn of functionsOf(cls)) if (!this.reach.has(fn)) this.#readFunction({ file, fn, from: new Set() });
    this.#only = undefined;
  }

  #readFunction({ file, fn }: Reached): void {
    const visit = (node: TSESTree.Node): boolean | void => {
      if (this.#seen.has(node) || (isFunctionNode(node) && this.reach.isHandler(node))) return false;
      if (isFunctionNode(node)) this.#seen.add(node);
      this.#visit(file, fn, node);
      return undefined;
    };
    this.#seen.add(fn);
    for (const parameter of fn.params) walkTree(parameter, visit);
    walkTree(fn.body, visit);
  }

  #visit(file: SourceFile, fn: FunctionNode, node: TSESTree.Node): void {
    switch (node.type) {
      case 'AssignmentExpression':
        for (const target of targetsOf(node.left)) this.#written(file, fn, target, node.operator === '=' ? 'assign' : node.operator, node.right);
        return;
      case 'UpdateExpression':
        this.#written(file, fn, node.argument, 'update', undefined);
        return;
      case 'UnaryExpression':
        if (node.operator === 'delete') this.#written(file, fn, node.argument, 'delete', undefined);
        return;
      case 'CallExpression':
        this.#called(file, fn, node);
        return;
      case 'Identifier':
        if (isValue(node)) for (const cell of this.#named(file, node)) this.#note(cell, file, fn, node);
        return;
      case 'MemberExpression':
        for (const cell of this.#fields(file, node)) this.#note(cell, file, fn, node);
    }
  }

  /** `x = v`, `x.y = v`, `x[k] = v`: the target, or what the target is a part of, is written. */
  #written(file: SourceFile, fn: FunctionNode, target: TSESTree.Node, op: string, value: TSESTree.Node | undefined): void {
    const inner = innermost(target);
    if (inner.type === 'Identifier') {
      for (const cell of this.#named(file, inner)) this.#add(cell, { file, node: inner, fn, mode: 'write', op, key: undefined, value, part: false });
      return;
    }
    if (inner.type !== 'MemberExpression' || inner.object.type === 'Super') return;
    const fields = this.#fields(file, inner);
    const key = inner.computed ? inner.property : undefined;
    for (const cell of fields) this.#add(cell, { file, node: inner, fn, mode: 'write', op, key: undefined, value, part: false });
    if (fields.length === 0) for (const cell of this.#roots(file, inner.object, 0)) this.#add(cell, { file, node: inner, fn, mode: 'write', op, key, value, part: !this.#isItself(cell, file, inner.object) });
    this.#global(file, fn, inner, op, value);
  }

  /** `list.push(v)`, `map.set(k, v)`, and through parts: `sessions.get(id).items.push(v)`. */
  #called(file: SourceFile, fn: FunctionNode, call: TSESTree.CallExpression): void {
    const callee = innermost(call.callee);
    if (callee.type !== 'MemberExpression' || callee.object.type === 'Super') return;
    const name = memberName(callee);
    if (name === undefined || (!MUTATORS.has(name) && !KEYED.has(name))) return;
    if (this.#isOwnMethod(file, callee) || (ARRAYS.has(name) && isCopy(this.mcp, file, callee.object, 0))) return;
    const key = KEYED.has(name) ? call.arguments[0] : undefined;
    const value = name === 'set' || name === 'put' ? call.arguments[1] : call.arguments[0];
    const mode = MUTATORS.has(name) ? 'write' : 'read';
    for (const cell of this.#roots(file, callee.object, 0)) {
      const part = !this.#isItself(cell, file, callee.object);
      // `sheets.spreadsheets.values.clear()`: what a client of another service offers is done there.
      if (part && !ARRAYS.has(name) && cell.values.some(k => k.value.kind === 'external') && innermost(callee.object).type === 'MemberExpression') continue;
      this.#add(cell, { file, node: call, fn, mode, op: name, key, value, part });
    }
  }

  /** A method that the program itself declares: what it does is read where it is written. */
  #isOwnMethod(file: SourceFile, callee: TSESTree.Node): boolean {
    return this.mcp.values(file, callee).some(({ value }) => value.kind === 'function' || (value.kind === 'shape' && value.node.type === 'TSMethodSignature'));
  }

  /** Whether an expression is the cell, and not an entry of it under another name. */
  #isItself(cell: Cell, file: SourceFile, node: TSESTree.Node): boolean {
    const inner = innermost(node);
    if (inner.type === 'Identifier') return this.#named(file, inner).includes(cell) || this.#held(this.mcp.values(file, inner)).includes(cell);
    return inner.type === 'MemberExpression' && this.#fields(file, inner).includes(cell);
  }

  /** The cells that an expression is, or is a part of. */
  #roots(file: SourceFile, node: TSESTree.Node, depth: number): readonly Cell[] {
    if (depth > MAX_ALIAS_DEPTH) return [];
    const inner = innermost(node);
    switch (inner.type) {
      case 'Identifier':
        return unique([...this.#named(file, inner), ...this.#behind(file, inner, depth), ...this.#held(this.mcp.values(file, inner))]);
      case 'MemberExpression': {
        if (inner.object.type === 'Super') return [];
        const fields = this.#fields(file, inner);
        return fields.length > 0 ? fields : unique([...this.#roots(file, inner.object, depth + 1), ...this.#held(this.mcp.values(file, inner))]);
      }
      case 'CallExpression': {
        const callee = innermost(inner.callee);
        if (callee.type === 'MemberExpression' && callee.object.type !== 'Super' && PARTS.has(memberName(callee) ?? '') && !this.#isOwnMethod(file, callee)) {
          const parts = this.#roots(file, callee.object, depth + 1);
          if (parts.length > 0) return parts;
        }
        return unique([...this.#held(this.mcp.values(file, inner)), ...this.#accessor(file, callee, depth)]);
      }
      case 'LogicalExpression':
        return unique([...this.#roots(file, inner.left, depth + 1), ...this.#roots(file, inner.right, depth + 1)]);
      case 'ConditionalExpression':
        return unique([...this.#roots(file, inner.consequent, depth + 1), ...this.#roots(file, inner.alternate, depth + 1)]);
      case 'AssignmentExpression':
        return this.#roots(file, inner.right, depth + 1);
      default:
        return this.#held(this.mcp.values(file, inner));
    }
  }

  /** `cartFor(id)`: what the accessor gives is a part of what it looks into. */
  #accessor(file: SourceFile, callee: TSESTree.Node, depth: number): readonly Cell[] {
    return this.mcp.values(file, callee).flatMap(({ value }) => {
      if (value.kind !== 'function' || depth > 3) return [];
      return unique(returned(value.node).flatMap(e => this.#roots(value.file, e, depth + 2)));
    });
  }

  /** A local name for a part: `const cart = carts.get(id)`. */
  #behind(file: SourceFile, name: TSESTree.Identifier, depth: number): readonly Cell[] {
    const variable = file.variableOf(name);
    const definition = variable?.defs[0];
    if (!variable || !definition || definition.node.type !== 'VariableDeclarator' || !this.reach.isLocal(definition.node)) return [];
    const { init, parent } = definition.node;
    const loop = parent.parent;
    const source = init ?? (loop.type === 'ForOfStatement' ? loop.right : undefined);
    const assigned = variable.references.flatMap(r => (r.isWrite() && r.writeExpr && !r.init ? [r.writeExpr] : []));
    return unique([...(source ? [source] : []), ...assigned].flatMap(e => this.#roots(file, e, depth + 1)));
  }

  /** The variable that a name stands for, when it outlives the call. */
  #named(file: SourceFile, name: TSESTree.Identifier): readonly Cell[] {
    const found = this.mcp.infer.references.declarationOf(file, name);
    if (!found) return [];
    const cell = this.#ofVariable(found.file, found.variable);
    return cell ? [cell] : [];
  }

  #ofVariable(file: SourceFile, variable: Variable): Cell | undefined {
    const known = this.#cells.get(variable);
    if (known) return known;
    const definition = variable.defs[0];
    if (!definition || definition.node.type !== 'VariableDeclarator' || definition.name.type !== 'Identifier') return undefined;
    const closure = enclosing(definition.node);
    if (this.reach.isLocal(definition.node)) return undefined;
    if (definition.node.parent.kind === 'const' && !this.#canChange(file, definition.node)) return undefined;
    return this.#make(variable, {
      kind: 'variable',
      name: variable.name,
      file,
      at: definition.name,
      owner: undefined,
      closure,
      values: this.mcp.infer.variable(file, variable),
    });
  }

  /** Constants that hold text, functions and the like cannot carry state; containers and instances can. */
  #canChange(file: SourceFile, declarator: TSESTree.VariableDeclarator): boolean {
    const init = declarator.init ? innermost(declarator.init) : undefined;
    if (!init || isFunctionNode(init) || init.type === 'Literal' || init.type === 'TemplateLiteral' || init.type === 'ClassExpression') return false;
    const values = this.mcp.values(file, init);
    return values.length === 0 || values.some(({ value }) => value.kind === 'collection' || value.kind === 'object' || value.kind === 'instance' || value.kind === 'external' || value.kind === 'shape' || (value.kind === 'global' && value.path.includes('new')));
  }

  /** `this.x`, `manager.x`: fields of instances that outlive the call, and static fields. */
  #fields(file: SourceFile, node: TSESTree.MemberExpression): readonly Cell[] {
    const name = memberName(node);
    if (name === undefined || node.object.type === 'Super') return [];
    const found: Cell[] = [];
    for (const { value } of this.mcp.values(file, node.object)) {
      if (value.kind !== 'instance' && value.kind !== 'class') continue;
      const declared = declaringClass(this.mcp, value.file, value.node, name);
      if (!declared || isMethod(declared.cls, name)) continue;
      if (value.kind === 'instance' && !this.lifetimes.outlivesCalls(value.file, value.node)) continue;
      const cell = this.#ofField(declared.file, declared.cls, name, value.kind === 'class');
      if (cell) found.push(cell);
    }
    return found;
  }

  #ofField(file: SourceFile, cls: ClassNode, name: string, isStatic: boolean): Cell | undefined {
    const id = fieldId(cls, name);
    const known = this.#cells.get(id);
    if (known) return known;
    const at = declarationOfField(cls, name);
    if (!at) return undefined;
    return this.#make(id, {
      kind: isStatic ? 'static' : 'field',
      name: `${cls.id?.name ?? 'class'}.${name}`,
      file,
      at,
      owner: cls,
      closure: enclosing(cls),
      values: isStatic ? [] : this.mcp.infer.instanceMember(file, cls, name),
    });
  }

  /** Containers and objects by what they are, wherever they were passed to. */
  #held(known: readonly Known[]): readonly Cell[] {
    const found: Cell[] = [];
    for (const { value } of known) {
      if (value.kind !== 'collection' && value.kind !== 'object') continue;
      const variable = declaredAs(value.file, value.node);
      const cell = variable ? this.#ofVariable(value.file, variable) : this.#heldByField(value.file, value.node);
      if (cell) found.push(cell);
    }
    return unique(found);
  }

  #heldByField(file: SourceFile, node: TSESTree.Node): Cell | undefined {
    const field = fieldHolding(node);
    if (field) return this.lifetimes.outlivesCalls(file, field.cls) || field.isStatic ? this.#ofField(file, field.cls, field.name, field.isStatic) : undefined;
    // A part of an object literal belongs to the variable around it.
    for (let n: TSESTree.Node | undefined = outermost(node).parent; n; n = n.parent) {
      if (n.type === 'VariableDeclarator' && n.id.type === 'Identifier') {
        const variable = file.variableOf(n.id);
        return variable ? this.#ofVariable(file, variable) : undefined;
      }
      if (isFunctionNode(n) || /Statement$|^Program$|^CallExpression$|^NewExpression$/.test(n.type)) return undefined;
    }
    return undefined;
  }

  /** `global.current = v` and reads of it. */
  #global(file: SourceFile, fn: FunctionNode, node: TSESTree.MemberExpression, op: string, value: TSESTree.Node | undefined): void {
    const cell = this.#globalCell(file, node);
    if (cell) this.#add(cell, { file, node, fn, mode: 'write', op, key: undefined, value, part: false });
  }

  #globalCell(file: SourceFile, node: TSESTree.MemberExpression): Cell | undefined {
    const name = memberName(node);
    if (name === undefined || node.object.type !== 'Identifier' || !/^(?:global|globalThis)$/.test(node.object.name)) return undefined;
    if (file.variableOf(node.object)?.defs.length) return undefined;
    const id = globalId(this.mcp, name);
    return this.#cells.get(id) ?? this.#make(id, { kind: 'global', name: `global.${name}`, file, at: node, owner: undefined, closure: undefined, values: [] });
  }

  /** A mention that is no target of a write: a read, unless it is the receiver of a mutation that has been noted itself. */
  #note(cell: Cell, file: SourceFile, fn: FunctionNode, node: TSESTree.Node): void {
    const outer = outermost(node);
    const parent = outer.parent;
    if (parent?.type === 'MemberExpression' && parent.object === outer && parent.computed && !isTarget(parent)) {
      this.#add(cell, { file, node: parent, fn, mode: 'read', op: 'index', key: parent.property, value: undefined, part: false });
      return;
    }
    if (parent?.type === 'AssignmentExpression' && parent.left === outer) return;
    if (parent?.type === 'MemberExpression' && parent.object === outer && isDeleted(parent)) return;
    if (parent?.type === 'UpdateExpression' && parent.parent.type === 'ExpressionStatement') return;
    if (parent?.type === 'MemberExpression' && parent.object === outer) {
      const use = outermost(parent).parent;
      const called = use?.type === 'CallExpression' && use.callee === outermost(parent);
      if (called && (MUTATORS.has(memberName(parent) ?? '') || KEYED.has(memberName(parent) ?? '')) && isStatement(use)) return;
      if (called && KEYED.has(memberName(parent) ?? '')) return;
      if (use?.type === 'AssignmentExpression' && use.left === outermost(parent)) return;
    }
    this.#add(cell, { file, node, fn, mode: 'read', op: 'read', key: undefined, value: undefined, part: false });
  }

  /** Reads of globals are found by name: they have no declaration. */
  noteGlobals(): void {
    for (const { file, fn } of this.reach.functions) {
      walkTree(fn.body, node => {
        if (node.type !== 'MemberExpression') return;
        const cell = this.#globalCell(file, node);
        if (cell && cell.accesses.some(a => a.mode === 'write')) this.#note(cell, file, fn, node);
      });
    }
  }

  #add(cell: Cell, access: Access): void {
    if (this.#only === undefined || this.#only.has(cell)) add(cell, access);
  }

  #make(id: object, cell: Omit<Cell, 'id' | 'accesses'>): Cell {
    const made: Cell = { id, ...cell, accesses: [] };
    this.#cells.set(id, made);
    return made;
  }
}

function add(cell: Cell, access: Access): void {
  if (access.mode === 'write' && isConstruction(cell, access.fn)) return;
  if (!cell.accesses.some(a => a.node === access.node && a.mode === access.mode)) cell.accesses.push(access);
}

/** What a constructor gives its own fields is where they begin, not a change. */
function isConstruction(cell: Cell, fn: FunctionNode): boolean {
  return cell.owner !== undefined && fn.parent.type === 'MethodDefinition' && fn.parent.kind === 'constructor' && fn.parent.parent.parent === cell.owner;
}

/** `list.filter(f)`, also by the name that it was given, and by the function that gives it. */
function isCopy(mcp: McpModel, file: SourceFile, node: TSESTree.Node, depth: number): boolean {
  const inner = innermost(node);
  if (depth > 3) return false;
  if (inner.type === 'Identifier') {
    const written = file.variableOf(inner)?.references.flatMap(r => (r.writeExpr ? [r.writeExpr] : [])) ?? [];
    return written.length > 0 && written.every(e => isCopy(mcp, file, e, depth + 1));
  }
  if (inner.type === 'ConditionalExpression') return isCopy(mcp, file, inner.consequent, depth + 1) && isCopy(mcp, file, inner.alternate, depth + 1);
  if (inner.type !== 'CallExpression') return false;
  const callee = innermost(inner.callee);
  if (callee.type === 'MemberExpression' && (COPIES.has(memberName(callee) ?? '') || COPIERS.test(`${callee.object.type === 'Identifier' ? callee.object.name : ''}.${memberName(callee) ?? ''}`))) return true;
  const given = mcp.values(file, callee).flatMap(({ value }) => (value.kind === 'function' ? returned(value.node).map(e => ({ file: value.file, e })) : []));
  return given.length > 0 && given.every(({ file: g, e }) => isCopy(mcp, g, e, depth + 1));
}

function isStatement(node: TSESTree.Node): boolean {
  const outer = outermost(node);
  return outer.parent?.type === 'ExpressionStatement';
}

/** Assigned to, counted up, or deleted. */
function isTarget(node: TSESTree.Node): boolean {
  const outer = outermost(node);
  const { parent } = outer as { parent?: TSESTree.Node };
  if (parent?.type === 'AssignmentExpression') return parent.left === outer;
  return parent?.type === 'UpdateExpression' || (parent?.type === 'UnaryExpression' && parent.operator === 'delete');
}

function isDeleted(node: TSESTree.Node): boolean {
  const { parent } = outermost(node);
  return parent?.type === 'UnaryExpression' && parent.operator === 'delete';
}

/** Names that stand for a value, not for a property, a declaration or a type. */
function isValue(node: TSESTree.Identifier): boolean {
  const { parent } = node;
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed;
  if (parent.type === 'Property') return parent.value === node || (parent.computed && parent.key === node);
  if (parent.type === 'VariableDeclarator') return parent.init === node;
  return !/^(?:MethodDefinition|PropertyDefinition|ImportSpecifier|LabeledStatement|BreakStatement|TSTypeReference|TSQualifiedName)$/.test(parent.type);
}

function targetsOf(left: TSESTree.Node): readonly TSESTree.Node[] {
  switch (left.type) {
    case 'ObjectPattern':
      return left.properties.flatMap(p => targetsOf(p.type === 'RestElement' ? p.argument : p.value));
    case 'ArrayPattern':
      return left.elements.flatMap(e => (e ? targetsOf(e) : []));
    case 'AssignmentPattern':
      return targetsOf(left.left);
    case 'RestElement':
      return targetsOf(left.argument);
    default:
      return [left];
  }
}

function enclosing(node: TSESTree.Node): FunctionNode | undefined {
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) if (isFunctionNode(n)) return n;
  return undefined;
}

function unique(cells: readonly Cell[]): readonly Cell[] {
  return cells.length < 2 ? cells : [...new Set(cells)];
}

/** The class, or base class, that declares a field. */
function declaringClass(mcp: McpModel, file: SourceFile, cls: ClassNode, name: string, depth = 0): { readonly file: SourceFile; readonly cls: ClassNode } | undefined {
  if (declarationOfField(cls, name) || isMethod(cls, name)) return { file, cls };
  if (!cls.superClass || depth > 5) return undefined;
  for (const { value } of mcp.values(file, cls.superClass)) {
    if (value.kind !== 'class') continue;
    const found = declaringClass(mcp, value.file, value.node, name, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** The declaration of a field: the property, the parameter property, or the first assignment in the constructor (plain JavaScript). */
function declarationOfField(cls: ClassNode, name: string): TSESTree.Node | undefined {
  for (const member of cls.body.body) {
    if ((member.type === 'PropertyDefinition' || member.type === 'AccessorProperty') && keyName(member.key) === name) return member.key;
    if (member.type !== 'MethodDefinition' || member.kind !== 'constructor') continue;
    for (const parameter of member.value.params) {
      if (parameter.type !== 'TSParameterProperty') continue;
      const id = parameter.parameter.type === 'AssignmentPattern' ? parameter.parameter.left : parameter.parameter;
      if (id.name === name) return id;
    }
  }
  return assignedInConstructor(cls, name);
}

function assignedInConstructor(cls: ClassNode, name: string): TSESTree.Node | undefined {
  const constructor = cls.body.body.find(m => m.type === 'MethodDefinition' && m.kind === 'constructor');
  if (constructor?.type !== 'MethodDefinition' || !constructor.value.body) return undefined;
  for (const statement of constructor.value.body.body) {
    if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression') continue;
    const { left } = statement.expression;
    if (left.type === 'MemberExpression' && left.object.type === 'ThisExpression' && memberName(left) === name) return left;
  }
  return undefined;
}

function isMethod(cls: ClassNode, name: string): boolean {
  return cls.body.body.some(m => m.type === 'MethodDefinition' && keyName(m.key) === name);
}

/** Expressions that a function returns. */
function returned(fn: FunctionNode): readonly TSESTree.Node[] {
  if (fn.body.type !== 'BlockStatement') return [fn.body];
  const found: TSESTree.Node[] = [];
  walkTree(fn.body, node => {
    if (isFunctionNode(node)) return false;
    if (node.type === 'ReturnStatement' && node.argument) found.push(node.argument);
    return undefined;
  });
  return found;
}

const fieldIds = new WeakMap<ClassNode, Map<string, object>>();

function fieldId(cls: ClassNode, name: string): object {
  const ids = fieldIds.get(cls) ?? new Map<string, object>();
  fieldIds.set(cls, ids);
  const id = ids.get(name) ?? { name };
  ids.set(name, id);
  return id;
}

const globalIds = new WeakMap<McpModel, Map<string, object>>();

function globalId(mcp: McpModel, name: string): object {
  const ids = globalIds.get(mcp) ?? new Map<string, object>();
  globalIds.set(mcp, ids);
  const id = ids.get(name) ?? { name };
  ids.set(name, id);
  return id;
}
