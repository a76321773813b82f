import type { Variable as ScopeVariable } from '@typescript-eslint/scope-manager';
import type { Finding, TSESTree } from '../../src/define-transform.js';
import { enclosingFunction, innermost, keyName } from '../../src/define-transform.js';
import { zoneOf } from '../../src/files/kinds.js';
import { walkTree } from '../../src/parse/walk.js';
import { nodeAt } from '../../src/edits/locate.js';
import { ContextWriter } from '../../src/emit/context-writer.js';
import { Editors } from '../../src/emit/editors.js';
import { addImports, freeName, freeNameWithout, specifierFor } from '../../src/emit/imports.js';
import { Leftovers } from '../../src/emit/leftovers.js';
import { isDroppable } from '../../src/emit/patterns.js';
import { textAt } from '../../src/emit/reindent.js';
import type { Manifest } from '../../src/graph/workspace.js';
import { indexOf } from '../../src/mcp/file-index.js';
import type { FunctionNode } from '../../src/mcp/values.js';
import type { Range, SourceFile } from '../../src/parse/source.js';
import type { Decline, ProjectRewrite, ProjectRewriteContext } from '../../src/transform.js';
import { removeCapability } from './capability.js';
import { levelPlan, type LevelPlan } from './level.js';
import { calledName, messageIn, type Message, type Piece } from './messages.js';
import { placeOf, type CallPlace } from './place.js';
import { targetFor, type LogTarget } from './targets.js';
import { contains } from '../../src/mcp/nodes.js';
import { indentAt } from '../../src/edits/indent.js';

interface Site {
  readonly finding: Finding;
  readonly file: SourceFile;
  readonly call: TSESTree.CallExpression;
  readonly message: Message;
  readonly place: Exclude<CallPlace, { readonly kind: 'used' }>;
}

interface Handler {
  readonly finding: Finding;
  readonly file: SourceFile;
  readonly plan: LevelPlan;
}

const SENDS = new Set(['logging:sendLoggingMessage', 'logging:notification', 'logging:log']);

/** All that one package logs through the protocol. */
export class LoggingRewrite {
  readonly #editors = new Editors();
  readonly #leftovers: Leftovers;
  readonly #declines: Decline[] = [];
  readonly #answers = new Set<string>();
  readonly #names = new Map<SourceFile, string>();
  readonly #writers = new Map<SourceFile, ContextWriter>();
  #sites: readonly Site[] = [];
  readonly #async = new Set<FunctionNode>();
  readonly #bound = new Map<SourceFile, Set<string>>();
  /** Comments inside what was replaced. */
  readonly #lost = new Map<SourceFile, { readonly range: Range }[]>();

  constructor(
    private readonly context: ProjectRewriteContext,
    private readonly manifest: Manifest | undefined,
    private readonly findings: readonly Finding[],
  ) {
    this.#leftovers = new Leftovers(context.project, context.mcp, this.#editors);
  }

