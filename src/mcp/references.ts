import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import { exportsOf, keyName } from './exports.js';
import { indexOf, memberName, outermost, says } from './file-index.js';
import type { Inference } from './infer.js';
import { constructorOf, contains, unwrapParameter } from './nodes.js';
import { isClassNode, type ClassNode, type FunctionNode, type Known } from './values.js';

export interface Place<N extends TSESTree.Node = TSESTree.Node> {
  readonly file: SourceFile;
  readonly node: N;
}

/** Which files to look at: those that have to do with MCP, which is enough to know its objects, or all. */
export type Within = 'mcp' | 'all';

/** Whether a mention is worth asking what its receiver is. */
export type Accept = (node: TSESTree.MemberExpression) => boolean;

const MAX_FILES = 60;
/** Receivers that are asked about for one question. */
const MAX_RECEIVERS = 120;
const MAX_ALIAS_DEPTH = 4;
/** How many calls deep a container is followed. */
const MAX_PASSED = 3;
/** Loads modules otherwise than by declarations. */
const LOADS = /\brequire\s*\(|\bimport\s*\(/;
const PUT_METHODS = new Set(['set', 'add', 'push', 'unshift', 'put']);

/** Where things are used: variables, fields, functions, containers; in their own file and in the files that import it. */
export class References {
  readonly #variables = { mcp: new Map<Variable, readonly Place<TSESTree.Expression>[]>(), all: new Map<Variable, readonly Place<TSESTree.Expression>[]>() };
  readonly #puts = new Map<TSESTree.Node, readonly Place<TSESTree.Expression>[]>();
  readonly #neighbours = new Map<string, readonly SourceFile[]>();
  readonly #barrels = new Map<string, boolean>();

  constructor(private readonly ask: Inference) {}

  /** Every expression that is this variable, also under other names in importing files. */
  ofVariable(file: SourceFile, variable: Variable, within: Within = 'mcp'): readonly Place<TSESTree.Expression>[] {
    const known = this.#variables[within].get(variable);
    if (known) return known;
    const places: Place<TSESTree.Expression>[] = [];
    this.#variables[within].set(variable, places);
    for (const reference of variable.references)
      if (reference.identifier.type === 'Identifier' && !reference.init) places.push({ file, node: reference.identifier });
    for (const name of exportedNames(file, variable)) places.push(...this.ofExport(file, name, within));
    return places;
  }

  /** The variable that a name means in the end, through imports and barrels. */
  declarationOf(file: SourceFile, name: TSESTree.Identifier): { readonly file: SourceFile; readonly variable: Variable } | undefined {
    const variable = file.variableOf(name);
    const definition = variable?.defs[0];
    if (!variable || !definition) return undefined;
    if (definition.type !== 'ImportBinding' || definition.parent.type !== 'ImportDeclaration') return { file, variable };
    const { node } = definition;
    if (node.type === 'ImportNamespaceSpecifier' || node.type === 'TSImportEqualsDeclaration') return undefined;
    return this.#exportedVariable(file, definition.parent.source.value, importedName(node), 0);
  }

  #exportedVariable(from: SourceFile, specifier: string, name: string, depth: number): { readonly file: SourceFile; readonly variable: Variable } | undefined {
    const path = this.ask.project.resolve(from.path, specifier);
    const file = path === undefined ? undefined : this.ask.project.source(path);
    if (!file || depth > 6) return undefined;
    const { names, stars } = exportsOf(file);
    const origin = names.get(name);
    if (origin?.kind === 'local' || (origin?.kind === 'expression' && origin.node.type === 'Identifier')) {
      const variable = origin.node.type === 'Identifier' ? file.variableOf(origin.node) : undefined;
      return variable ? { file, variable } : undefined;
    }
    if (origin?.kind === 'from') return origin.name === '*' ? undefined : this.#exportedVariable(file, origin.source, origin.name, depth + 1);
    for (const star of stars) {
      const found = this.#exportedVariable(file, star, name, depth + 1);
      if (found) return found;
    }
    return undefined;
  }

  /** Every expression in other files that is this export, through barrels and namespaces. */
  ofExport(file: SourceFile, name: string, within: Within = 'mcp', depth = 0): readonly Place<TSESTree.Expression>[] {
    if (depth > MAX_ALIAS_DEPTH) return [];
    const { project } = this.ask;
    const importers = project.importersOf(file.path).filter(path => (within === 'all' || project.mentionsMcp(path)) && this.#mayName(path, name));
    const places: Place<TSESTree.Expression>[] = [];
    for (const path of importers.slice(0, MAX_FILES)) {
      const importer = project.source(path);
      if (importer) places.push(...this.#importsOf(importer, file, name, within, depth));
    }
    return places;
  }

  /** A file that uses an export writes its name, or passes everything on. */
  #mayName(path: string, name: string): boolean {
    const { project } = this.ask;
    return name === 'default' || project.hasWord(path, name) || this.#passesOn(path);
  }

  #passesOn(path: string): boolean {
    let known = this.#barrels.get(path);
    if (known === undefined) this.#barrels.set(path, (known = /\bexport\s*\*/.test(this.ask.project.text(path) ?? '')));
    return known;
  }

  #importsOf(importer: SourceFile, from: SourceFile, name: string, within: Within, depth: number): readonly Place<TSESTree.Expression>[] {
    const places: Place<TSESTree.Expression>[] = [];
    const isFrom = (specifier: string): boolean => this.ask.project.resolve(importer.path, specifier) === from.path;
    const follow = (identifier: TSESTree.Identifier): void => {
      const variable = importer.variableOf(identifier);
      if (variable) places.push(...this.ofVariable(importer, variable, within));
    };
    for (const statement of importer.program.body) {
      if (statement.type === 'ImportDeclaration' && isFrom(statement.source.value)) {
        for (const clause of statement.specifiers) {
          if (clause.type === 'ImportNamespaceSpecifier') places.push(...this.#membersOf(importer, clause.local, name));
          else if (importedName(clause) === name) follow(clause.local);
        }
      } else if (statement.type === 'ExportAllDeclaration' && !statement.exported && isFrom(statement.source.value)) {
        places.push(...this.ofExport(importer, name, within, depth + 1));
      } else if (statement.type === 'ExportNamedDeclaration' && statement.source && isFrom(statement.source.value)) {
        for (const specifier of statement.specifiers)
          if (keyName(specifier.local) === name) places.push(...this.ofExport(importer, keyName(specifier.exported) ?? name, within, depth + 1));
      }
    }
    places.push(...this.#requiresOf(importer, isFrom, name));
    return places;
  }

  /** `const { name } = require('./x')`, `const x = require('./x')`, and the same with `await import()`. */
  #requiresOf(importer: SourceFile, isFrom: (specifier: string) => boolean, name: string): readonly Place<TSESTree.Expression>[] {
    if (!says(importer, LOADS)) return [];
    const places: Place<TSESTree.Expression>[] = [];
    const visit = (source: TSESTree.Node | undefined, node: TSESTree.Node): void => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string' || !isFrom(source.value)) return;
      const outer = outermost(node).parent;
      if (outer?.type === 'MemberExpression' && memberName(outer) === name) places.push({ file: importer, node: outer });
      if (outer?.type !== 'VariableDeclarator') return;
      if (outer.id.type === 'Identifier') {
        places.push(...this.#membersOf(importer, outer.id, name));
        if (name === 'default') places.push(...this.#uses(importer, outer.id));
      } else if (outer.id.type === 'ObjectPattern') {
        for (const property of outer.id.properties)
          if (property.type === 'Property' && keyName(property.key) === name && property.value.type === 'Identifier') places.push(...this.#uses(importer, property.value));
      }
    };
    for (const call of indexOf(importer).calls) if (call.callee.type === 'Identifier' && call.callee.name === 'require') visit(call.arguments[0], call);
    return places;
  }

  #uses(file: SourceFile, identifier: TSESTree.Identifier, within: Within = 'mcp'): readonly Place<TSESTree.Expression>[] {
    const variable = file.variableOf(identifier);
    return variable ? this.ofVariable(file, variable, within) : [];
  }

  #membersOf(file: SourceFile, namespace: TSESTree.Identifier, name: string): readonly Place<TSESTree.Expression>[] {
    const variable = file.variableOf(namespace);
    if (!variable) return [];
    return variable.references.flatMap(({ identifier }) => {
      const parent = identifier.parent;
      return parent.type === 'MemberExpression' && parent.object === identifier && memberName(parent) === name ? [{ file, node: parent }] : [];
    });
  }

  /**
   * The file itself, then the files that import it, directly or through one more: where instances of its classes are handled.
   * Only files with this word in them, and of these the ones that are wanted: by default those that have to do with MCP.
   */
  neighbours(file: SourceFile, mention: string, wanted?: (path: string) => boolean): readonly SourceFile[] {
    const key = `${wanted ? '*' : ''}${file.path}\0${mention}`;
    const known = this.#neighbours.get(key);
    if (known) return known;
    const { project } = this.ask;
    const paths = new Set<string>([file.path]);
    const direct = project.importersOf(file.path);
    for (const path of direct) paths.add(path);
    for (const path of direct) for (const next of project.importersOf(path)) paths.add(next);
    const found = [...paths]
      .filter(path => path === file.path || ((wanted ? wanted(path) : project.mentionsMcp(path)) && project.hasWord(path, mention)))
      .slice(0, MAX_FILES)
      .flatMap(path => project.source(path) ?? []);
    this.#neighbours.set(key, found);
    return found;
  }

  /** Member expressions of this name whose object is the class's instance (or, for `static`, the class itself). */
  ofMember(file: SourceFile, cls: ClassNode, name: string, kind: 'instance' | 'class' = 'instance', accept?: Accept, within: Within = 'mcp'): readonly Place<TSESTree.MemberExpression>[] {
    return this.#membersNamed(file, name, accept, within).filter(({ file: g, node }) => this.#isOwnedBy(g, node, cls, kind));
  }

  /** Asking what a receiver is costs more than looking at the call: the cheap question comes first, and not without end. */
  #membersNamed(file: SourceFile, name: string, accept: Accept | undefined, within: Within = 'mcp'): readonly Place<TSESTree.MemberExpression>[] {
    const found: Place<TSESTree.MemberExpression>[] = [];
    for (const g of this.neighbours(file, name.replace(/^#/, ''), within === 'all' ? () => true : undefined)) {
      for (const node of indexOf(g).members.get(name) ?? []) {
        if (node.object.type === 'Super' || (accept && !accept(node))) continue;
        found.push({ file: g, node });
        if (found.length >= MAX_RECEIVERS) return found;
      }
    }
    return found;
  }

  #isOwnedBy(file: SourceFile, node: TSESTree.MemberExpression, cls: ClassNode, kind: 'instance' | 'class'): boolean {
    return this.ask.values(file, node.object).some(({ value }) => value.kind === kind && (value.node === cls || this.#inherits(value.file, value.node, cls, 0)));
  }

  #inherits(file: SourceFile, node: ClassNode, base: ClassNode, depth: number): boolean {
    if (!node.superClass || depth > 5) return false;
    return this.ask.values(file, node.superClass).some(({ value }) => value.kind === 'class' && (value.node === base || this.#inherits(value.file, value.node, base, depth + 1)));
  }

  /** Member expressions of this name whose object is this object literal. */
  ofProperty(file: SourceFile, object: TSESTree.ObjectExpression, name: string, accept?: Accept): readonly Place<TSESTree.MemberExpression>[] {
    return this.#membersNamed(file, name, accept).filter(({ file: g, node }) => this.ask.values(g, node.object).some(k => k.value.kind === 'object' && k.value.node === object));
  }

  /** Values that are assigned to a field: `this.x = v` in the class, `instance.x = v` where the instance is known. */
  fieldAssignments(file: SourceFile, cls: ClassNode, name: string): readonly Place<TSESTree.Expression>[] {
    const found: Place<TSESTree.Expression>[] = [];
    for (const node of indexOf(file).members.get(name) ?? []) {
      if (node.object.type !== 'ThisExpression' || !isAssigned(node)) continue;
      if (nearestClass(node) === cls) found.push({ file, node: node.parent.right });
    }
    return found;
  }

  staticAssignments(file: SourceFile, cls: ClassNode, name: string): readonly Place<TSESTree.Expression>[] {
    const className = cls.id?.name;
    return (indexOf(file).members.get(name) ?? []).flatMap(node => {
      if (!isAssigned(node)) return [];
      const object = node.object;
      const names = object.type === 'Identifier' && object.name === className;
      return names || (object.type === 'ThisExpression' && nearestClass(node) === cls) ? [{ file, node: node.parent.right }] : [];
    });
  }

  /** `const state = {}; state.server = new McpServer()`: what is assigned to the member of this object literal. */
  assignedMembers(file: SourceFile, object: TSESTree.ObjectExpression, name: string): readonly (readonly Known[])[] {
    const variable = declaredAs(file, object);
    if (!variable) return [];
    const lists: (readonly Known[])[] = [];
    for (const node of indexOf(file).members.get(name) ?? []) {
      if (node.object.type === 'Identifier' && file.variableOf(node.object) === variable && isAssigned(node)) lists.push(this.ask.values(file, node.parent.right));
    }
    return lists;
  }

  /** Values that are put into a container, wherever a name for it is known. */
  puts(file: SourceFile, container: TSESTree.Node): readonly Place<TSESTree.Expression>[] {
    const known = this.#puts.get(container);
    if (known) return known;
    const found: Place<TSESTree.Expression>[] = [];
    this.#puts.set(container, found);
    for (const place of this.ofContainer(file, container)) {
      const parent = outermost(place.node).parent;
      if (parent?.type !== 'MemberExpression' || parent.object !== outermost(place.node)) continue;
      const use = parent.parent;
      if (use.type === 'AssignmentExpression' && use.left === parent && parent.computed) found.push({ file: place.file, node: use.right });
      else if (use.type === 'CallExpression' && use.callee === parent && PUT_METHODS.has(memberName(parent) ?? '')) {
        const last = use.arguments.at(-1);
        if (last && last.type !== 'SpreadElement') found.push({ file: place.file, node: last });
      }
    }
    return found;
  }

  /** Expressions that are this container: by the name that it is kept under, and by the parameters that it is given to. */
  ofContainer(file: SourceFile, container: TSESTree.Node): readonly Place<TSESTree.Expression>[] {
    return this.#withParameters(this.#kept(file, container), 0);
  }

  #withParameters(places: readonly Place<TSESTree.Expression>[], depth: number): readonly Place<TSESTree.Expression>[] {
    if (depth >= MAX_PASSED) return places;
    const passed = places.flatMap(place => {
      const node = outermost(place.node);
      const call = node.parent;
      if (call?.type !== 'CallExpression' && call?.type !== 'NewExpression') return [];
      const index = call.arguments.findIndex(a => a === node);
      return index === -1 ? [] : this.#parameterUses(place.file, call, index);
    });
    return passed.length === 0 ? places : [...places, ...this.#withParameters(passed, depth + 1)];
  }

  /** Where the function that is called uses the parameter that this argument fills. */
  #parameterUses(file: SourceFile, call: TSESTree.CallExpression | TSESTree.NewExpression, index: number): readonly Place<TSESTree.Expression>[] {
    return this.ask.values(file, call.callee).flatMap(({ value }) => {
      const fn = value.kind === 'function' ? value.node : value.kind === 'class' ? constructorOf(value.node) : undefined;
      const parameter = fn?.params[index];
      if (!fn || !parameter || (value.kind !== 'function' && value.kind !== 'class')) return [];
      const { id } = unwrapParameter(parameter);
      if (id.type !== 'Identifier') return [];
      const kept = parameter.type === 'TSParameterProperty' && value.kind === 'class' ? this.ofMember(value.file, value.node, id.name) : [];
      return [...this.#uses(value.file, id), ...kept];
    });
  }

  #kept(file: SourceFile, container: TSESTree.Node): readonly Place<TSESTree.Expression>[] {
    const variable = declaredAs(file, container);
    if (variable) return this.ofVariable(file, variable);
    const field = fieldHolding(container);
    if (field) return this.ofMember(file, field.cls, field.name, field.isStatic ? 'class' : 'instance');
    const property = outermost(container).parent;
    if (property?.type === 'Property' && property.parent.type === 'ObjectExpression') {
      const name = keyName(property.key);
      return name === undefined ? [] : this.ofProperty(file, property.parent, name);
    }
    return [];
  }

  /** Expressions that denote a function: itself, its name, its member name. */
  ofFunction(file: SourceFile, fn: FunctionNode, accept?: Accept): readonly Place<TSESTree.Expression>[] {
    const places: Place<TSESTree.Expression>[] = fn.type === 'FunctionDeclaration' ? [] : [{ file, node: fn }];
    if (fn.type === 'FunctionDeclaration') {
      if (fn.id) places.push(...this.#uses(file, fn.id));
      else places.push(...this.ofExport(file, 'default'));
      if (fn.parent.type === 'ExportDefaultDeclaration') places.push(...this.ofExport(file, 'default'));
    }
    const outer = outermost(fn);
    const parent = outer.parent;
    if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') places.push(...this.#uses(file, parent.id));
    else if (parent?.type === 'ExportDefaultDeclaration' && fn.type !== 'FunctionDeclaration') places.push(...this.ofExport(file, 'default'));
    else if (parent?.type === 'AssignmentExpression' && parent.right === outer) places.push(...this.#assignedUses(file, parent));
    else if ((parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition') && parent.value === fn) {
      const name = keyName(parent.key);
      const cls = parent.parent.parent;
      if (name !== undefined && name !== 'constructor' && isClassNode(cls)) places.push(...this.ofMember(file, cls, name, parent.static ? 'class' : 'instance', accept));
    } else if (parent?.type === 'Property' && parent.parent.type === 'ObjectExpression') {
      const name = keyName(parent.key);
      if (name !== undefined) places.push(...this.ofProperty(file, parent.parent, name, accept));
    }
    return places;
  }

  #assignedUses(file: SourceFile, assignment: TSESTree.AssignmentExpression): readonly Place<TSESTree.Expression>[] {
    const { left } = assignment;
    if (left.type === 'Identifier') return this.#uses(file, left);
    if (left.type !== 'MemberExpression') return [];
    const name = memberName(left);
    if (name === undefined) return [];
    if (left.object.type === 'ThisExpression') {
      const cls = nearestClass(left);
      return cls ? this.ofMember(file, cls, name).filter(p => p.node !== left) : [];
    }
    const exported = left.object.type === 'Identifier' && (left.object.name === 'exports' || left.object.name === 'module');
    return exported ? this.ofExport(file, name === 'exports' ? 'default' : name) : [];
  }

  /** Expressions that denote a class. */
  ofClass(file: SourceFile, cls: ClassNode, within: Within = 'mcp'): readonly Place<TSESTree.Expression>[] {
    if (cls.id) return [...this.#uses(file, cls.id, within), ...(cls.parent.type === 'ExportDefaultDeclaration' ? this.ofExport(file, 'default', within) : [])];
    const parent = outermost(cls).parent;
    if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return this.#uses(file, parent.id, within);
    return parent?.type === 'ExportDefaultDeclaration' ? this.ofExport(file, 'default', within) : [];
  }
}

/** The variable that an initialiser belongs to. */
export function declaredAs(file: SourceFile, initialiser: TSESTree.Node): Variable | undefined {
  const parent = outermost(initialiser).parent;
  if (initialiser.type === 'TSTypeReference' || initialiser.type === 'TSTypeLiteral' || initialiser.type === 'TSArrayType') return annotatedVariable(file, initialiser);
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return file.variableOf(parent.id);
  if (parent?.type === 'AssignmentExpression' && parent.left.type === 'Identifier') return file.variableOf(parent.left);
  return undefined;
}

function annotatedVariable(file: SourceFile, type: TSESTree.Node): Variable | undefined {
  const annotation = type.parent;
  const id = annotation?.type === 'TSTypeAnnotation' ? annotation.parent : undefined;
  return id?.type === 'Identifier' ? file.variableOf(id) : undefined;
}

interface Field {
  readonly cls: ClassNode;
  readonly name: string;
  readonly isStatic: boolean;
}

/** The class field that holds what this expression makes. */
export function fieldHolding(node: TSESTree.Node): Field | undefined {
  const outer = node.type.startsWith('TS') && node.parent?.type === 'TSTypeAnnotation' ? node.parent : outermost(node);
  const parent = outer.parent;
  if (parent?.type === 'PropertyDefinition') {
    const name = keyName(parent.key);
    const cls = parent.parent.parent;
    return name !== undefined && isClassNode(cls) ? { cls, name, isStatic: parent.static } : undefined;
  }
  if (parent?.type === 'AssignmentExpression' && parent.left.type === 'MemberExpression' && parent.left.object.type === 'ThisExpression') {
    const name = memberName(parent.left);
    const cls = nearestClass(parent.left);
    return name !== undefined && cls ? { cls, name, isStatic: false } : undefined;
  }
  return undefined;
}

/** The class whose `this` a node sees. */
export function nearestClass(node: TSESTree.Node): ClassNode | undefined {
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
    if (isClassNode(n)) return n;
    if ((n.type === 'FunctionExpression' && n.parent.type !== 'MethodDefinition') || n.type === 'FunctionDeclaration') return undefined;
  }
  return undefined;
}

/** `static open() { return new Page(); }`: what a class makes of itself, by the name that it has inside, which its outer name does not lead to. */
export function ownMakes(file: SourceFile, cls: ClassNode): readonly Place<TSESTree.Identifier>[] {
  const { id } = cls;
  if (!id) return [];
  return indexOf(file).news.flatMap(({ callee }) => (callee.type === 'Identifier' && callee.name === id.name && contains(cls, callee) ? [{ file, node: callee }] : []));
}

function isAssigned(node: TSESTree.MemberExpression): node is TSESTree.MemberExpression & { parent: TSESTree.AssignmentExpression } {
  return node.parent.type === 'AssignmentExpression' && node.parent.left === node;
}

function importedName(clause: TSESTree.ImportClause): string {
  if (clause.type === 'ImportDefaultSpecifier') return 'default';
  if (clause.type === 'ImportNamespaceSpecifier') return '*';
  return clause.imported.type === 'Identifier' ? clause.imported.name : clause.imported.value;
}

/** The names under which a module exports one of its variables. */
function exportedNames(file: SourceFile, variable: Variable): readonly string[] {
  const names: string[] = [];
  for (const [name, origin] of exportsOf(file).names) {
    if (origin.kind === 'local' && file.variableOf(origin.node) === variable) names.push(name);
    else if (origin.kind === 'declaration' && variable.defs.some(d => d.node === origin.node)) names.push(name);
    else if (origin.kind === 'expression' && origin.node.type === 'Identifier' && file.variableOf(origin.node) === variable) names.push(name);
  }
  return names;
}
