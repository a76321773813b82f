import type { Variable as ScopeVariable } from '@typescript-eslint/scope-manager';
import type { Finding, TSESTree } from '../../src/define-transform.js';
import { keyName } from '../../src/define-transform.js';
import { zoneOf } from '../../src/files/kinds.js';
import { walkTree } from '../../src/parse/walk.js';
import { nodeAt } from '../../src/edits/locate.js';
import { ContextWriter } from '../../src/emit/context-writer.js';
import { Editors } from '../../src/emit/editors.js';
import { addImports, freeName, freeNameWithout, specifierFor } from '../../src/emit/imports.js';
import { Leftovers } from '../../src/emit/leftovers.js';
import { isDroppable } from '../../src/emit/patterns.js';
import { allowsBefore } from '../../src/emit/package.js';
import { textAt } from '../../src/emit/reindent.js';
import type { Manifest } from '../../src/graph/workspace.js';
import { indexOf } from '../../src/mcp/file-index.js';
import { requestContextAt } from '../../src/mcp/request-context.js';
import type { FunctionNode } from '../../src/mcp/values.js';
import type { Range, SourceFile } from '../../src/parse/source.js';
import type { Decline, ProjectRewrite, ProjectRewriteContext } from '../../src/transform.js';
import { removeCapability } from './capability.js';
import { isRest, KEPT, KeptMessages } from './keep.js';
import { arePlain, directCall, loggerIn } from './direct.js';
import { levelPlan, type LevelPlan } from './level.js';
import { isOnStderr, loopOverServers, type CallPlace } from './place.js';
import { callAt, SENDS, siteOf, type Site } from './sites.js';
import { targetFor, type LogTarget, type OwnLogger } from './targets.js';
import { logCall, messageText } from './write.js';
import { contains } from '../../src/mcp/nodes.js';
import { indentAt } from '../../src/edits/indent.js';

type ReplacedSite = Site & { readonly place: Exclude<CallPlace, { readonly kind: 'used' }> };

interface Handler {
  readonly finding: Finding;
  readonly file: SourceFile;
  readonly plan: LevelPlan;
}

/** Findings that `stdout-to-stderr` takes. */
const OWN_OUTPUT: readonly string[] = ['stdout:pino', 'stdout:winston'];

