import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import { dropUnusedImports } from '../edits/imports.js';
import { zoneOf } from '../files/kinds.js';
import type { Editors } from './editors.js';
import { constructionsOf, fieldsGiven, isUsedElsewhere, type Construction } from './constructors.js';
import { callsOfMethod } from './methods.js';
import { isDroppable, namesOf } from './patterns.js';
import { isPublic } from './public.js';
import { isPure, plainWrite } from './pure.js';
import { exportsOf } from '../mcp/exports.js';
import { indexOf, outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import type { Place } from '../mcp/references.js';
import { isFunctionNode, type ClassNode, type FunctionNode } from '../mcp/values.js';
import type { Range, SourceComment, SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';
import { walkTree } from '../parse/walk.js';
import { contains, statementAround, unwrapParameter } from '../mcp/nodes.js';

/**
 * Takes away what nothing uses any more once code is gone: parameters with their arguments, constants, functions, private methods,
 * flags that nobody reads, imports. What was unused before stays: it is none of our business.
 */
export class Leftovers {
  readonly #gone = new Map<SourceFile, Range[]>();
  readonly #handled = new Set<Variable>();
  readonly #comments = new Map<SourceFile, SourceComment[]>();

  constructor(
    private readonly project: Project,
    private readonly mcp: McpModel,
    private readonly editors: Editors,
  ) {}

  /** Comments that described what went. */
  get comments(): ReadonlyMap<SourceFile, readonly SourceComment[]> {
    return this.#comments;
  }

  /** This range goes, but for the parts that are written again. */
  gone(file: SourceFile, range: Range, kept: readonly Range[] = []): void {
    const ranges = this.#gone.get(file) ?? [];
    let [at] = range;
    for (const [start, end] of [...kept].sort((a, b) => a[0] - b[0])) {
      if (start > at) ranges.push([at, start]);
      at = Math.max(at, end);
    }
    if (at < range[1]) ranges.push([at, range[1]]);
    this.#gone.set(file, ranges);
  }

  isGone(file: SourceFile, { range: [start, end] }: { readonly range: Range }): boolean {
    return (this.#gone.get(file) ?? []).some(r => r[0] <= start && end <= r[1]);
  }

  /** Every use of what a declaration names is gone. */
  isUnused(file: SourceFile, { id }: TSESTree.VariableDeclarator): boolean {
    if (id.type === 'ObjectPattern') return this.#isEmptied(file, id);
    const variable = id.type === 'Identifier' ? file.variableOf(id) : undefined;
    return variable !== undefined && this.#lostAll(file, variable);
  }

  clear(): void {
    for (let again = true; again; ) {
      again = false;
      for (const [file, ranges] of [...this.#gone]) {
        for (const range of [...ranges]) for (const variable of namedIn(file, range)) if (this.#clearVariable(file, variable)) again = true;
        for (const member of this.#privateMembers(file)) if (this.#clearMember(file, member)) again = true;
        for (const cls of indexOf(file).classes) if (this.#clearGiven(file, cls)) again = true;
      }
    }
    for (const [file, ranges] of this.#gone) {
      const names = [...new Set(ranges.flatMap(range => namedIn(file, range).map(v => v.name)))];
      dropUnusedImports(this.editors.of(file), names, ranges.map(range => ({ range })));
    }
  }

  #lostAll(file: SourceFile, variable: Variable): boolean {
    return variable.references.every(r => r.init === true || this.isGone(file, r.identifier));
  }

  #clearVariable(file: SourceFile, variable: Variable): boolean {
    const [definition] = variable.defs;
    if (!definition || this.#handled.has(variable) || variable.defs.length > 1 || this.isGone(file, definition.name)) return false;
    if (definition.type === 'FunctionName') return definition.node.type === 'FunctionDeclaration' && this.#clearFunction(file, variable, definition.node);
    if (!this.#lostAll(file, variable)) return definition.type === 'Variable' && this.#clearFlag(file, variable, definition.node);
    if (this.editors.patternsOf(file).isKept(definition.name)) return false;
    this.#handled.add(variable);
    if (isDroppable(definition.name)) return this.#clearName(file, definition.name, definition.node);
    if (definition.type === 'Parameter' && isFunctionNode(definition.node)) return this.#clearParameter(file, definition.node, variable);
    if (definition.type === 'Variable') return this.#clearDeclaration(file, definition.node);
    return false;
  }

  /** A function of this file only, which may still call itself. */
  #clearFunction(file: SourceFile, variable: Variable, fn: TSESTree.FunctionDeclaration): boolean {
    const { parent } = fn;
    if (parent.type !== 'Program' && parent.type !== 'BlockStatement') return false;
    if (!variable.references.every(r => contains(fn, r.identifier) || this.isGone(file, r.identifier))) return false;
    this.#handled.add(variable);
    this.#drop(file, fn);
    return true;
  }

  /** `let isReady = false;`, which is set and not read any more. */
  #clearFlag(file: SourceFile, variable: Variable, declarator: TSESTree.VariableDeclarator): boolean {
    const { parent, init } = declarator;
    if (declarator.id.type !== 'Identifier' || parent.declarations.length > 1 || (parent.parent.type !== 'Program' && parent.parent.type !== 'BlockStatement') || (init && !isPure(init))) return false;
    const open = variable.references.filter(r => r.init !== true && !this.isGone(file, r.identifier));
    const wasRead = variable.references.some(r => r.isRead() && this.isGone(file, r.identifier));
    const writes = open.flatMap(({ identifier }) => plainWrite(identifier) ?? []);
    if (!wasRead || writes.length < open.length) return false;
    this.#handled.add(variable);
    for (const statement of [parent, ...writes]) this.#drop(file, statement);
    return true;
  }

  /** Private methods and fields that code used which is gone. */
  #privateMembers(file: SourceFile): readonly PrivateMember[] {
    const ranges = this.#gone.get(file) ?? [];
    return indexOf(file).classes.flatMap(({ body }) => body.body.flatMap(member => {
      const isMember = (member.type === 'MethodDefinition' && member.kind === 'method') || (member.type === 'PropertyDefinition' && (!member.value || isPure(member.value)));
      if (!isMember || member.computed || member.decorators.length > 0 || (member.accessibility !== 'private' && member.key.type !== 'PrivateIdentifier')) return [];
      const name = file.text.slice(...member.key.range);
      return ranges.some(r => new RegExp(`\\.\\s*${name.replaceAll('$', '\\$')}(?![\\w$])`).test(file.text.slice(...r))) ? [member] : [];
    }));
  }

  #clearMember(file: SourceFile, member: PrivateMember): boolean {
    if (this.isGone(file, member)) return false;
    const name = file.text.slice(...member.key.range);
    const writes: TSESTree.Node[] = [];
    const seen = { used: false, wasRead: false };
    walkTree(file.program, node => {
      // `const { name } = this`
      if (node.type === 'Property' && node.parent.type === 'ObjectPattern' && file.text.slice(...node.key.range) === name) seen.used = true;
      if (node.type !== 'MemberExpression' || contains(member, node) || seen.used) return !seen.used;
      if (node.computed ? node.object.type !== 'ThisExpression' : file.text.slice(...node.property.range) !== name) return true;
      const write = member.type === 'PropertyDefinition' ? plainWrite(node) : undefined;
      if (this.isGone(file, node)) seen.wasRead ||= node.parent.type !== 'AssignmentExpression' || node.parent.left !== node;
      else if (write) writes.push(write);
      else seen.used = true;
      return !seen.used;
    });
    // Tests reach what is private by other ways.
    if (seen.used || !seen.wasRead || (member.key.type !== 'PrivateIdentifier' && this.project.codeFiles().some(path => zoneOf(path) === 'test' && this.project.hasWord(path, name)))) return false;
    for (const node of [member, ...writes]) this.#drop(file, node);
    return true;
  }

  /** What a constructor is given and keeps for code that is gone. */
  #clearGiven(file: SourceFile, cls: ClassNode): boolean {
    let cleared = false;
    for (const field of fieldsGiven(file, cls)) {
      const uses = field.uses.filter(u => !this.isGone(file, u));
      if (uses.length > 0 || !field.uses.some(u => this.isGone(file, u)) || this.isGone(file, field.parameter) || isUsedElsewhere(this.project, this.mcp, file, field)) continue;
      if (!field.write) {
        const variable = file.variableOf(field.name);
        if (!variable || this.#handled.has(variable) || !this.#lostAll(file, variable)) continue;
        this.#handled.add(variable);
        cleared = this.#clearParameter(file, field.constructor, variable) || cleared;
        continue;
      }
      for (const node of [field.write, ...(field.definition ? [field.definition] : [])]) this.#drop(file, node);
      cleared = true;
    }
    return cleared;
  }

  /** `const x = server.thing;` and the like. */
  #clearDeclaration(file: SourceFile, declarator: TSESTree.VariableDeclarator): boolean {
    const statement = declarator.parent;
    if (statement.declarations.length > 1 || declarator.id.type !== 'Identifier' || statement.parent.type === 'ExportNamedDeclaration' || statement.parent.type === 'ForOfStatement' || statement.parent.type === 'ForInStatement') return false;
    if (declarator.init && !isPure(declarator.init) && !this.#isQuestion(file, declarator.init)) return false;
    this.#drop(file, statement);
    return true;
  }

  /** A name of an object that is taken apart. */
  #clearName(file: SourceFile, name: TSESTree.Identifier, around: TSESTree.Node): boolean {
    if (around.type !== 'VariableDeclarator') return this.editors.patternsOf(file).drop(name);
    const statement = around.parent;
    const list = statement.parent.type;
    // What a module is asked for is an import, and what is exported may be used elsewhere.
    if (!around.init || isRequire(around.init) || (list !== 'BlockStatement' && list !== 'Program')) return false;
    if (statement.declarations.length > 1 || around.id.type !== 'ObjectPattern' || !this.#isEmptied(file, around.id) || !isPure(around.init)) return this.editors.patternsOf(file).drop(name);
    this.#drop(file, statement);
    return true;
  }

  #isEmptied(file: SourceFile, pattern: TSESTree.ObjectPattern): boolean {
    return namesOf(pattern)?.every(name => {
      const variable = file.variableOf(name);
      return variable !== undefined && this.#lostAll(file, variable) && !this.editors.patternsOf(file).isKept(name);
    }) ?? false;
  }

  /** What the client can do was asked for the code that is gone. */
  #isQuestion(file: SourceFile, init: TSESTree.Expression): boolean {
    return /^[\w$.?!()]*\.getClientCapabilities\(\)(?:\s*(?:\?\?|\|\|)\s*\{\s*\})?$/.test(file.text.slice(...init.range));
  }

  #drop(file: SourceFile, statement: TSESTree.Node): void {
    const editor = this.editors.of(file);
    editor.forget(statement.range);
    editor.removeStatement(statement);
    this.gone(file, statement.range);
  }

  #clearParameter(file: SourceFile, fn: FunctionNode, variable: Variable): boolean {
    const index = fn.params.findIndex(p => nameOfParameter(p) === variable.name);
    const parameter = fn.params[index];
    if (!parameter) return false;
    const cls = classOf(fn);
    const calls = this.#callsOf(file, fn);
    if (!calls || calls.some(c => !canLose(c.node, index))) return false;
    this.#removeItem(file, fn.params, index);
    for (const call of calls) if (call.node.arguments[index] && !this.isGone(call.file, call.node)) this.#removeItem(call.file, call.node.arguments, index);
    this.#forgetTag(file, fn, variable.name);
    if (cls) this.#clearConstructor(file, fn, cls);
    return true;
  }

  /** A constructor that takes nothing and does nothing says nothing. */
  #clearConstructor(file: SourceFile, fn: FunctionNode, { superClass }: ClassNode): void {
    const { body, params, parent: method } = fn;
    if (superClass || method.type !== 'MethodDefinition' || method.decorators.length > 0 || body.type !== 'BlockStatement') return;
    if (![...params, ...body.body].every(n => this.isGone(file, n)) || this.editors.of(file).commentsIn(body.range).some(c => !this.isGone(file, c))) return;
    this.#drop(file, method);
  }

  /** All calls, in tests too; undefined when the function is used in another way. */
  #callsOf(file: SourceFile, fn: FunctionNode): readonly Place<Construction>[] | undefined {
    const cls = classOf(fn);
    if (cls) return constructionsOf(this.project, this.mcp, file, cls, cls.id ? this.#inTests(file, cls.id.name) : []);
    if (fn.parent.type === 'MethodDefinition') return callsOfMethod(this.project, this.mcp, file, fn.parent);
    const name = nameOf(fn);
    if (!name || isPublic(this.project, file)) return undefined;
    const places = [...this.mcp.infer.references.ofFunction(file, fn).filter(p => p.node !== fn), ...this.#inTests(file, name)];
    const calls: Place<TSESTree.CallExpression>[] = [];
    for (const { file: where, node } of places) {
      const outer = outermost(node);
      const { parent } = outer;
      if (parent?.type === 'ExportSpecifier' || parent?.type === 'ImportSpecifier' || isExported(parent, node)) continue;
      if (parent?.type !== 'CallExpression' || parent.callee !== outer) return undefined;
      if (!calls.some(c => c.node === parent)) calls.push({ file: where, node: parent });
    }
    return calls.length > 0 ? calls : undefined;
  }

  #inTests(file: SourceFile, name: string): readonly Place<TSESTree.Expression>[] {
    const { names } = exportsOf(file);
    if (!names.has(name) && ![...names.values()].some(origin => origin.kind === 'local' && origin.node.name === name)) return [];
    return this.project.codeFiles().flatMap(path => {
      if (zoneOf(path) !== 'test' || !this.project.hasWord(path, name)) return [];
      const test = this.project.source(path);
      if (!test) return [];
      const places: Place<TSESTree.Expression>[] = [];
      walkTree(test.program, node => {
        if (node.type === 'Identifier' && node.name === name && node.parent.type !== 'ImportSpecifier' && node.parent.type !== 'ImportDefaultSpecifier' && !(node.parent.type === 'Property' && node.parent.key === node)) places.push({ file: test, node });
      });
      return places;
    });
  }

  #removeItem(file: SourceFile, list: readonly TSESTree.Node[], index: number): void {
    const [before, item, after] = [list[index - 1], list[index], list[index + 1]];
    if (!item) return;
    const { text } = file;
    const trailing = /^\s*,(?=\s*\))/.exec(text.slice(item.range[1]))?.[0].length ?? 0;
    const range: Range = after ? [item.range[0], after.range[0]] : before ? [before.range[1], item.range[1]] : [item.range[0], item.range[1] + trailing];
    this.editors.of(file).replace({ range }, '');
    this.gone(file, item.range);
  }

  /** The line of the parameter in the comment above the function. */
  #forgetTag(file: SourceFile, fn: FunctionNode, name: string): void {
    const statement = (fn.parent.type === 'MethodDefinition' ? fn.parent : statementAround(fn)) ?? fn;
    const comment = file.comments.findLast(c => c.block && c.range[1] <= statement.range[0] && file.text.slice(c.range[1], statement.range[0]).trim() === '');
    if (!comment) return;
    const text = file.text.slice(...comment.range);
    const tag = new RegExp(`\\n[ \\t]*\\* *@param (?:\\{[^}]*\\} )?\\[?${name.replaceAll('$', '\\$')}\\b[^\\n]*(?:\\n[ \\t]*\\*(?! *@|/)[^\\n]+)*`).exec(text);
    if (!tag) return;
    const start = comment.range[0] + tag.index;
    this.editors.of(file).replace({ range: [start, start + tag[0].length] }, '');
    this.#comments.set(file, [...(this.#comments.get(file) ?? []), comment]);
  }
}