  result(): { readonly rewrite?: ProjectRewrite; readonly declines: readonly Decline[] } {
    if (this.context.choices.keepProtocolLogging) return { declines: this.findings.map(f => ({ for: f.fingerprint, reason: 'Protocol logging stays, as was asked for. The client sees messages on connections that ask for them.' })) };
    const handlers = this.findings.flatMap(f => (f.subject === 'logging:set-level-handler' ? this.#handler(f) : []));
    const inHandlers = (f: Finding): boolean => handlers.some(h => h.file.path === f.file && contains(h.plan.statement, f));
    const sends = this.findings.filter(f => SENDS.has(f.subject));
    const sites = sends.filter(f => !inHandlers(f)).flatMap(f => this.#site(f));
    this.#sites = sites;
    for (const finding of sends.filter(inHandlers)) this.#answers.add(finding.fingerprint);
    const target = sites.length > 0 ? targetFor(this.context, this.manifest, [...new Set(sites.map(s => s.file))]) : undefined;
    if (typeof target === 'string') return { declines: sites.map(s => ({ for: s.finding.fingerprint, reason: target })) };
    if (target && this.#declines.some(d => this.#isLevel(d))) {
      return { declines: [...this.#declines, ...sites.map(s => ({ for: s.finding.fingerprint, reason: 'The level that clients choose is still used. Let LOG_LEVEL set it first.' })), ...this.#capabilityDeclines('The level that clients choose is still used.')] };
    }
    if (target) for (const site of sites) this.#rewriteSite(site, target);
    this.#leftovers.clear();
    this.#removeProtocol(handlers);
    this.#leftovers.clear();
    for (const [file, name] of this.#names) if (target) addImports(this.#editors.of(file), [{ specifier: specifierFor(file.path, target.path, [file, ...this.#relatives(file)]), names: [{ name: 'log', as: name }] }]);
    return { ...(this.#answers.size > 0 ? { rewrite: this.#rewrite(target) } : {}), declines: this.#declines };
  }

  #isLevel({ for: fingerprint }: Decline): boolean {
    return this.findings.some(f => f.fingerprint === fingerprint && f.subject === 'logging:set-level-handler' && f.zone !== 'test');
  }

  #capabilityDeclines(reason: string): readonly Decline[] {
    return this.findings.flatMap(f => (f.subject === 'logging:capability' ? [{ for: f.fingerprint, reason }] : []));
  }

  #rewrite(target: LogTarget | undefined): ProjectRewrite {
    const comments = new Map<string, readonly { readonly range: Range }[]>(this.#editors.removedComments());
    for (const [file, list] of [...this.#leftovers.comments, ...this.#lost]) comments.set(file.path, [...(comments.get(file.path) ?? []), ...list]);
    return {
      unit: `logging:${this.manifest?.folder ?? ''}`,
      title: 'Log messages go to a logger',
      answers: [...this.#answers],
      edits: this.#editors.edits(this.#names.size > 0 ? target?.edits : undefined),
      ...(target && this.#names.size > 0 && { created: target.created, dependencies: target.dependencies.map(d => ({ ...d, package: this.manifest?.folder ?? '' })), variables: target.variables, notes: target.notes }),
      removedComments: comments,
    };
  }

  #decline({ fingerprint }: Finding, reason: string): readonly [] {
    this.#declines.push({ for: fingerprint, reason });
    return [];
  }

  #callOf(finding: Finding): { readonly file: SourceFile; readonly call: TSESTree.CallExpression } | undefined {
    const file = this.context.project.source(finding.file);
    const callee = file && file.problems.length === 0 ? nodeAt(file, finding.range) : undefined;
    const call = callee?.parent?.type === 'ChainExpression' ? callee.parent.parent : callee?.parent;
    return file && call?.type === 'CallExpression' ? { file, call } : undefined;
  }

  #site(finding: Finding): Site | readonly [] {
    if (finding.zone === 'test') return this.#decline(finding, 'This is a test. Let it look at what is logged now.');
    const found = this.#callOf(finding);
    if (!found) return [];
    const { file, call } = found;
    if (finding.confidence !== 'certain' && this.context.mcp.call(file, call)?.owner.startsWith('fastmcp')) return this.#decline(finding, 'The framework sends this message. Log with a logger of your own, or wait for its next major version.');
    if (!this.context.mcp.call(file, call)) return this.#decline(finding, `${calledName(call)} is a function of this project that sends messages. Log there, or beside it, by hand.`);
    const place = placeOf(call);
    if (place.kind === 'used') return this.#decline(finding, place.why);
    const message = messageIn(this.context.mcp, file, finding.subject, call);
    if (!message) return this.#decline(finding, 'What is sent is put together elsewhere. Log level and data by hand.');
    if (message.bound && !(place.kind === 'statement' && place.statement.parent.type === 'BlockStatement')) return this.#decline(finding, 'What is sent is put together elsewhere. Log level and data by hand.');
    return { finding, file, call, message, place };
  }

  #handler(finding: Finding): Handler | readonly [] {
    if (finding.zone === 'test') return this.#decline(finding, 'This is a test. Take the handler out by hand.');
    const found = this.#callOf(finding);
    if (!found) return [];
    const plan = levelPlan(this.context.mcp, found.file, found.call);
    return typeof plan === 'string' ? this.#decline(finding, plan) : { finding, file: found.file, plan };
  }

  #rewriteSite({ finding, file, call: sent, message, place: around }: Site, target: LogTarget): void {
    const editor = this.#editors.of(file);
    const loop = loopOverServers(file, sent, around);
    const place = loop ? { ...around, replaced: loop } : around;
    this.#answers.add(finding.fingerprint);
    if (target.dependencies.length === 0 && !message.bound && place.kind === 'statement' && isOnStderr(file, sent)) {
      const gone = place.replaced.type === 'ExpressionStatement' || place.replaced === loop || place.replaced.type === 'TryStatement' ? place.replaced : place.statement;
      editor.removeStatement(gone);
      this.#leftovers.gone(file, gone.range);
      return;
    }
    const indent = indentAt(file, place.replaced.range[0]);
    const kept: Range[] = [];
    let lead = '';
    let bound = '';
    if (message.bound) {
      bound = freeName(file, ...['message', 'entry', 'logEntry'].filter(n => !this.#bound.get(file)?.has(n)));
      this.#bound.set(file, (this.#bound.get(file) ?? new Set()).add(bound));
      kept.push(message.bound.range);
      lead = `const ${bound} = ${textAt(file, message.bound, indent)}${editor.style.semicolon}${editor.style.eol}${indent}`;
    }
    const text = (piece: Piece): string => {
      if ('type' in piece) {
        kept.push(piece.range);
        return textAt(file, piece, indent);
      }
      if (piece.of) kept.push(piece.of.range);
      return `${piece.of ? editor.text(piece.of) : bound}.${piece.member}`;
    };
    const args = [text(message.level), text(message.data)];
    const options = [...(message.logger ? [named('logger', text(message.logger))] : []), ...this.#meta(site(place), file, target)];
    if (options.length > 0) args.push(`{ ${options.join(', ')} }`);
    const call = `${lead}${wrapped(this.#log(file), args, indent, editor.style)}`;
    const whole = place.replaced.type === 'TryStatement' || place.replaced === loop ? call + editor.style.semicolon : call;
    this.#noteComments(file, place.replaced.range, whole);
    editor.replace(place.replaced, whole);
    this.#leftovers.gone(file, place.replaced.range, kept);
    if (place.kind === 'expression' && place.needsAsync) this.#makeAsync(file, place.needsAsync);
    if (message.held) {
      editor.removeStatement(message.held);
      this.#leftovers.gone(file, message.held.range, kept);
    }
  }

  #noteComments(file: SourceFile, range: Range, text: string): void {
    const lost = this.#editors.of(file).commentsIn(range).filter(c => !text.includes(file.text.slice(...c.range)));
    this.#lost.set(file, [...(this.#lost.get(file) ?? []), ...lost]);
  }

  /** The trace of the request belongs to its messages. */
  #meta(node: TSESTree.Node, file: SourceFile, target: LogTarget): readonly string[] {
    let writer = this.#writers.get(file);
    if (!writer) this.#writers.set(file, (writer = new ContextWriter(this.context.mcp, this.#editors, file)));
    const meta = writer.part(node, 'meta', target.dependencies.length > 0);
    return meta === undefined ? [] : [named('meta', meta)];
  }

  #log(file: SourceFile): string {
    let name = this.#names.get(file);
    if (name === undefined) {
      name = freeNameWithout(file, this.#going(file), 'log', 'logMessage', 'writeLog');
      this.#names.set(file, name);
    }
    return name;
  }

  /** `log` of a context that is taken apart, when nothing but messages uses it. */
  #going(file: SourceFile): ReadonlySet<ScopeVariable> {
    const callees = new Set<TSESTree.Node>(this.#sites.flatMap(s => (s.file === file ? [s.call.callee] : [])));
    const called = [...callees].flatMap(c => (c.type === 'Identifier' ? (file.variableOf(c) ?? []) : []));
    return new Set(called.filter(({ defs: [first], references }) => first && isDroppable(first.name) && references.every(r => r.init === true || callees.has(r.identifier))));
  }

  /** Files that show how imports are written here, when the file itself has none. */
  #relatives({ path }: SourceFile): readonly SourceFile[] {
    const { project } = this.context;
    return project.importersOf(path).slice(0, 3).flatMap(p => project.source(p) ?? []);
  }

  #makeAsync(file: SourceFile, fn: FunctionNode): void {
    if (this.#async.has(fn)) return;
    this.#async.add(fn);
    const method = fn.parent.type === 'MethodDefinition' || (fn.parent.type === 'Property' && fn.parent.method) ? fn.parent : undefined;
    this.#editors.of(file).insert(method ? method.key.range[0] : fn.range[0], 'async ');
  }

  /** Level handlers and the capability go when nothing of the package uses the protocol's messages any more. */
  #removeProtocol(handlers: readonly Handler[]): void {
    const capabilities = this.findings.filter(f => f.subject === 'logging:capability');
    const left = this.#declines.some(d => this.findings.some(f => f.fingerprint === d.for && f.zone !== 'test')) ? 'Some log messages still go through the protocol, or its level is still handled.' : this.#otherUse();
    if (left !== undefined) {
      for (const { finding } of handlers) this.#decline(finding, left);
      for (const finding of capabilities) this.#decline(finding, left);
      for (const finding of this.findings.filter(f => handlers.some(h => h.file.path === f.file && contains(h.plan.statement, f)) && SENDS.has(f.subject))) {
        this.#answers.delete(finding.fingerprint);
        this.#decline(finding, left);
      }
      return;
    }
    for (const { finding, file, plan } of handlers) {
      const editor = this.#editors.of(file);
      for (const node of [plan.statement, ...plan.removed]) {
        editor.removeStatement(node);
        this.#leftovers.gone(file, node.range);
      }
      for (const test of plan.unwrapped) this.#unwrap(file, test);
      this.#answers.add(finding.fingerprint);
    }
    for (const finding of capabilities) this.#capability(finding);
  }

  #capability(finding: Finding): void {
    if (finding.zone === 'test') return;
    const file = this.context.project.source(finding.file);
    const node = file ? nodeAt(file, finding.range) : undefined;
    const removed = file && node ? removeCapability(this.#editors.of(file), node) : undefined;
    if (!file || !removed) {
      this.#decline(finding, 'The capability is part of a larger expression. Take it out by hand.');
      return;
    }
    this.#leftovers.gone(file, removed.range);
    this.#answers.add(finding.fingerprint);
  }

  #unwrap(file: SourceFile, test: TSESTree.IfStatement): void {
    const editor = this.#editors.of(file);
    const { consequent } = test;
    const [first, last] = consequent.type === 'BlockStatement' ? [consequent.body[0], consequent.body.at(-1)] : [consequent, consequent];
    if (!first || !last) {
      editor.removeStatement(test);
      this.#leftovers.gone(file, test.range);
      return;
    }
    editor.replace({ range: [test.range[0], first.range[0]] }, '');
    editor.replace({ range: [last.range[1], test.range[1]] }, '');
    this.#leftovers.gone(file, test.range, [[first.range[0], last.range[1]]]);
  }

  /** What else speaks of log messages, where no call shows what becomes of it. */
  #otherUse(): string | undefined {
    const { project } = this.context;
    const folder = this.manifest?.folder ?? '';
    for (const path of project.codeFiles()) {
      const text = project.text(path) ?? '';
      if ((folder !== '' && !path.startsWith(`${folder}/`)) || zoneOf(path) === 'test' || !/sendLoggingMessage|notifications\/message/.test(text)) continue;
      const file = project.source(path);
      if (!file) continue;
      const left = (indexOf(file).members.get('sendLoggingMessage') ?? []).find(member => !this.#leftovers.isGone(file, member) && this.#isServerMember(file, member));
      if (left) return `${path} still uses ${file.text.slice(...left.range)}: log there by hand.`;
      if (this.#writesMessages(file)) return `${path} still makes messages of the method notifications/message: log there by hand.`;
    }
    return undefined;
  }

  /** Anything but a method of this name in a class of the project. */
  #isServerMember(file: SourceFile, member: TSESTree.MemberExpression): boolean {
    const { mcp } = this.context;
    const own = mcp.values(file, member).some(k => k.value.kind === 'function');
    return mcp.member(file, member) !== undefined || !own;
  }

  #writesMessages(file: SourceFile): boolean {
    const clients = this.context.mcp.newExpressions(file).some(n => this.context.mcp.constructed(file, n, /^Client$/));
    const found: TSESTree.Node[] = [];
    walkTree(file.program, node => {
      if (node.type === 'Literal' && node.value === 'notifications/message' && node.parent.type === 'Property' && keyName(node.parent.key) === 'method' && !this.#leftovers.isGone(file, node)) found.push(node);
    });
    return found.length > 0 && !clients;
  }
}

/** A loop that sends the message of one call to each server: it is logged once. */
function loopOverServers(file: SourceFile, call: TSESTree.CallExpression, place: Site['place']): TSESTree.ForOfStatement | undefined {
  if (place.kind !== 'statement') return undefined;
  const outer = place.replaced.type === 'TryStatement' ? place.replaced : place.statement;
  const loop = outer.parent.type === 'BlockStatement' && outer.parent.body.length === 1 ? outer.parent.parent : outer.parent;
  if (loop.type !== 'ForOfStatement' || loop.left.type !== 'VariableDeclaration') return undefined;
  const callee = innermost(call.callee);
  const names = loop.left.declarations.flatMap(d => file.scopes.getDeclaredVariables(d));
  const uses = names.flatMap(v => v.references.filter(r => r.init !== true));
  return uses.length > 0 && uses.every(({ identifier }) => contains(callee, identifier)) ? loop : undefined;
}

/** The function around it writes the message to stderr by itself: it would be there twice. */
function isOnStderr(file: SourceFile, call: TSESTree.CallExpression): boolean {
  const fn = enclosingFunction(call);
  if (!fn || fn.body.type !== 'BlockStatement') return false;
  return fn.body.body.some(statement => statement.type === 'ExpressionStatement' && !contains(statement, call) && /^(?:process\.stderr\.write|console\.error)\(/.test(file.text.slice(...statement.range)));
}

/** Long calls get a line for each argument. */
function wrapped(name: string, args: readonly string[], indent: string, { eol, indent: step }: { readonly eol: string; readonly indent: string }): string {
  const line = `${name}(${args.join(', ')})`;
  if (line.includes('\n') || indent.length + line.length <= 100) return line;
  return `${name}(${eol}${args.map(a => `${indent}${step}${a},${eol}`).join('')}${indent})`;
}

function site(place: Site['place']): TSESTree.Node {
  return place.replaced;
}

function named(key: string, value: string): string {
  return key === value ? key : `${key}: ${value}`;
}