/** All that one package logs through the protocol. */
export class LoggingRewrite {
  readonly #editors = new Editors();
  readonly #leftovers: Leftovers;
  readonly #declines: Decline[] = [];
  readonly #answers = new Set<string>();
  readonly #names = new Map<SourceFile, string>();
  readonly #writers = new Map<SourceFile, ContextWriter>();
  #sites: readonly ReplacedSite[] = [];
  /** The logger of the project, where it takes the messages without a function in between. */
  #direct: OwnLogger | undefined;
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
    return this.context.choices.keepProtocolLogging ? this.#keep() : this.#replace();
  }

  /** Messages go to the client as well. */
  #keep(): { readonly rewrite?: ProjectRewrite; readonly declines: readonly Decline[] } {
    const kept = new KeptMessages(this.context.mcp, this.#editors, this.#leftovers, file => this.#writer(file));
    for (const finding of this.findings) if (isRest(finding)) this.#decline(finding, KEPT.rest);
    const found = this.findings.filter(f => SENDS.has(f.subject)).flatMap(f => this.#anySite(f));
    const sites = found.filter(site => !kept.isDone(site));
    for (const { finding } of found.filter(site => !sites.some(s => s.call === site.call))) this.#decline(finding, KEPT.send);
    if (sites.length === 0) return { declines: this.#declines };
    const target = targetFor(this.context, this.manifest, [...new Set(sites.map(s => s.file))]);
    const apart: string[] = [];
    let changed = false;
    for (const site of sites) {
      const outcome = kept.rewrite(site, () => this.#log(site.file));
      const why = outcome === false && site.place.kind === 'used' ? site.place.why : outcome;
      if (typeof why === 'string') this.#decline(site.finding, why);
      else changed = true;
      if (outcome === undefined && !kept.isCurrent(site) && site.finding.subject !== this.#keptSubject(site)) this.#answers.add(site.finding.fingerprint);
      if (outcome !== false || site.place.kind === 'used') continue;
      this.#rewriteSite({ ...site, place: site.place }, target);
      apart.push(`${site.file.path}:${site.finding.line.toString()}`);
    }
    if (!changed) return { declines: this.#declines };
    this.#leftovers.clear();
    kept.threads.write((file, node) => this.#leftovers.isGone(file, node));
    this.#importLog(target, kept.threads.typed);
    const notes = [
      'Log messages still go to the client of the request, where it asks for them, and to the logger beside it. The protocol will lose them: remove the first of the two then.',
      ...(apart.length > 0 ? [`These messages belong to no request, and only go to the logger: ${apart.join(', ')}.`] : []),
      ...target.notes.map(n => n.replace(/^Clients no longer receive log messages\. They (?=go|become)/, 'Logged messages ')),
    ];
    return { rewrite: { ...this.#rewrite({ ...target, notes }), title: 'Log messages go to a logger as well', keeps: ['logging:log', 'logging:notification', ...OWN_OUTPUT] }, declines: this.#declines };
  }

  /** What a message of the form that works is found as. */
  #keptSubject({ file, call }: Site): string {
    return this.#writer(file).lineAt(call) === 'v1' ? 'logging:notification' : 'logging:log';
  }

  #anySite(finding: Finding): Site | readonly [] {
    const site = siteOf(this.context, finding);
    if (site === undefined) return [];
    return typeof site === 'string' ? this.#decline(finding, site) : site;
  }

  #replace(): { readonly rewrite?: ProjectRewrite; readonly declines: readonly Decline[] } {
    const handlers = this.findings.flatMap(f => (f.subject === 'logging:set-level-handler' ? this.#handler(f) : []));
    const inHandlers = (f: Finding): boolean => handlers.some(h => h.file.path === f.file && contains(h.plan.statement, f));
    const sends = this.findings.filter(f => SENDS.has(f.subject));
    const sites = sends.filter(f => !inHandlers(f)).flatMap(f => this.#site(f));
    this.#sites = sites;
    for (const finding of sends.filter(inHandlers)) this.#answers.add(finding.fingerprint);
    const target = sites.length > 0 ? targetFor(this.context, this.manifest, [...new Set(sites.map(s => s.file))]) : undefined;
    if (target && this.#declines.some(d => this.#isLevel(d))) {
      return { declines: [...this.#declines, ...sites.map(s => ({ for: s.finding.fingerprint, reason: 'The level that clients choose is still used. Let LOG_LEVEL set it first.' })), ...this.#capabilityDeclines('The level that clients choose is still used.')] };
    }
    if (target?.own && arePlain(sites.map(s => s.message), target.own) && sites.every(s => this.#meta(s.place.replaced, s.file, target) === undefined)) this.#direct = target.own;
    if (target) for (const site of sites) this.#rewriteSite(site, target);
    this.#leftovers.clear();
    this.#removeProtocol(handlers);
    this.#leftovers.clear();
    if (target) this.#importLog(target);
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
      ...(target && this.#names.size > 0 && { created: this.#direct ? [] : target.created, dependencies: target.dependencies.map(d => ({ ...d, package: this.manifest?.folder ?? '' })), variables: target.variables, notes: target.notes }),
      removedComments: comments,
      // A logger that writes to standard output so far is told to do otherwise afterwards.
      ...(target?.kind === 'own' && { keeps: OWN_OUTPUT }),
    };
  }

  #decline({ fingerprint }: Finding, reason: string): readonly [] {
    this.#declines.push({ for: fingerprint, reason });
    return [];
  }

  #site(finding: Finding): ReplacedSite | readonly [] {
    const site = this.#anySite(finding);
    if (!('place' in site)) return site;
    const { place } = site;
    return place.kind === 'used' ? this.#decline(finding, place.why) : { ...site, place };
  }

  #handler(finding: Finding): Handler | readonly [] {
    if (finding.zone === 'test') return this.#decline(finding, 'This is a test. Take the handler out by hand.');
    const found = callAt(this.context, finding);
    if (!found) return [];
    const plan = levelPlan(this.context.mcp, found.file, found.call);
    return typeof plan === 'string' ? this.#decline(finding, plan) : { finding, file: found.file, plan };
  }

  #rewriteSite({ finding, file, call: sent, message, place: around }: ReplacedSite, target: LogTarget): void {
    const editor = this.#editors.of(file);
    const loop = loopOverServers(file, sent, around);
    const place = loop ? { ...around, replaced: loop } : around;
    this.#answers.add(finding.fingerprint);
    if (target.kind !== 'otel' && !message.bound && place.kind === 'statement' && isOnStderr(file, sent)) {
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
    const { level, data, logger } = messageText(file, message, { indent, bound, kept });
    const meta = this.#meta(place.replaced, file, target);
    const call = this.#direct ? directCall(this.#log(file), message, { data, logger }, editor.style.quote) : `${lead}${logCall(this.#log(file), { level, data, logger, meta }, indent, editor.style)}`;
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
  #meta(node: TSESTree.Node, file: SourceFile, target: LogTarget): string | undefined {
    const writer = this.#writer(file);
    // The first releases of the first line do not hand it on.
    if (writer.lineAt(node) === 'v1' && allowsBefore(this.manifest, '@modelcontextprotocol/sdk', '1.11.0')) return undefined;
    return writer.part(node, 'meta', target.kind === 'otel');
  }

  #writer(file: SourceFile): ContextWriter {
    let writer = this.#writers.get(file);
    if (!writer) this.#writers.set(file, (writer = new ContextWriter(this.context.mcp, this.#editors, file)));
    return writer;
  }

  #log(file: SourceFile): string {
    if (this.#direct) return this.#ownLogger(file, this.#direct);
    let name = this.#names.get(file);
    if (name === undefined) {
      name = freeNameWithout(file, this.#going(file), ...(this.#takesApart(file) ? [] : ['log']), 'logMessage', 'writeLog');
      this.#names.set(file, name);
    }
    return name;
  }

  #ownLogger(file: SourceFile, own: OwnLogger): string {
    const known = this.#names.get(file);
    if (known !== undefined) return known;
    const { name, wanted } = loggerIn(this.context, file, own);
    this.#names.set(file, name);
    if (wanted) addImports(this.#editors.of(file), [wanted]);
    return name;
  }

  /** Handlers whose context is taken apart may get a `log` of their own. */
  #takesApart(file: SourceFile): boolean {
    return this.context.choices.keepProtocolLogging && this.findings.some(f => {
      const site = f.file === file.path && SENDS.has(f.subject) ? callAt(this.context, f) : undefined;
      return site !== undefined && requestContextAt(this.context.mcp, file, site.call)?.parameter?.type === 'ObjectPattern';
    });
  }

  /** `log` of a context that is taken apart, when nothing but messages uses it. */
  #going(file: SourceFile): ReadonlySet<ScopeVariable> {
    const callees = new Set<TSESTree.Node>(this.#sites.flatMap(s => (s.file === file ? [s.call.callee] : [])));
    const called = [...callees].flatMap(c => (c.type === 'Identifier' ? (file.variableOf(c) ?? []) : []));
    return new Set(called.filter(({ defs: [first], references }) => first && isDroppable(first.name) && references.every(r => r.init === true || callees.has(r.identifier))));
  }

  /** `typed`: files that name the type of the context now. */
  #importLog(target: LogTarget, typed: ReadonlySet<SourceFile> = new Set()): void {
    if (this.#direct) return;
    for (const file of new Set([...this.#names.keys(), ...typed])) {
      const name = this.#names.get(file);
      addImports(this.#editors.of(file), [
        ...(typed.has(file) && !/\bServerContext\b/.test(file.text) ? [{ specifier: '@modelcontextprotocol/server', names: [{ name: 'ServerContext' }], types: true }] : []),
        ...(name === undefined ? [] : [{ specifier: specifierFor(file.path, target.path, [file, ...this.#relatives(file)]), names: [{ name: 'log', as: name }] }]),
      ]);
    }
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
      this.#decline(finding, 'The capability is part of a larger expression, or of an object of your own. Take it out by hand.');
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