function namedIn(file: SourceFile, [start, end]: Range): readonly Variable[] {
  const found = new Set<Variable>();
  for (const scope of file.scopes.scopes) for (const { identifier, resolved } of scope.references) if (resolved && start <= identifier.range[0] && identifier.range[1] <= end) found.add(resolved);
  return [...found];
}

type PrivateMember = TSESTree.MethodDefinition | TSESTree.PropertyDefinition;

function nameOfParameter(parameter: TSESTree.Parameter): string | undefined {
  const { id } = unwrapParameter(parameter);
  return id.type === 'Identifier' && (parameter.type === 'Identifier' || parameter.type === 'TSParameterProperty') ? id.name : undefined;
}

/** The class that is constructed by this function. */
function classOf({ parent }: FunctionNode): ClassNode | undefined {
  return parent.type === 'MethodDefinition' && parent.kind === 'constructor' ? parent.parent.parent : undefined;
}

function nameOf(fn: FunctionNode): string | undefined {
  if (fn.type === 'FunctionDeclaration') return fn.id?.name;
  const { parent } = outermost(fn);
  return parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id.name : undefined;
}

function isExported(parent: TSESTree.Node | undefined, node: TSESTree.Node): boolean {
  if (parent?.type === 'ExportDefaultDeclaration') return true;
  // `module.exports = { name }`
  return parent?.type === 'Property' && parent.value === node && parent.parent.parent.type === 'AssignmentExpression' && parent.parent.parent.left.type === 'MemberExpression' && parent.parent.parent.left.property.type === 'Identifier' && parent.parent.parent.left.property.name === 'exports';
}

function isRequire(node: TSESTree.Expression): boolean {
  const inner = node.type === 'AwaitExpression' ? node.argument : node;
  return inner.type === 'ImportExpression' || (inner.type === 'CallExpression' && inner.callee.type === 'Identifier' && inner.callee.name === 'require');
}

function canLose(call: Construction, index: number): boolean {
  if (call.arguments.slice(0, index + 1).some(a => a.type === 'SpreadElement')) return false;
  const argument = call.arguments[index];
  return !argument || isPure(argument);
}
