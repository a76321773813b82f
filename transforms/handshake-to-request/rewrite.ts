import { posix } from 'node:path';
import { walkTree, type Finding, type TSESTree } from '../../src/define-transform.js';
import { hasBlankAbove, indentAt, reindented, withComments } from '../../src/edits/indent.js';
import { nodeAt } from '../../src/edits/locate.js';
import { Editors } from '../../src/emit/editors.js';
import { fromTemplate, languageOf } from '../../src/emit/emit.js';
import { addImports, freeName, specifierFor, type NewImport } from '../../src/emit/imports.js';
import { homeOf, unusedPath } from '../../src/emit/place.js';
import { startUpOf } from '../../src/emit/start-up.js';
import { contains } from '../../src/mcp/nodes.js';
import { requestContextAt } from '../../src/mcp/request-context.js';
import { awaits, lineOf } from '../../src/hosting/closure.js';
import type { Edit } from '../../src/edits/edit.js';
import { isFunctionNode } from '../../src/mcp/values.js';
import type { Range, SourceFile } from '../../src/parse/source.js';
import type { Decline, ProjectRewrite, ProjectRewriteContext } from '../../src/transform.js';
import { decidesWhetherToAsk } from './questions.js';
import { headOf, Registrations, type Early, type Mixed } from './registrations.js';
import { earlyRead } from './early-read.js';
import { capabilityIn, conditionalOf, hookAround, readOf, type Conditional, type Question, type Read, type Registration } from './sites.js';
import { Threads } from '../../src/emit/threads.js';

const MODULE = '@modelcontextprotocol/server';
const MARKER = 'oninitialized';
const ASKS_LATER = 'It decides whether a person is asked with elicitInput, which only connections of older revisions carry, and those have told it. Ask with inputRequired first.';

/** All that one package asks of the handshake. */
export class HandshakeRewrite {
  readonly #editors = new Editors();
  readonly #early = new Editors();
  readonly #registrations: Registrations;
  readonly #threads: Threads;
  readonly #declines: Decline[] = [];
  readonly #answers = new Set<string>();
  readonly #names = { clientCapabilities: new Map<SourceFile, string>(), clientInfo: new Map<SourceFile, string>() };
  readonly #notes = new Set<string>();
  readonly #moved = new Set<TSESTree.Node>();

  constructor(
    private readonly context: ProjectRewriteContext,
    private readonly folder: string,
    private readonly findings: readonly Finding[],
  ) {
    this.#threads = new Threads(context.mcp, this.#editors);
    this.#registrations = new Registrations(context, findings);
  }

