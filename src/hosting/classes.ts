import type { TSESTree } from '@typescript-eslint/types';
import { hasBlankAbove, indentAt, reindented, withComments } from '../edits/indent.js';
import type { Edit } from '../edits/edit.js';
import { zoneOf } from '../files/kinds.js';
import { keyName } from '../mcp/exports.js';
import { enclosingClass, enclosingFunction, indexOf, innermost } from '../mcp/file-index.js';
import { contains } from '../mcp/nodes.js';
import { isFunctionNode, type ClassNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { awaits, callOn, closingStatement, lineOf } from './closure.js';
import { isConnectedBy } from './consumers.js';
import type { FileDraft } from './draft.js';
import { endingOf, waitForInputToEnd, type Ending } from './ending.js';
import type { Factory } from './factory.js';
import { isFresh, makesServer } from './fresh.js';
import { dotted } from './purity.js';
import { obstacle, type Handover, type Obstacle, type Origin, type OriginContext } from './obstacle.js';

type Method = TSESTree.MethodDefinition & { readonly value: TSESTree.FunctionExpression };

/** `this.server`. */
export function isField(node: TSESTree.Node): node is TSESTree.MemberExpression {
  return node.type === 'MemberExpression' && node.object.type === 'ThisExpression';
}

/** A class that makes its one server in the constructor gets a method that makes a new one. */
export function factoryOfClass(context: OriginContext, file: SourceFile, field: TSESTree.MemberExpression, own: readonly Handover[]): Origin | Obstacle {
  const cls = enclosingClass(field);
  const name = keyName(field.property);
  if (!cls || name === undefined || field.computed) return obstacle('The server is a member that is not understood.');
  const reader = new ClassReader(context, file, cls, name, own);
  const problem = reader.read();
  return problem ?? reader.write();
}

class ClassReader {
  readonly #setup = new Set<Method>();
  /** Statements that make and fill the server, in order. */
  readonly #statements: TSESTree.Statement[] = [];
  /** Where the constructor runs a statement that stands in a method. */
  readonly #runAt = new Map<TSESTree.Statement, number>();
  /** What the constructor is given, kept in fields for later servers. */
  readonly #kept = new Map<string, TSESTree.Identifier>();
  readonly #late: TSESTree.Statement[] = [];
  readonly #endings: Ending[] = [];
  readonly #closers: TSESTree.CallExpression[] = [];
  /** Statements that closed a server which is given away. */
  readonly #leftOut: TSESTree.Statement[] = [];
  /** The server is connected in the class itself. */
  #connectsItself = false;
  /** Where the server is given away, to be connected there or to callers: each gets one of its own. */
  readonly #given: TSESTree.MemberExpression[] = [];
  readonly #notes: string[] = [];
  readonly #parameters = new Map<TSESTree.Identifier, string>();
  #made: TSESTree.Expression | undefined;
  #property: TSESTree.PropertyDefinition | undefined;
  readonly draft: FileDraft;
  readonly server: string;

  constructor(
    readonly context: OriginContext,
    readonly file: SourceFile,
    readonly cls: ClassNode,
    readonly field: string,
    readonly own: readonly Handover[],
  ) {
    this.draft = context.draft.of(file);
    this.server = this.#freeInClass('server', 'mcpServer', 'newServer');
  }

  read(): Obstacle | undefined {
    const { mcp } = this.context;
    if (new RegExp(`\\bextends\\s+${this.cls.id?.name ?? '[^\\w]'}\\b`).test(this.file.text)) return obstacle('Another class extends the one that holds the server.');
    this.#property = this.cls.body.body.find((m): m is TSESTree.PropertyDefinition => m.type === 'PropertyDefinition' && keyName(m.key) === this.field);
    const problem = this.#readMade();
    if (problem) return problem;
    if (!this.#made || !makesNewServer(this.#made, n => makesServer(mcp, this.file, n), n => isFresh(mcp, this.file, n))) return obstacle(`this.${this.field} is not made in the class, so the class cannot make another one.`);
    const [outside] = this.#outside(this.field);
    if (outside) return obstacle(`${outside.file.path}:${lineOf(outside.file, outside.node)} takes the server out of the object. Let it ask for a new one.`);
    return this.#readUses() ?? this.#readClosers() ?? this.#readParameters() ?? this.#readWaiting();
  }

  /** Making a server takes waiting: whoever gets one has to be able to. */
  #readWaiting(): Obstacle | undefined {
    const sync = this.#isAsync() ? this.#given.find(g => enclosingFunction(g)?.async !== true) : undefined;
    return sync && obstacle(`Line ${lineOf(this.file, sync)} of ${this.file.path} gives the server away in a function that does not wait, and making another one takes waiting.`);
  }

  #isAsync(): boolean {
    return this.#statements.some(awaits);
  }

  /** The only assignment, or the initialiser. */
  #readMade(): Obstacle | undefined {
    const made = this.#uses().filter(u => u.parent.type === 'AssignmentExpression' && u.parent.left === u);
    if (this.#property?.value) {
      if (made.length > 0) return obstacle(`this.${this.field} is assigned again.`);
      this.#made = this.#property.value;
      return undefined;
    }
    const [only, another] = made;
    if (!only || another || only.parent.type !== 'AssignmentExpression') return obstacle(`this.${this.field} is assigned at more than one place, or nowhere in the class.`);
    const statement = only.parent.parent;
    const method = this.#methodOf(only);
    if (method?.kind !== 'constructor' || statement.type !== 'ExpressionStatement' || statement.parent !== method.value.body) return obstacle(`this.${this.field} is made outside of the constructor.`);
    this.#statements.push(statement);
    this.#made = only.parent.right;
    return undefined;
  }

  #uses(): readonly TSESTree.MemberExpression[] {
    return (indexOf(this.file).members.get(this.field) ?? []).filter(m => m.object.type === 'ThisExpression' && enclosingClass(m) === this.cls);
  }

  #methodOf(node: TSESTree.Node): Method | undefined {
    return this.cls.body.body.find((m): m is Method => m.type === 'MethodDefinition' && m.value.type === 'FunctionExpression' && contains(m, node));
  }

  #readUses(): Obstacle | undefined {
    const waiting: TSESTree.MemberExpression[] = [...this.#uses()];
    for (const use of waiting) {
      if (this.#isCovered(use)) continue;
      const call = callOn(use, /^(?:connect|close)$/);
      if (call && this.own.includes(call.node)) {
        this.#connectsItself = true;
        continue;
      }
      if (this.#isOwn(use)) continue;
      if (call?.name === 'close') {
        this.#closers.push(call.node);
        continue;
      }
      const giver = this.#giverOf(use);
      if (giver !== undefined || isConnectedBy(this.context.mcp, this.file, use)) {
        if (giver !== undefined) this.#notes.push(`${giver}() in ${this.file.path} gives a new server each time: there is none that stays connected.`);
        this.#given.push(use);
        continue;
      }
      const problem = this.#place(use);
      if (problem) return problem;
    }
    return undefined;
  }

  #isOwn(use: TSESTree.Node): boolean {
    return this.own.some(o => o.arguments.some(a => innermost(a) === use));
  }

  /** What is given away is served by somebody else: at the end of the process there is nothing to close here any more. */
  #readClosers(): Obstacle | undefined {
    if (this.#connectsItself) return undefined;
    for (const closer of this.#closers) {
      const statement = closingStatement(closer);
      if (!statement || (this.context.oneAtATime && !endsProcess(this.file, closer))) return obstacle(`Line ${lineOf(this.file, closer)} of ${this.file.path} closes the server that is given away. Close what serves, where it is connected.`);
      this.#leftOut.push(statement);
    }
    return undefined;
  }

  #isCovered(node: TSESTree.Node): boolean {
    return [...this.#statements, ...this.#late, ...this.#endings.map(e => e.target)].some(s => contains(s, node)) || [...this.#setup].some(m => contains(m, node));
  }

  /** The name of `getServer() { return this.server; }`, which no code of the project but tests asks. */
  #giverOf(use: TSESTree.MemberExpression): string | undefined {
    const method = this.#methodOf(use);
    const [only, another] = method?.value.body.body ?? [];
    const name = method && keyName(method.key);
    if (method?.kind !== 'method' || method.static || name === undefined || another || only?.type !== 'ReturnStatement' || only.argument !== use) return undefined;
    return this.#outside(name).length === 0 ? name : undefined;
  }

  /** A statement of the constructor, of the method that connects, or a whole method that only sets the server up. */
  #place(use: TSESTree.MemberExpression): Obstacle | undefined {
    const method = this.#methodOf(use);
    const where = `line ${lineOf(this.file, use)}`;
    if (!method) return obstacle(`this.${this.field} is used at ${where} outside of the methods of its class.`);
    if (method.static) return obstacle(`this.${this.field} is used at ${where} in a static method.`);
    if (method.kind === 'constructor') return this.#inConstructor(use, method);
    if (this.own.some(o => contains(method, o))) return this.#beforeConnect(use, method);
    return this.#asSetup(method, use);
  }

  #inConstructor(use: TSESTree.Node, method: Method): Obstacle | undefined {
    const statement = method.value.body.body.find(s => contains(s, use));
    if (!statement || (statement.type !== 'ExpressionStatement' && statement.type !== 'IfStatement' && statement.type !== 'ForOfStatement')) return obstacle(`The constructor uses this.${this.field} at line ${lineOf(this.file, use)} for more than to set it up.`);
    const ending = endingOf(this.file, statement);
    if (ending?.ends === true && this.context.oneAtATime) {
      this.#endings.push(ending);
      return undefined;
    }
    if (ending?.ends === true) return endsWithServer(this.file, statement);
    this.#addStatement(statement);
    return undefined;
  }

  #addStatement(statement: TSESTree.Statement): void {
    if (!this.#statements.includes(statement)) this.#statements.push(statement);
    this.#sortStatements();
  }

  #sortStatements(): void {
    const place = (s: TSESTree.Statement): number => this.#runAt.get(s) ?? s.range[0];
    this.#statements.sort((a, b) => place(a) - place(b) || a.range[0] - b.range[0]);
  }

  #beforeConnect(use: TSESTree.Node, method: Method): Obstacle | undefined {
    const [site] = this.own;
    for (let n: TSESTree.Node | undefined = use; n && n !== method; n = n.parent) {
      if (n.parent?.type !== 'BlockStatement' || !site || !contains(n.parent, site)) continue;
      if (n.type !== 'ExpressionStatement') break;
      this.#late.push(n);
      return undefined;
    }
    return obstacle(`${keyName(method.key) ?? 'The method'} uses this.${this.field} at line ${lineOf(this.file, use)} around the connection, not to set it up.`);
  }

  /** Where code outside of the class asks for a member, other than in tests. */
  #outside(name: string): readonly { readonly file: SourceFile; readonly node: TSESTree.Node }[] {
    return this.context.mcp.infer.references.ofMember(this.file, this.cls, name, 'instance', undefined, 'all').filter(p => (p.file !== this.file || !contains(this.cls, p.node)) && zoneOf(p.file.path) !== 'test');
  }

  /** Called from the constructor, or from methods that are; or `use` is in a statement of a method that the owner of the object calls once. */
  #asSetup(method: Method, use: TSESTree.Node): Obstacle | undefined {
    const name = keyName(method.key);
    if (name === undefined || method.kind !== 'method') return obstacle(`this.${this.field} is used in an accessor.`);
    const started = this.#whenStarted(method, name, use);
    if (started) {
      // It runs after the constructor, wherever it stands.
      this.#runAt.set(started, this.cls.range[1] + started.range[0]);
      this.#addStatement(started);
      return undefined;
    }
    const setUp = this.#besideProcess(method);
    if (setUp) return this.#takeOut(setUp, name);
    this.#setup.add(method);
    const calls = (indexOf(this.file).members.get(name) ?? []).filter(m => m.object.type === 'ThisExpression' && enclosingClass(m) === this.cls);
    if (this.#outside(name).length > 0 || calls.length === 0) return obstacle(`${name} uses this.${this.field} and is called from outside of the class.`);
    for (const member of calls) {
      const problem = this.#setupCall(name, member);
      if (problem) return problem;
    }
    return undefined;
  }

  /** `this.registerTools()` in `async initialize()`, which the owner of the object calls once before it serves. */
  #whenStarted(method: Method, name: string, use: TSESTree.Node): TSESTree.Statement | undefined {
    const inside = (indexOf(this.file).members.get(name) ?? []).some(m => m.object.type === 'ThisExpression' && enclosingClass(m) === this.cls);
    const statement = method.value.body.body.find(s => contains(s, use));
    if (inside || this.#outside(name).length !== 1 || statement?.type !== 'ExpressionStatement' || this.#usesLocals(statement) || endingOf(this.file, statement)?.ends === true) return undefined;
    return statement;
  }

  /** What sets the server up in a method that also does something for the process, such as `process.on`. */
  #besideProcess(method: Method): readonly TSESTree.Statement[] | undefined {
    const { body } = method.value.body;
    const wide = body.filter(s => isAboutProcess(s));
    return wide.length > 0 ? body.filter(s => !wide.includes(s) && this.#uses().some(u => contains(s, u))) : undefined;
  }

  /** The server is set up where it is made; the rest stays in its method, and runs once. */
  #takeOut(statements: readonly TSESTree.Statement[], name: string): Obstacle | undefined {
    const calls = (indexOf(this.file).members.get(name) ?? []).filter(m => m.object.type === 'ThisExpression' && enclosingClass(m) === this.cls);
    const [member, another] = calls;
    const caller = member && this.#methodOf(member);
    const call = member?.parent;
    if (!member || another || call?.type !== 'CallExpression' || caller?.kind !== 'constructor' || isNested(call, caller) || statements.some(s => s.type !== 'ExpressionStatement' || this.#usesLocals(s)))
      return obstacle(`${name} sets this.${this.field} up and does something for the whole process. Do the two in methods of their own.`, 'factory-side-effect');
    for (const s of statements) {
      this.#runAt.set(s, member.range[0]);
      const ending = endingOf(this.file, s);
      if (ending?.ends !== true) this.#addStatement(s);
      else if (this.context.oneAtATime) this.#endings.push(ending);
      else return endsWithServer(this.file, s);
    }
    return undefined;
  }

  #usesLocals(statement: TSESTree.Statement): boolean {
    const method = this.#methodOf(statement);
    return this.file.scopes.scopes.some(scope =>
      scope.variables.some(v => v.defs.some(d => method !== undefined && contains(method, d.name) && !contains(statement, d.name)) && v.references.some(r => contains(statement, r.identifier))),
    );
  }

  #setupCall(name: string, member: TSESTree.MemberExpression): Obstacle | undefined {
    const call = member.parent;
    if (call.type !== 'CallExpression' || call.callee !== member) return obstacle(`${name} uses this.${this.field} and is handed on as a value.`);
    const caller = this.#methodOf(call);
    if (!caller) return obstacle(`${name} uses this.${this.field} and is called where it cannot be followed.`);
    if (this.#setup.has(caller)) return undefined;
    if (caller.kind === 'constructor') {
      const statement = caller.value.body.body.find(s => contains(s, call));
      if (statement?.type !== 'ExpressionStatement' || isNested(call, caller)) return obstacle(`${name} uses this.${this.field} and is called later than the server is set up.`);
      this.#addStatement(statement);
      return undefined;
    }
    if (this.own.some(o => contains(caller, o)) && !isNested(call, caller)) return this.#beforeConnect(call, caller);
    if (isNested(call, caller)) return obstacle(`${name} uses this.${this.field} and is called while requests are served. Give the server of the request to it.`);
    return this.#asSetup(caller, call);
  }

  /** Parameters and locals of the constructor are not there in a method. */
  #readParameters(): Obstacle | undefined {
    const constructor = this.cls.body.body.find((m): m is Method => m.type === 'MethodDefinition' && m.kind === 'constructor' && m.value.type === 'FunctionExpression');
    if (!constructor) return undefined;
    for (const scope of this.file.scopes.scopes) {
      for (const variable of scope.variables) {
        const definition = variable.defs[0];
        if (!definition || !contains(constructor.value, definition.name) || this.#statements.some(s => contains(s, definition.name))) continue;
        const used = variable.references.filter(r => r.init !== true && this.#statements.some(s => contains(s, r.identifier)));
        if (used.length === 0) continue;
        const kept = this.#fieldOf(constructor, variable.name) ?? this.#keptParameter(constructor, definition.name, variable.name);
        if (kept === undefined) return obstacle(`What sets the server up uses ${variable.name} of the constructor. Keep it in a field.`);
        for (const { identifier } of used) if (identifier.type === 'Identifier') this.#parameters.set(identifier, `this.${kept}`);
      }
    }
    return undefined;
  }

  /** `this.config = config`, or a parameter that is a field itself. */
  #fieldOf(constructor: Method, name: string): string | undefined {
    for (const p of constructor.value.params) {
      if (p.type === 'TSParameterProperty' && p.parameter.type === 'Identifier' && p.parameter.name === name) return name;
    }
    for (const s of constructor.value.body.body) {
      if (s.type !== 'ExpressionStatement' || s.expression.type !== 'AssignmentExpression' || s.expression.right.type !== 'Identifier' || s.expression.right.name !== name) continue;
      if (isField(s.expression.left)) return keyName(s.expression.left.property);
    }
    return undefined;
  }

  /** A plain parameter can be kept in a field of its name. */
  #keptParameter(constructor: Method, name: TSESTree.Node, field: string): string | undefined {
    const parameter = constructor.value.params.find(p => p === name);
    const isTaken = this.cls.body.body.some(m => 'key' in m && keyName(m.key) === field);
    if (parameter?.type !== 'Identifier' || parameter.optional || isTaken || this.#property?.value || this.cls.superClass) return undefined;
    this.#kept.set(field, parameter);
    return field;
  }

  /** `this.config = config`, as the first thing that the constructor does. */
  #keepParameters(constructor: Method | undefined, isTypeScript: boolean): void {
    const { editor } = this.draft;
    const { eol, semicolon } = editor.style;
    const [first] = constructor?.value.body.body ?? [];
    if (!constructor || !first || this.#kept.size === 0) return;
    const indent = indentAt(this.file, first.range[0]);
    editor.insert(constructor.value.body.range[0] + 1, [...this.#kept.keys()].map(name => `${eol}${indent}this.${name} = ${name}${semicolon}`).join(''));
    const base = indentAt(this.file, constructor.range[0]);
    const fields = [...this.#kept].map(([name, p]) => `private readonly ${name}${p.typeAnnotation ? editor.text(p.typeAnnotation) : ''}${semicolon}`);
    const last = this.cls.body.body.findLast(m => m.type === 'PropertyDefinition' && m !== this.#property);
    if (!isTypeScript) return;
    if (last) editor.insert(last.range[1], fields.map(f => `${eol}${base}${f}`).join(''));
    else editor.insert(withComments(this.file, constructor)[0], fields.map(f => `${f}${eol}${base}`).join('') + eol + base);
  }

  write(): Origin {
    const { draft, file } = this;
    const { eol, indent, semicolon } = draft.editor.style;
    const method = this.#freeMember('createServer', 'createMcpServer');
    const type = this.#type();
    const constructor = this.cls.body.body.find((m): m is Method => m.type === 'MethodDefinition' && m.kind === 'constructor' && m.value.type === 'FunctionExpression');
    const base = indentAt(file, this.cls.body.body[0]?.range[0] ?? 0);
    const inner = base + indent;
    const isTypeScript = /\.[cm]?tsx?$/.test(file.path);
    const isAsync = this.#isAsync();
    const returned = isAsync && type ? `Promise<${type}>` : type;
    const head = `${isTypeScript ? 'private ' : ''}${isAsync ? 'async ' : ''}${method}()${returned && isTypeScript ? `: ${returned}` : ''} {`;
    const whole = constructor && !this.#property?.value && constructor.value.params.length === 0 && this.#runAt.size === 0 && constructor.value.body.body.every(s => this.#statements.includes(s));
    this.#keepParameters(constructor, isTypeScript);
    for (const ending of this.#endings) waitForInputToEnd(draft, ending);
    for (const m of this.#setup) this.#rewriteSetup(m, isTypeScript ? type : undefined);
    if (whole) {
      draft.editor.replace({ range: [constructor.range[0], constructor.value.body.range[0] + 1] }, head);
      for (const s of this.#statements) for (const e of this.#editsIn(s)) draft.editor.replace(e, e.text);
      const last = constructor.value.body.body.at(-1);
      if (last) draft.editor.insert(this.#endOf(last), `${eol}${inner}return ${this.server}${semicolon}`);
    } else {
      const texts = this.#statements.map((s, i) => {
        const [start] = withComments(file, s);
        return `${i > 0 && hasBlankAbove(file, start) ? eol : ''}${inner}${reindented(file, [start, this.#endOf(s)], inner, this.#editsIn(s))}${eol}`;
      });
      if (this.#property?.value) texts.unshift(`${inner}const ${this.server} = ${draft.editor.text(this.#property.value)}${semicolon}${eol}`);
      for (const s of this.#statements) draft.editor.removeStatement(s);
      const text = `${base}${head}${eol}${texts.join('')}${inner}return ${this.server}${semicolon}${eol}${base}}`;
      this.#insertMethod(constructor, text);
    }
    for (const use of this.#given) draft.editor.replace(use, isAsync ? `await this.${method}()` : `this.${method}()`);
    for (const s of this.#leftOut) draft.removeStatement(s);
    const assign = this.#rewriteField();
    const made: Factory = { expression: `() => this.${method}()`, call: `this.${method}()`, isAsync };
    return { factory: this.#late.length > 0 ? this.#withLate(made) : made, closers: [], notes: this.#notes, ...(assign !== undefined && { assign }) };
  }

  #insertMethod(constructor: Method | undefined, text: string): void {
    const { editor } = this.draft;
    const { eol } = editor.style;
    const anchor = constructor ?? [...this.cls.body.body].reverse().find(m => m.type === 'PropertyDefinition') ?? this.cls.body.body[0];
    if (anchor) editor.insert(anchor.range[1], `${eol}${eol}${text}`);
  }

  #endOf(node: TSESTree.Node): number {
    const rest = /^[ \t]*\/\/[^\r\n]*/.exec(this.file.text.slice(node.range[1]));
    return node.range[1] + (rest?.[0].length ?? 0);
  }

  /** `this.server` is a local there; methods that set up get it. */
  #editsIn(outer: TSESTree.Node): readonly Edit[] {
    const edits: Edit[] = [];
    for (const use of this.#uses()) {
      if (!contains(outer, use)) continue;
      const isMaking = use.parent.type === 'AssignmentExpression' && use.parent.left === use;
      edits.push({ range: use.range, text: isMaking ? `const ${this.server}` : this.server });
    }
    for (const m of this.#setup) {
      const name = keyName(m.key) ?? '';
      for (const member of indexOf(this.file).members.get(name) ?? []) {
        const call = member.parent;
        if (member.object.type !== 'ThisExpression' || !contains(outer, member) || call.type !== 'CallExpression') continue;
        const open = this.file.text.indexOf('(', member.range[1]) + 1;
        edits.push({ range: [open, open], text: call.arguments.length > 0 ? `${this.server}, ` : this.server });
      }
    }
    for (const [identifier, text] of this.#parameters) if (contains(outer, identifier)) edits.push({ range: identifier.range, text });
    return edits;
  }

  #rewriteSetup(method: Method, type: string | undefined): void {
    const open = this.file.text.indexOf('(', method.value.range[0]) + 1;
    const parameter = type === undefined ? this.server : `${this.server}: ${type}`;
    this.draft.editor.insert(open, method.value.params.length > 0 ? `${parameter}, ` : parameter);
    for (const e of this.#editsIn(method.value.body)) this.draft.editor.replace(e, e.text);
  }

  /** The field goes, or becomes the field of what is closed. */
  #rewriteField(): string | undefined {
    const { draft } = this;
    const property = this.#property;
    if (this.#closers.length === 0 || this.#leftOut.length > 0) {
      if (property) draft.editor.removeStatement(property);
      return undefined;
    }
    const { handle } = this.context;
    const name = this.#freeMember(...handle.names);
    for (const closer of this.#closers) draft.editor.replace(closer, `this.${name}?.close()`);
    if (/\.[cm]?tsx?$/.test(this.file.path)) {
      draft.addImport(handle.type.name, handle.type.module, true);
      if (property) draft.editor.replace(property, `private ${name}?: ${handle.type.name}${draft.end}`);
    } else if (property) draft.editor.removeStatement(property);
    return `this.${name} = `;
  }

  #withLate(made: Factory): Factory {
    const { editor } = this.draft;
    const { eol, indent, semicolon } = editor.style;
    const base = indentAt(this.file, this.own[0]?.range[0] ?? 0);
    const inner = base + indent;
    const late = [...this.#late].sort((a, b) => a.range[0] - b.range[0]);
    const lines = late.map(s => inner + reindented(this.file, s.range, inner, this.#editsIn(s)));
    for (const s of late) editor.removeStatement(s);
    const isAsync = made.isAsync || late.some(s => /\bawait\b/.test(editor.text(s)));
    const text = `${isAsync ? 'async ' : ''}() => {${eol}${inner}const ${this.server} = ${made.isAsync ? 'await ' : ''}${made.call}${semicolon}${eol}${lines.join(eol)}${eol}${inner}return ${this.server}${semicolon}${eol}${base}}`;
    return { expression: text, call: `(${text})()`, isAsync };
  }

  #type(): string | undefined {
    const { editor } = this.draft;
    if (this.#property?.typeAnnotation) return editor.text(this.#property.typeAnnotation.typeAnnotation).replace(/\s*\|\s*(?:undefined|null)$/, '');
    const made = this.#made ? innermost(this.#made) : undefined;
    return made?.type === 'NewExpression' && made.callee.type === 'Identifier' ? made.callee.name : undefined;
  }

  #freeMember(...names: readonly string[]): string {
    const taken = new Set(this.cls.body.body.flatMap(m => ('key' in m ? (keyName(m.key) ?? []) : [])));
    return names.find(n => !taken.has(n)) ?? `${names[0] ?? 'member'}2`;
  }

  #freeInClass(...names: readonly string[]): string {
    const isUsed = (name: string): boolean => this.file.scopes.scopes.some(s => s.variables.some(v => v.name === name && (v.defs.some(d => contains(this.cls, d.name)) || v.references.some(r => contains(this.cls, r.identifier)))));
    return names.find(n => !isUsed(n)) ?? 'freshServer';
  }
}

function makesNewServer(made: TSESTree.Expression, isServer: (node: TSESTree.NewExpression) => boolean, isFreshValue: (node: TSESTree.Node) => boolean): boolean {
  const inner = innermost(made);
  if (inner.type === 'NewExpression') return isServer(inner);
  return inner.type === 'CallExpression' && isFreshValue(inner);
}

function endsWithServer(file: SourceFile, statement: TSESTree.Node): Obstacle {
  return obstacle(`The onclose at line ${lineOf(file, statement)} ends the process. A server that only answered a probe is closed too: end the process where the input ends.`, 'factory-side-effect');
}

/** `process.on(...)`, timers. */
function isAboutProcess(statement: TSESTree.Statement): boolean {
  if (statement.type !== 'ExpressionStatement') return false;
  const call = innermost(statement.expression);
  return call.type === 'CallExpression' && /^(?:process\.(?:\w+\.)?(?:on|once|addListener)|setInterval|setTimeout)$/.test(dotted(call.callee));
}

/** The function around it ends the process. */
function endsProcess(file: SourceFile, node: TSESTree.Node): boolean {
  const fn = enclosingFunction(node);
  return fn !== undefined && /\bprocess\.exit\(/.test(file.text.slice(...fn.body.range));
}

/** Inside a function of the method: it runs later. */
function isNested(node: TSESTree.Node, method: Method): boolean {
  for (let n = node.parent; n && n !== method.value; n = n.parent) if (isFunctionNode(n)) return true;
  return false;
}