  result(): { readonly rewrites: readonly ProjectRewrite[]; readonly declines: readonly Decline[] } {
    for (const finding of this.findings) if (finding.subject === 'list:by-capability') this.#registration(finding);
    for (const finding of this.findings) {
      if (finding.subject === 'list:by-capability' || this.#answers.has(finding.fingerprint) || this.#declines.some(d => d.for === finding.fingerprint)) continue;
      const reason = this.#finding(finding);
      if (reason === undefined) this.#answers.add(finding.fingerprint);
      else this.#declines.push(reason === ASKS_LATER || this.#isInHook(finding) ? { for: finding.fingerprint, reason } : { for: finding.fingerprint, reason, marker: MARKER });
    }
    const early = this.#early.edits();
    const taken: readonly ProjectRewrite[] = early.size === 0 ? [] : [{
      unit: `handshake:${this.folder}`,
      title: 'What only registers does not wait for the handshake',
      answers: [],
      edits: early,
      notes: ['Of a hook that ran after the handshake, what only registers is done with the rest. Clients of the new revision never had it.'],
      removedComments: this.#early.removedComments(),
    }];
    if (this.#answers.size === 0) return { rewrites: taken, declines: this.#declines };
    const created = this.#helper();
    this.#threads.write();
    this.#import(created?.path);
    const rewrite: ProjectRewrite = {
      unit: `handshake:${this.folder}`,
      title: 'Each request says what its client is and can do',
      answers: [...this.#answers],
      edits: this.#editors.edits(),
      ...(created && { created: [created] }),
      notes: [...this.#notes],
      removedComments: this.#editors.removedComments(),
      // One that waited for a capability and for the handshake was told as the former only.
      ...(this.findings.some(f => f.subject === 'list:by-capability' && this.#answers.has(f.fingerprint)) && { keeps: ['hazard:late-registration'] }),
    };
    return { rewrites: [rewrite, ...taken], declines: this.#declines };
  }

  /** The hook around it has the marker. */
  #isInHook(finding: Finding): boolean {
    const file = this.context.project.source(finding.file);
    const node = file ? nodeAt(file, finding.range) : undefined;
    return node !== undefined && hookAround(node) !== undefined;
  }

  #finding(finding: Finding): string | undefined {
    if (finding.zone === 'test') return 'This is a test. Let it say with each request what its client can do.';
    const file = this.context.project.source(finding.file);
    if (!file || file.problems.length > 0) return 'The file does not parse.';
    switch (finding.subject) {
      case 'handshake:getNegotiatedProtocolVersion':
        return 'Each request says its version, and an answer should not depend on it. Decide what to do for clients of older revisions.';
      case 'handshake:connect-event':
        return 'The framework tells of a handshake here. Do this at the start, or for each request.';
      case 'handshake:oninitialized':
      case 'handshake:initialized-handler':
        return this.#hook(finding, file);
      default:
        return this.#read(finding, file);
    }
  }

  #read(finding: Finding, file: SourceFile): string | undefined {
    const read = readOf(finding, file);
    if (!read) return 'What is asked here is not a plain call. Ask in the handlers.';
    if (decidesWhetherToAsk(this.context, file, read)) return ASKS_LATER;
    if (this.#tooEarly(read)) return undefined;
    if (hookAround(read.call)) return 'This runs once after the handshake, which does not happen any more, and what it keeps belongs to one client. Ask in the handlers instead of keeping it.';
    const reason = this.#threads.obstacleAt(file, read.call);
    if (reason !== undefined) return reason;
    this.#ask(read, this.#threads.contextAt(file, read.call));
    return undefined;
  }

  /** Asked before the client can have said anything: what was there in its place always is what is there now. */
  #tooEarly(read: Read): boolean {
    const early = earlyRead(this.context.mcp, read);
    if (!early) return false;
    const { file, call } = read;
    this.#editors.of(file).replace(early.whole, this.#editors.of(file).text(early.instead));
    this.#notes.add(`Line ${lineOf(file, call)} of ${file.path} asked for the client before it could have said anything, so the answer always was ${this.#editors.of(file).text(early.instead)}, and that is what stands there now. Read it in the handlers, where it is needed.`);
    return true;
  }

  #ask({ file, call, server, question }: Read, context: string): void {
    this.#editors.of(file).replace(call, this.#asked(file, server, question, context));
  }

  #asked(file: SourceFile, server: TSESTree.Expression, question: Question, context: string): string {
    return `${this.#nameOf(file, question)}(${file.text.slice(...server.range)}, ${context})`;
  }

  #nameOf(file: SourceFile, question: Question): string {
    const names = this.#names[question];
    const name = names.get(file) ?? (question === 'clientInfo' ? freeName(file, 'clientInfo', 'clientOf') : freeName(file, 'clientCapabilities', 'capabilitiesOf'));
    names.set(file, name);
    return name;
  }

  /** What only waits for the handshake can be done at the start. */
  #hook(finding: Finding, file: SourceFile): string | undefined {
    const own = this.findings.filter(f => f.file === finding.file && f !== finding);
    const left = nodeAt(file, finding.range);
    const assignment = left?.parent;
    const fn = assignment?.type === 'AssignmentExpression' ? assignment.right : undefined;
    const [first] = fn && (fn.type === 'ArrowFunctionExpression' || fn.type === 'FunctionExpression') && fn.body.type === 'BlockStatement' ? fn.body.body : [];
    const keeps = 'This runs after the handshake, which does not happen any more. Do it at the start, or for each request.';
    if (!fn || !first) return keeps;
    const inside = own.filter(f => fn.range[0] <= f.range[0] && f.range[1] <= fn.range[1]);
    // What moves now looks different when this is asked again.
    if (!inside.some(f => this.#answers.has(f.fingerprint))) this.#takeOut(file, fn);
    if (inside.length > 0) return keeps;
    const early = this.#registrations.early(file, fn);
    if (early && this.#isAll(file, early)) {
      const { hook, statements } = early;
      this.#editors.of(file).replace(hook, reindented(file, rangeOf(file, statements), indentAt(file, hook.range[0])));
      this.#notes.add('What was registered after the handshake is registered with the rest, since there is no handshake to wait for.');
      return undefined;
    }
    const plan = startUpOf(file, first, () => false);
    if (plan === undefined || 'stays' in plan || sharesNames(plan.body, plan.serving)) return keeps;
    const editor = this.#editors.of(file);
    const { eol, semicolon } = editor.style;
    const name = freeName(file, 'start', 'startUp', 'atStart');
    const isAsync = awaits(plan.body) || (fn.type !== 'Identifier' && 'async' in fn && fn.async);
    const type = /\.[cm]?tsx?$/.test(file.path) ? (isAsync ? ': Promise<void>' : ': void') : '';
    editor.replace({ range: [plan.hook.range[0], plan.body.range[0]] }, `${isAsync ? 'async ' : ''}function ${name}()${type} `);
    if (plan.body.range[1] < plan.hook.range[1]) editor.replace({ range: [plan.body.range[1], plan.hook.range[1]] }, '');
    editor.insert(plan.serving.range[0], `${isAsync ? 'await ' : ''}${name}()${semicolon}${eol}${indentAt(file, plan.serving.range[0])}`);
    this.#notes.add('What ran after the handshake runs once at the start, before there is a client.');
    return undefined;
  }

  /** Nothing but registrations is in the hook, and no comment would be lost. */
  #isAll(file: SourceFile, { hook, statements }: Early): boolean {
    const fn = hook.expression.type === 'AssignmentExpression' ? hook.expression.right : undefined;
    const editor = this.#editors.of(file);
    return isFunctionNode(fn) && fn.body.type === 'BlockStatement' && fn.body.body.length === statements.length && editor.commentsIn(hook.range).length === editor.commentsIn(rangeOf(file, statements)).length;
  }

  /** What only registers does not wait for the rest of a hook. */
  #takeOut(file: SourceFile, fn: TSESTree.Expression): void {
    const early = this.#registrations.early(file, fn);
    if (!early || this.#isAll(file, early)) return;
    const { hook, statements, mixed } = early;
    const name = mixed && this.#splitOff(file, mixed);
    const at = indentAt(file, hook.range[0]);
    const editor = this.#early.of(file);
    const { eol, semicolon } = editor.style;
    const texts = statements.length > 0 ? [reindented(file, rangeOf(file, statements), at)] : [];
    if (mixed && name !== undefined) texts.push(`${name}(${mixed.call.arguments.map(a => file.text.slice(...a.range)).join(', ')})${semicolon}`);
    if (texts.length === 0) return;
    for (const s of statements) editor.removeStatement(s);
    const [above] = withComments(file, hook);
    editor.insert(above, texts.join(eol + at) + eol + (hasBlankAbove(file, above) ? eol : '') + at);
  }

  /** The registrations of a function that ask nothing, as a function of their own. */
  #splitOff(user: SourceFile, mixed: Mixed): string | undefined {
    const { file, free } = mixed;
    const name = freeName(file, 'registerAlways', 'registerForAll');
    const specifier = file === user ? undefined : this.#specifierOf(user, mixed);
    if (file !== user && (!specifier || freeName(user, name) !== name)) return undefined;
    const editor = this.#early.of(file);
    const { eol, indent, semicolon } = editor.style;
    const { statement, text, tail } = headOf(mixed, name);
    const base = indentAt(file, statement.range[0]);
    const lines = free.map(s => base + indent + reindented(file, [withComments(file, s)[0], s.range[1]], base + indent));
    for (const s of free) editor.removeStatement(s);
    const ending = tail === '' && statement.type !== 'FunctionDeclaration' && mixed.fn.type !== 'FunctionDeclaration' ? semicolon : tail;
    editor.insert(statement.range[1], `${eol}${eol}${base}/** Registered for every client. What one cannot do is said when it calls. */${eol}${base}${text}{${eol}${lines.join(eol)}${eol}${base}}${ending}`);
    if (specifier) this.#early.of(user).insert(specifier.range[1], `, ${name}`);
    return name;
  }

  /** Where the user's file imports it from the file that it is in. */
  #specifierOf(user: SourceFile, { file, name, declaration }: Mixed): TSESTree.ImportSpecifier | undefined {
    if (declaration.parent.type !== 'ExportNamedDeclaration') return undefined;
    for (const s of user.program.body) {
      if (s.type !== 'ImportDeclaration' || this.context.project.resolve(user.path, s.source.value) !== file.path) continue;
      for (const x of s.specifiers) if (x.type === 'ImportSpecifier' && x.local.name === name && x.imported.type === 'Identifier' && x.imported.name === name) return x;
    }
    return undefined;
  }

  #registration(finding: Finding): void {
    if (this.#answers.has(finding.fingerprint)) return;
    const file = this.context.project.source(finding.file);
    const callee = file ? nodeAt(file, finding.range) : undefined;
    if (!file || !callee || file.problems.length > 0) return;
    const conditional = conditionalOf(file, callee);
    const reason = typeof conditional === 'string' ? conditional : this.#moveCondition(file, conditional);
    if (reason !== undefined) this.#declines.push({ for: finding.fingerprint, reason, marker: 'dynamic-registration' });
  }

  /** Registered always; the handler asks its client. */
  #moveCondition(file: SourceFile, conditional: Conditional): string | undefined {
    const { statement, known, registrations } = conditional;
    const reads = this.findings.flatMap(f => (f.file === file.path && f.subject === 'handshake:getClientCapabilities' ? (readOf(f, file) ?? []) : [])).filter(r => [statement.test, ...known].some(n => contains(n, r.call)));
    const question = file.text.slice(...[...known, statement.test].reduce<[number, number]>((all, n) => [Math.min(all[0], n.range[0]), Math.max(all[1], n.range[1])], [statement.test.range[0], statement.test.range[1]]));
    if (reads.length === 0) return 'Where the condition asks the client is not in sight.';
    if (this.#moved.has(statement)) return undefined;
    const contexts = registrations.map(r => contextOf(this.context.mcp, file, r));
    if (contexts.some(c => c === undefined)) return 'A handler here takes its context apart, or cannot take one. Let it take the whole context.';
    const inner = this.findings.filter(f => f.file === file.path && registrations.some(r => r.statement.range[0] <= f.range[0] && f.range[1] <= r.statement.range[1]));
    if (inner.some(f => f.subject === 'handshake:getClientCapabilities' || f.subject === 'handshake:getClientVersion')) return 'A handler here asks for the client as well. Ask there first.';
    this.#moved.add(statement);
    const editor = this.#editors.of(file);
    const { eol } = editor.style;
    const base = indentAt(file, statement.range[0]);
    const missing = capabilityIn(question);
    const texts = registrations.map((r, i) => this.#registeredAlways(file, conditional, r, contexts[i], reads, base, missing));
    for (const d of known) editor.removeStatement(d);
    editor.replace(statement, texts.map(t => t.trimStart()).join(`${eol}${base}`));
    for (const r of reads) this.#answers.add(r.finding.fingerprint);
    for (const f of inner) if (f.subject === 'list:by-capability') this.#answers.add(f.fingerprint);
    this.#notes.add(`Tools that were registered only for clients with a capability are registered always, and answer with an error where it is missing.`);
    return undefined;
  }

  #registeredAlways(file: SourceFile, { statement, known }: Conditional, { statement: registration, handler }: Registration, context: ContextEdit | undefined, reads: readonly Read[], base: string, missing: string | undefined): string {
    const { style } = this.#editors.of(file);
    const { eol, indent, semicolon, quote } = style;
    const name = context?.name ?? 'ctx';
    const shift = indentAt(file, registration.range[0]).slice(base.length);
    const bodyIndent = indentAt(file, handler.body.body[0]?.range[0] ?? handler.body.range[0]).slice(shift.length) || base + indent;
    const asks = reads.map((r): Edit => ({ range: r.call.range, text: this.#asked(file, r.server, r.question, name) }));
    const moved = known.map(d => bodyIndent + reindented(file, [withComments(file, d)[0], d.range[1]], bodyIndent, asks));
    const test = reindented(file, statement.test.range, indentAt(file, statement.test.range[0]), asks);
    const message = `The client does not support ${missing ?? 'this tool'}.`;
    const guard = `${bodyIndent}if (${negated(test, statement.test)}) return { content: [{ type: ${quote}text${quote}, text: ${quote}${message}${quote} }], isError: true }${semicolon}`;
    const start = handler.body.range[0] + 1;
    const prefix: Edit = { range: [start, start], text: [...moved, guard].map(l => eol + l).join('') };
    const [from] = withComments(file, registration);
    return reindented(file, [from, registration.range[1]], base, [prefix, ...(context?.edit ? [context.edit] : [])]);
  }

  #helper(): { readonly path: string; readonly text: string } | undefined {
    const users = [...new Set([...this.#names.clientCapabilities.keys(), ...this.#names.clientInfo.keys()])];
    const typed = users.find(f => /\.[cm]?tsx?$/.test(f.path)) ?? users[0];
    if (!typed) return undefined;
    const language = languageOf(typed);
    const text = fromTemplate('client', language, unneeded(this.#names.clientCapabilities.size > 0, this.#names.clientInfo.size > 0));
    return { path: unusedPath(this.context.project, homeOf(this.context.project, users.map(f => f.path)), 'client', language.extension, text), text };
  }

  /** The type beside the other names of the SDK. */
  #joinImport(file: SourceFile): boolean {
    const statement = file.program.body.find(s => s.type === 'ImportDeclaration' && s.source.value === MODULE && s.specifiers.every(x => x.type === 'ImportSpecifier'));
    const last = statement?.type === 'ImportDeclaration' ? statement.specifiers.at(-1) : undefined;
    if (!last || statement?.type !== 'ImportDeclaration') return false;
    this.#editors.of(file).insert(last.range[1], `, ${statement.importKind === 'type' ? '' : 'type '}ServerContext`);
    return true;
  }

  #import(path: string | undefined): void {
    const { project } = this.context;
    const { clientCapabilities, clientInfo } = this.#names;
    for (const file of new Set([...clientCapabilities.keys(), ...clientInfo.keys(), ...this.#threads.typed])) {
      const [capabilities, info] = [clientCapabilities.get(file), clientInfo.get(file)];
      const evidence = [file, ...project.importersOf(file.path).slice(0, 3).flatMap(p => project.source(p) ?? [])];
      const names = [...(capabilities === undefined ? [] : [{ name: 'clientCapabilities', as: capabilities }]), ...(info === undefined ? [] : [{ name: 'clientInfo', as: info }])];
      const imports: NewImport[] = [];
      if (this.#threads.typed.has(file) && !importsContext(file) && !this.#joinImport(file)) imports.push({ specifier: MODULE, names: [{ name: 'ServerContext' }], types: true });
      if (path !== undefined && names.length > 0) imports.push({ specifier: specifierFor(file.path, posix.normalize(path), evidence), names });
      if (imports.length > 0) addImports(this.#editors.of(file), imports);
    }
  }
}

/** Statements that follow each other, with the comments above the first. */
function rangeOf(file: SourceFile, statements: readonly TSESTree.Statement[]): Range {
  const [first, last] = [statements[0], statements.at(-1)];
  return first && last ? [withComments(file, first)[0], last.range[1]] : [0, 0];
}

interface ContextEdit {
  readonly name: string;
  /** Makes the handler take it. */
  readonly edit?: Edit;
}

function contextOf(mcp: ProjectRewriteContext['mcp'], file: SourceFile, { handler }: Registration): ContextEdit | undefined {
  const [first] = handler.body.body;
  const context = first ? requestContextAt(mcp, file, first) : undefined;
  if (context?.fn !== handler || context.line !== 'v2') return undefined;
  if (context.parameter) return context.parameter.type === 'Identifier' ? { name: context.parameter.name } : undefined;
  const last = handler.params.at(-1);
  if (!last) {
    const at = file.text.indexOf('(', handler.range[0]) + 1;
    return { name: 'ctx', edit: { range: [at, at], text: 'ctx' } };
  }
  if (/^\s*=>/.test(file.text.slice(last.range[1]))) return undefined;
  return { name: 'ctx', edit: { range: [last.range[1], last.range[1]], text: ', ctx' } };
}

/** What speaks through the transport needs a client. */
function sharesNames(body: TSESTree.Node, serving: TSESTree.Node): boolean {
  const names = new Set<string>();
  walkTree(serving, node => {
    if (node.type === 'Identifier') names.add(node.name);
  });
  let shared = false;
  walkTree(body, node => {
    if (node.type === 'Identifier' && names.has(node.name)) shared = true;
    return !shared;
  });
  return shared;
}

/** The opposite of a condition, as a person would write it. */
function negated(text: string, test: TSESTree.Expression): string {
  if (test.type === 'Identifier' || test.type === 'MemberExpression' || test.type === 'ChainExpression' || test.type === 'CallExpression') return `!${text}`;
  if (test.type === 'BinaryExpression' && /^!==?$/.test(test.operator)) return text.replace(/!(==?)/, (_, rest: string) => (rest === '==' ? '===' : '=='));
  return `!(${text})`;
}

const CAPABILITIES = `/** What the client of this request can do. Clients of older revisions said it once, in the handshake. */
export function clientCapabilities(server: Handshake | undefined, ctx: ServerContext): ClientCapabilities | undefined {
  const envelope = ctx.mcpReq.envelope as Record<string, unknown> | undefined;
  const said = envelope?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined;
  return said ?? server?.getClientCapabilities();
}

`;
const INFO = `
/** Name and version of the client of this request. Clients of older revisions said it once, in the handshake. */
export function clientInfo(server: Handshake | undefined, ctx: ServerContext): Implementation | undefined {
  const envelope = ctx.mcpReq.envelope as Record<string, unknown> | undefined;
  const said = envelope?.[CLIENT_INFO_META_KEY] as Implementation | undefined;
  return said ?? server?.getClientVersion();
}
`;

/** What the helper has and this project does not need. */
function unneeded(capabilities: boolean, info: boolean): ReadonlyMap<string, string> {
  if (capabilities && info) return new Map();
  if (capabilities) return new Map([[INFO, ''], [', CLIENT_INFO_META_KEY', ''], [', Implementation', ''], ['  getClientVersion(): Implementation | undefined;\n', '']]);
  return new Map([[CAPABILITIES, ''], ['CLIENT_CAPABILITIES_META_KEY, ', ''], ['ClientCapabilities, ', ''], ['  getClientCapabilities(): ClientCapabilities | undefined;\n', '']]);
}

function importsContext({ program }: SourceFile): boolean {
  return program.body.some(s => s.type === 'ImportDeclaration' && s.source.value.startsWith('@modelcontextprotocol/') && s.specifiers.some(x => x.local.name === 'ServerContext'));
}
