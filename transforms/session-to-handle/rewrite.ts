import type { Marker, ProjectRewrite, ProjectRewriteContext } from '../../src/transform.js';
import { enclosingFunction, keyName, walkTree, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { innermost } from '../../src/mcp/file-index.js';
import { contains } from '../../src/mcp/nodes.js';
import { isFunctionNode, type FunctionNode } from '../../src/mcp/values.js';
import { passHandles } from './callers.js';
import { ownerText, proposalOf } from './choice.js';
import { isTypeScript } from './containers.js';
import { addCreator, describeStore, instruct } from './creators.js';
import type { RegisteredTool, Store, Unit } from './design.js';
import type { Emitted } from './emitted.js';
import { Files } from './files.js';
import { Obstacle } from './obstacle.js';
import { withArguments, type NewArgument } from './schemas.js';
import { contextParameter, parametersEdit, toolSignature } from './signatures.js';
import type { Component } from './stores.js';
import { argumentsOf } from './tools.js';
import type { Helper, Trace, UnitUse } from './tracer.js';
import { unusedAfter, type Dropped, type Unused } from './unused.js';
import { propertyValue } from '../../src/mcp/exports.js';

/** A tool with the stores that its call uses. */
interface Work {
  readonly unit: Unit;
  readonly stores: { readonly store: Store; readonly uses: UnitUse[]; readonly creates: boolean }[];
}

export function rewriteComponent(context: ProjectRewriteContext, component: Component, emitted: Emitted): ProjectRewrite {
  return new ComponentRewriter(context, component, emitted).run();
}

class ComponentRewriter {
  readonly #files: Files;
  readonly #traces: readonly { readonly store: Store; readonly trace: Trace }[];
  readonly #works = new Map<TSESTree.Node, Work>();
  readonly #helpers = new Map<FunctionNode, { readonly helper: Helper; readonly stores: Store[] }>();
  #unused: Unused = { statements: new Map(), parameters: new Map() };

  constructor(
    private readonly context: ProjectRewriteContext,
    private readonly component: Component,
    private readonly emitted: Emitted,
  ) {
    this.#files = new Files(context);
    this.#traces = component.stores.flatMap(({ store, traced }) => [...new Set(traced.flatMap(t => t.traces))].map(trace => ({ store, trace })));
  }

  run(): ProjectRewrite {
    this.#collect();
    this.#dropEndings();
    this.#dropUnused();
    for (const { store, trace } of this.#traces) this.#mentions(store, trace);
    for (const { helper, stores } of this.#helpers.values()) this.#helper(helper, stores);
    for (const work of this.#works.values()) this.#tool(work);
    for (const { store } of this.component.stores) this.#declare(store);
    instruct(this.context, this.#files, this.component.stores.map(({ store }) => ({ store, users: this.#usersOf(store) })), new Set([...this.#works.values()].map(w => w.unit.file)));
    this.#releaseImports();
    const calls = passHandles(this.context, this.#files, this.component.stores.map(({ store }) => ({ store, users: this.#usersOf(store) })));
    const stores = this.component.stores.map(s => s.store);
    const [main] = stores;
    if (!main) throw new Error('A component has a store.');
    return {
      unit: main.finding.unit,
      title: `Handles for ${stores.map(s => s.containers.map(c => c.cell.name).join(', ')).join('; ')}`,
      answers: this.component.stores.flatMap(s => s.traced.map(t => t.finding.fingerprint)),
      edits: this.#files.result(),
      created: this.emitted.created,
      dependencies: this.emitted.dependencies,
      variables: this.emitted.variables,
      markers: [...this.#markers(stores), ...calls],
      notes: stores.map(s => this.#note(s)),
      handles: this.component.stores.map(s => proposalOf(s.store, s.traced)),
    };
  }

  #collect(): void {
    for (const { store, trace } of this.#traces) {
      for (const [key, use] of trace.units) {
        const work = this.#works.get(key) ?? { unit: use.unit, stores: [] };
        this.#works.set(key, work);
        const own = work.stores.find(s => s.store === store);
        if (own) own.uses.push(use);
        else work.stores.push({ store, uses: [use], creates: store.existing === use.unit });
      }
      for (const [fn, helper] of trace.helpers) {
        const entry = this.#helpers.get(fn) ?? { helper, stores: [] };
        this.#helpers.set(fn, entry);
        if (!entry.stores.includes(store)) entry.stores.push(store);
      }
    }
    for (const { unit } of this.#works.values())
      for (const other of this.#works.values()) if (other.unit !== unit && other.unit.kind === 'registered' && unit.kind === 'registered' && other.unit.fn === unit.fn) throw new Obstacle('state-escapes', unit.file, unit.call, `${unit.name} and ${other.unit.name} have one handler.`);
  }

  /** What closed entries one by one goes; what closed all of them, when the process ends, asks the store. */
  #dropEndings(): void {
    const closed = new Set<string>();
    for (const { store, trace } of this.#traces) {
      for (const { file, node, whole, called } of trace.endings) {
        if (called !== undefined) this.#files.release(file, [called], [node]);
        const fn = enclosingFunction(node);
        const key = `${file.path}:${String(fn?.range[0])}:${store.variable}`;
        if (whole && store.live && !closed.has(key)) {
          closed.add(key);
          const isBody = fn?.body === node;
          this.#files.add(file, { range: node.range, text: `${isBody ? '' : fn?.async ? 'await ' : 'void '}${store.variable}.closeAll()${isBody ? '' : this.#files.editor(file).style.semicolon}` });
          if (store.file !== file) this.#files.need(file, this.#files.specifier(file, store.file.path), store.variable);
        } else if (isStatement(node)) this.#files.remove(file, node);
        else this.#files.add(file, { range: node.range, text: '{}' });
      }
    }
  }

  /** Code around what goes. */
  #dropUnused(): void {
    const dropped: Dropped[] = [];
    const functions = new Map<FunctionNode, SourceFile>();
    for (const { trace } of this.#traces) {
      for (const { file, dropped: nodes } of trace.mentions) for (const node of nodes) dropped.push({ file, node });
    }
    for (const { unit } of this.#works.values()) functions.set(unit.fn, unit.fnFile);
    for (const { helper } of this.#helpers.values()) functions.set(helper.fn, helper.file);
    if (dropped.length > 0) this.#unused = unusedAfter(this.context, dropped, [...this.#helpers.values()].map(h => h.helper), functions);
    for (const [node, file] of this.#unused.statements) this.#files.remove(file, node);
  }

  #mentions(store: Store, { mentions }: Trace): void {
    for (const mention of mentions) this.#files.add(mention.file, ...mention.edits(store.local));
  }

  /** A function between tools and state: the states come first, what carried the session id goes. */
  #helper({ file, fn, calls }: Helper, stores: readonly Store[]): void {
    const gone = this.#unused.parameters.get(fn) ?? new Set<number>();
    const typed = isTypeScript(file);
    const own = stores.map(s => (typed ? `${s.local}: ${s.type}` : s.local));
    const kept = fn.params.flatMap((p, i) => (gone.has(i) ? [] : [file.text.slice(...p.range)]));
    for (const s of stores) if (fn.params.some(p => new RegExp(`\\b${s.local}\\b`).test(file.text.slice(...p.range)))) throw new Obstacle('state-escapes', file, fn, `${s.local} is a parameter already.`);
    this.#files.add(file, parametersEdit(file, fn, [...own, ...kept]));
    if (typed) for (const s of stores) if (s.file !== file) this.#files.need(file, this.#files.specifier(file, s.file.path), s.type, true);
    const seen = new Set<TSESTree.Node>();
    for (const { file: from, call } of calls) {
      if (seen.has(call)) continue;
      seen.add(call);
      this.#call(from, call, stores.map(s => s.local), gone);
    }
  }

  #call(file: SourceFile, call: TSESTree.CallExpression, states: readonly string[], gone: ReadonlySet<number>): void {
    if (call.arguments.some(a => a.type === 'SpreadElement')) throw new Obstacle('state-escapes', file, call, 'A function that uses the state is called with arguments that are spread.');
    const open = file.text.indexOf('(', call.typeArguments?.range[1] ?? call.callee.range[1]) + 1;
    const kept = call.arguments.filter((_, i) => !gone.has(i));
    call.arguments.forEach((argument, i) => {
      if (!gone.has(i)) return;
      const next = call.arguments[i + 1];
      const before = call.arguments[i - 1];
      this.#files.add(file, { range: next ? [argument.range[0], next.range[0]] : [before?.range[1] ?? argument.range[0], argument.range[1]], text: '' });
    });
    this.#files.insert(file, open, states.join(', ') + (kept.length > 0 ? ', ' : ''));
  }

  #tool(work: Work): void {
    for (const { store } of work.stores) {
      this.#files.need(work.unit.fnFile, this.#files.specifier(work.unit.fnFile, this.emitted.store), 'ownerOf');
      if (store.file !== work.unit.fnFile) this.#files.need(work.unit.fnFile, this.#files.specifier(work.unit.fnFile, store.file.path), store.variable);
    }
    if (work.unit.kind === 'registered') this.#registered(work, work.unit);
    else this.#dispatched(work);
  }

  #registered(work: Work, unit: RegisteredTool): void {
    const { fn, fnFile: file } = unit;
    const users = work.stores.filter(s => !s.creates);
    const inline = isFunctionNode(unit.call.arguments.at(-1)) && unit.call.arguments.at(-1) === fn;
    const takesArguments = unit.schema !== undefined && !isNothing(unit.schema);
    const signature = toolSignature({ file, fn, handles: users.map(s => s.store.argument), takesArguments, modern: unit.modern, inline });
    this.#files.add(file, parametersEdit(file, fn, signature.parameters));
    if (users.length > 0) this.#schema(unit, users.map(s => argumentOf(s.store, this.#files.editor(file).style.quote)), takesArguments);
    const handles = new Map(users.map((s, i) => [s.store, signature.handles[i] ?? s.store.argument]));
    if (fn.generator || /\barguments\b/.test(file.text.slice(...fn.body.range).replace(/\.arguments\b|\barguments\s*:/g, ''))) throw new Obstacle('state-escapes', file, fn, `The handler of ${unit.name} is written in a way that cannot be wrapped.`);
    if (work.stores.length === 1 && users.length === 1 && !work.stores.some(s => s.store.live) && this.#onlyReads(work)) this.#read(file, fn, users[0]?.store, handles, signature.context);
    else this.#wrap(file, fn, work, handles, signature.context);
  }

  #owner({ owner }: Store, file: SourceFile, caller: string): string {
    return ownerText(owner, caller, this.#files.editor(file).style.quote);
  }

  /** `async ({ cart_id }, ctx) => carts.use(cart_id, ownerOf(ctx), async ({ value: state }) => { ... })` */
  #wrap(file: SourceFile, fn: FunctionNode, work: Work, handles: ReadonlyMap<Store, string>, caller: string): void {
    const opening = work.stores.map(({ store, creates }) => `${store.variable}.${creates ? `start(${this.#owner(store, file, caller)}` : `use(${handles.get(store) ?? ''}, ${this.#owner(store, file, caller)}`}, ${fn.async ? 'async ' : ''}({ value: ${store.local} }) => `).join('');
    const closing = ')'.repeat(work.stores.length);
    if (fn.returnType && !fn.async) {
      const type = fn.returnType.typeAnnotation;
      this.#files.insert(file, type.range[0], 'Promise<');
      this.#files.insert(file, type.range[1], '>');
    }
    if (fn.type === 'ArrowFunctionExpression') {
      this.#files.insert(file, bodyStart(file, fn), opening);
      this.#files.insert(file, fn.range[1], closing);
      return;
    }
    const { eol, indent, semicolon } = this.#files.editor(file).style;
    const outer = indentOfLine(file, fn.body.range[0]);
    this.#files.insert(file, fn.body.range[0] + 1, `${eol}${outer}${indent}return ${opening}{`);
    this.#files.insert(file, fn.body.range[1] - 1, `${indent}}${closing}${semicolon}${eol}${outer}`);
    this.#indent(file, fn.body, indent);
  }

  /** Lines of a body that is inside of another one now. */
  #indent(file: SourceFile, body: TSESTree.Node, indent: string): void {
    const fixed: (readonly [number, number])[] = [];
    walkTree(body, n => {
      if (n.type === 'TemplateElement') fixed.push(n.range);
    });
    for (let at = file.text.indexOf('\n', body.range[0]); at !== -1 && at < body.range[1]; at = file.text.indexOf('\n', at + 1)) {
      const line = at + 1;
      const end = file.text.indexOf('\n', line);
      if (/^\s*$/.test(file.text.slice(line, body.range[1] - 1)) || end === -1 || end > body.range[1] || /^\s*$/.test(file.text.slice(line, end)) || fixed.some(f => f[0] < line && line <= f[1])) continue;
      this.#files.insert(file, line, indent);
    }
  }

  /** `const state = await carts.read(cart_id, ownerOf(ctx));` */
  #read(file: SourceFile, fn: FunctionNode, store: Store | undefined, handles: ReadonlyMap<Store, string>, caller: string): void {
    if (!store) return;
    const { eol, indent, semicolon } = this.#files.editor(file).style;
    const reading = `const ${store.local} = await ${store.variable}.read(${handles.get(store) ?? ''}, ${this.#owner(store, file, caller)})${semicolon || ';'}`;
    if (!fn.async) {
      this.#files.insert(file, asyncPlace(fn), 'async ');
      if (fn.returnType) {
        this.#files.insert(file, fn.returnType.typeAnnotation.range[0], 'Promise<');
        this.#files.insert(file, fn.returnType.typeAnnotation.range[1], '>');
      }
    }
    const outer = indentOfLine(file, fn.range[0]);
    if (fn.body.type === 'BlockStatement') {
      const [next] = fn.body.body;
      const oneLine = next !== undefined && !file.text.slice(fn.body.range[0], next.range[0]).includes('\n');
      this.#files.insert(file, fn.body.range[0] + 1, oneLine ? ` ${reading}` : `${eol}${indentOfLine(file, fn.body.range[0])}${indent}${reading.replace(/;$/, semicolon)}`);
      return;
    }
    if (fn.type !== 'ArrowFunctionExpression') return;
    this.#files.insert(file, bodyStart(file, fn), `{${eol}${outer}${indent}${reading.replace(/;$/, semicolon)}${eol}${outer}${indent}return `);
    this.#files.insert(file, fn.range[1], `${semicolon}${eol}${outer}}`);
  }

  /** No write, and nothing that is done with what was read could be one. */
  #onlyReads(work: Work): boolean {
    return work.stores.every(({ uses }) => uses.every(u => u.calls.length === 0 && u.mentions.every(m => !m.writes && isHarmless(m.file, m.node, 0))));
  }

  #schema(unit: RegisteredTool, added: readonly NewArgument[], has: boolean): void {
    const { quote } = this.#files.editor(unit.schemaFile).style;
    if (unit.schema && has) {
      this.#files.add(unit.schemaFile, ...withArguments(this.context.mcp, unit.schemaFile, unit.schema, added, quote));
      this.#needZod(unit.schemaFile);
      return;
    }
    const zod = added.map(a => `${a.name}: ${a.zod}`).join(', ');
    this.#needZod(unit.file);
    const shape = unit.modern ? `z.object({ ${zod} })` : `{ ${zod} }`;
    if (unit.member === 'tool') {
      const handler = unit.call.arguments.at(-1);
      const annotations = unit.call.arguments.slice(1, -1).find(a => a.type === 'ObjectExpression' && a.properties.length > 0);
      const at = annotations ?? handler;
      if (at) this.#files.insert(unit.file, at.range[0], `${shape}, `);
    } else if (!unit.config) throw new Obstacle('state-escapes', unit.file, unit.call, `How ${unit.name} is described is not written where it is registered.`);
    else if (unit.schema) this.#files.add(unit.file, { range: unit.schema.range, text: shape });
    else {
      const last = unit.config.properties.at(-1);
      if (last) this.#files.insert(unit.file, last.range[1], `, inputSchema: ${shape}`);
      else this.#files.add(unit.file, { range: unit.config.range, text: `{ inputSchema: ${shape} }` });
    }
  }

  #needZod(file: SourceFile): void {
    const variable = file.scopes.globalScope?.childScopes[0]?.set.get('z') ?? file.scopes.globalScope?.set.get('z');
    if (!variable) this.#files.need(file, 'zod', 'z');
    else if (!/^(?:import|const|var)\b/.test(file.text.slice(...(variable.defs[0]?.parent ?? file.program).range)) || !/['"]zod/.test(file.text.slice(...(variable.defs[0]?.parent ?? file.program).range))) throw new Obstacle('state-escapes', file, file.program, 'z is not zod in this file.');
  }

  /** The branch of a handler that serves several tools. */
  #dispatched({ unit, stores }: Work): void {
    if (unit.kind !== 'dispatched') return;
    const { fnFile: file, fn, statements } = unit;
    const head = statements[0];
    const last = statements.at(-1);
    const given = argumentsOf(fn);
    if (!head || !last || given === undefined) throw new Obstacle('state-escapes', file, fn, 'The arguments of tools are taken from the request in a way that cannot be followed.');
    if (last.type !== 'ReturnStatement' && last.type !== 'ThrowStatement') throw new Obstacle('state-escapes', file, last, `What is done for ${unit.name} does not end with its result.`);
    checkBranch(file, unit.name, statements, unit.branch);
    const caller = contextParameter(file, fn, fn.params[1], false, false);
    const single = stores.length === 1;
    const waits = isInsideTry(unit.branch, fn) && fn.async;
    const opening = stores.map(({ store, creates }) => `${store.variable}.${creates ? `start(${this.#owner(store, file, caller.expression)}` : `answer(${given}?.${store.argument}, ${this.#owner(store, file, caller.expression)}`}, async ({ value: ${store.local} }) => `).join('');
    const { eol, indent, semicolon } = this.#files.editor(file).style;
    const lead = indentOfLine(file, head.range[0]);
    const prefix = waits ? 'return await ' : 'return ';
    if (single && statements.length === 1 && head.type === 'ReturnStatement' && head.argument && isOneCall(head.argument)) {
      // `return think(args)` needs no block of its own.
      const isObject = head.argument.type === 'ObjectExpression';
      this.#files.insert(file, head.argument.range[0], `${waits ? 'await ' : ''}${opening}${isObject ? '(' : ''}`);
      this.#files.insert(file, head.argument.range[1], `${isObject ? ')' : ''})`);
    } else {
      this.#files.insert(file, head.range[0], `${prefix}${opening}{${eol}${lead}${indent}`);
      this.#files.insert(file, last.range[1], `${eol}${lead}}${')'.repeat(stores.length)}${semicolon}`);
      this.#indentLines(file, head.range[0], last.range[1], indent);
    }
    if (fn.params[1] === undefined && this.#contextOnce(fn)) {
      const [request] = fn.params;
      this.#files.add(file, parametersEdit(file, fn, [request ? file.text.slice(...request.range) : '_request', caller.text]));
    } else if (fn.params[1]?.type === 'ObjectPattern' && this.#contextOnce(fn)) this.#files.add(file, { range: fn.params[1].range, text: caller.text });
    for (const { store, creates } of stores) if (!creates) this.#files.add(unit.entryFile, ...this.#entrySchema(unit.entryFile, unit.entry, store));
  }

  readonly #contexts = new Set<FunctionNode>();

  #contextOnce(fn: FunctionNode): boolean {
    if (this.#contexts.has(fn)) return false;
    this.#contexts.add(fn);
    return true;
  }

  #entrySchema(file: SourceFile, entry: TSESTree.ObjectExpression, store: Store): ReturnType<typeof withArguments> {
    const schema = propertyValue(entry, 'inputSchema');
    if (!schema) throw new Obstacle('state-escapes', file, entry, 'The schema of a tool that uses this state is not written out.');
    if (/\bz\.|JsonSchema/.test(file.text.slice(...schema.range))) this.#needZod(file);
    return withArguments(this.context.mcp, file, schema, [argumentOf(store, this.#files.editor(file).style.quote)], this.#files.editor(file).style.quote);
  }

  #indentLines(file: SourceFile, from: number, to: number, indent: string): void {
    for (let at = file.text.indexOf('\n', from); at !== -1 && at < to; at = file.text.indexOf('\n', at + 1)) {
      const line = at + 1;
      const end = file.text.indexOf('\n', line);
      if (/^\s*$/.test(file.text.slice(line, end === -1 ? undefined : end)) || this.#isInTemplate(file, line)) continue;
      this.#files.insert(file, line, indent);
    }
  }

  #isInTemplate(file: SourceFile, at: number): boolean {
    return templatesOf(file).some(([start, end]) => start < at && at <= end);
  }

  /** The store in place of what kept the state. */
  #declare(store: Store): void {
    const { file } = store;
    const typed = isTypeScript(file);
    const { quote, semicolon, indent } = this.#files.editor(file).style;
    const [firstNode] = store.containers.flatMap(c => (c.file === file ? (c.declarations.length > 0 ? c.declarations : [c.cell.at]) : [])).sort((a, b) => a.range[0] - b.range[0]);
    if (!firstNode) throw new Error('A container is declared somewhere.');
    const keptIn = store.live ? this.emitted.live : this.emitted.store;
    this.#files.need(file, this.#files.specifier(file, keptIn ?? this.emitted.store), store.live ? 'LiveStore' : 'HandleStore');
    const elsewhere = this.#isUsedElsewhere(store);
    const exported = elsewhere ? 'export ' : '';
    const text = describeStore(store, { typed, quote, semicolon, indent, exported, backend: this.emitted.backend !== undefined });
    if (this.emitted.backend !== undefined && !store.live) this.#files.need(file, this.#files.specifier(file, this.emitted.backend), 'handleBackend');
    const top = topLevel(firstNode);
    const before = this.#staysBefore(file, top);
    this.#checkTypes(store);
    if (before) {
      const end = file.text.indexOf('\n', before.range[1]);
      const at = end === -1 ? before.range[1] : end > 0 && file.text[end - 1] === '\r' ? end - 1 : end;
      const goes = store.containers.some(c => c.declarations.some(d => d.type === 'VariableDeclarator' && (d.parent === top || d.parent.parent === top)));
      this.#files.insert(file, at, `\n\n${text}${goes || /^\r?\n[ \t]*\r?\n/.test(file.text.slice(at)) ? '' : '\n'}`);
    } else this.#files.insert(file, lineStart(file, top.range[0]), `${text}\n\n`);
    for (const container of store.containers) for (const declaration of container.declarations) this.#removeDeclaration(container.file, declaration);
    addCreator({ context: this.context, files: this.#files, store, works: [...this.#works.values()].filter(w => w.stores.some(s => s.store === store)).map(w => w.unit), needZod: f => { this.#needZod(f); }, emitted: this.emitted, contextOnce: fn => this.#contextOnce(fn) });
  }

  /** The last statement above that is there afterwards: with what goes, nothing can be added. */
  #staysBefore(file: SourceFile, top: TSESTree.Node): TSESTree.Node | undefined {
    const goes = (statement: TSESTree.Node): boolean =>
      this.component.stores.some(({ store }) => store.containers.some(c => c.file === file && c.declarations.some(d => d.type === 'VariableDeclarator' && (d.parent === statement || d.parent.parent === statement))));
    const index = file.program.body.findIndex(s => s === top);
    return file.program.body.slice(0, index).findLast(s => !goes(s));
  }

  #isUsedElsewhere(store: Store): boolean {
    return [...this.#works.values()].some(w => w.unit.fnFile !== store.file && w.stores.some(s => s.store === store)) || [...this.#helpers.values()].some(h => h.helper.file !== store.file && h.stores.includes(store)) || (store.live && this.#traces.some(t => t.store === store && t.trace.endings.some(e => e.whole && e.file !== store.file))) || (store.existing === undefined && [...this.#works.values()].some(w => w.unit.file !== store.file && w.stores.some(s => s.store === store)));
  }

  /** Types and names that the state is written with must be there where the store is. */
  #checkTypes(store: Store): void {
    for (const container of store.containers) {
      const names = new Set((container.type ?? '').replace(/'[^']*'|"[^"]*"/g, '').match(/[A-Za-z_$][\w$]*(?!\w*\??:)/g) ?? []);
      for (const scope of container.file.scopes.scopes) {
        if (scope.type === 'module' || scope.type === 'global') continue;
        for (const [name, variable] of scope.set) {
          const definition = variable.defs[0];
          if (names.has(name) && definition && scope.block !== container.file.program && contains(scope.block, container.cell.at) && !contains(container.cell.at, scope.block)) throw new Obstacle('state-initial', container.file, container.cell.at, `${name}, which ${container.cell.name} is declared with, is only known inside the function around it.`);
        }
      }
      if (container.file !== store.file) throw new Obstacle('state-escapes', container.file, container.cell.at, `The tools keep parts of one state in ${store.file.path} and ${container.file.path}. Bring them together first.`);
    }
  }

  #removeDeclaration(file: SourceFile, node: TSESTree.Node): void {
    if (node.type !== 'VariableDeclarator') {
      this.#files.remove(file, node.type === 'ExpressionStatement' ? node : node);
      return;
    }
    const statement = node.parent;
    if (statement.declarations.length > 1) throw new Obstacle('state-escapes', file, node, 'Several variables are declared in one statement. Declare them one by one.');
    this.#files.remove(file, statement.parent.type === 'ExportNamedDeclaration' ? statement.parent : statement);
  }

  /** Names of containers that other files imported. */
  #releaseImports(): void {
    for (const { trace } of this.#traces) {
      const { variable } = trace.container;
      if (!variable) continue;
      const files = new Map<string, SourceFile>();
      for (const m of trace.mentions) if (m.file !== trace.container.file) files.set(m.file.path, m.file);
      for (const file of files.values()) this.#files.release(file, [variable.name], trace.mentions.filter(m => m.file === file).map(m => m.node));
    }
  }

  #markers(stores: readonly Store[]): readonly Marker[] {
    const live = stores.flatMap(s => (s.live ? this.#markerAt(s, 'live-resource') : []));
    const authenticated = this.context.project.codeFiles().some(f => /requireBearerAuth|mcpAuthRouter|verifyAccessToken|withMcpAuth/.test(this.context.project.text(f) ?? ''));
    if (!authenticated) return live;
    return [...live, ...stores.flatMap(s => (s.owner === 'user' ? this.#markerAt(s, 'owner-claim') : []))];
  }

  #markerAt(store: Store, id: string): readonly Marker[] {
    const unit = store.existing ?? [...this.#works.values()].find(w => w.stores.some(x => x.store === store))?.unit;
    return unit ? [{ id, file: unit.file.path, offset: unit.kind === 'registered' ? unit.call.range[0] : unit.branch.range[0] }] : [];
  }

  #usersOf(store: Store): readonly string[] {
    return [...this.#works.values()].flatMap(w => (w.stores.some(s => s.store === store && !s.creates) ? [w.unit.name] : []));
  }

  #note(store: Store): string {
    const users = this.#usersOf(store);
    return `${store.containers.map(c => c.cell.name).join(', ')}: ${store.creator} gives a ${store.argument}, ${users.join(', ')} take${users.length === 1 ? 's' : ''} it. Tests, prompts and documents that call these tools need the new argument.${store.live ? ` What is open stays in the process that opened it: route calls with one ${store.argument} to that replica, or run one. It is closed after ${String((store.ttlMs ?? 1_800_000) / 60_000)} idle minutes (ttlMs).` : ''}${store.containers.some(c => c.form === 'key') ? ' What the store has under ids of sessions is found no more: let it expire, or delete it.' : ''}`;
  }
}

export function argumentOf(store: Store, quote: string): NewArgument {
  const description = `${quote}The ${store.kind.replaceAll('_', ' ')} to use, from ${store.creator}${quote}`;
  return { name: store.argument, zod: `z.string().describe(${description})`, json: `{ type: ${quote}string${quote}, description: ${description} }` };
}

function isStatement({ type }: TSESTree.Node): boolean {
  return /Statement$|Declaration$/.test(type);
}

function isNothing(node: TSESTree.Node): boolean {
  return node.type === 'Identifier' && node.name === 'undefined';
}

/** `return this.think(args)`: an expression whose value is the result. */
function isOneCall(node: TSESTree.Node): boolean {
  return innermost(node).type === 'CallExpression' || node.type === 'ObjectExpression';
}

/** Behind the arrow, before the brackets of an object. */
function bodyStart(file: SourceFile, fn: TSESTree.ArrowFunctionExpression): number {
  const from = fn.returnType?.range[1] ?? fn.params.at(-1)?.range[1] ?? fn.range[0];
  const arrow = file.text.indexOf('=>', from);
  return arrow + 2 + (/^\s*/.exec(file.text.slice(arrow + 2))?.[0].length ?? 0);
}

function asyncPlace(fn: FunctionNode): number {
  const { parent } = fn;
  if (fn.type === 'FunctionExpression' && (parent.type === 'MethodDefinition' || (parent.type === 'Property' && parent.method))) return parent.key.range[0];
  return fn.range[0];
}

function indentOfLine(file: SourceFile, at: number): string {
  return /^[ \t]*/.exec(file.text.slice(lineStart(file, at)))?.[0] ?? '';
}

function lineStart(file: SourceFile, at: number): number {
  return file.text.lastIndexOf('\n', at - 1) + 1;
}

function topLevel(node: TSESTree.Node): TSESTree.Node {
  let top = node;
  while (top.parent && top.parent.type !== 'Program') top = top.parent;
  return top;
}

const templates = new WeakMap<SourceFile, (readonly [number, number])[]>();

function templatesOf(file: SourceFile): readonly (readonly [number, number])[] {
  const known = templates.get(file);
  if (known) return known;
  const found: (readonly [number, number])[] = [];
  walkTree(file.program, n => {
    if (n.type === 'TemplateElement') found.push(n.range);
  });
  templates.set(file, found);
  return found;
}

function isInsideTry(node: TSESTree.Node, fn: FunctionNode): boolean {
  for (let n: TSESTree.Node | undefined = node; n && n !== fn; n = n.parent) if (n.parent?.type === 'TryStatement' && n.parent.block === n) return true;
  return false;
}

/** Statements that become a function: nothing may jump out of them, and nothing outside may use what they declare. */
function checkBranch(file: SourceFile, name: string, statements: readonly TSESTree.Statement[], branch: TSESTree.Node): void {
  const declared = new Set<string>();
  for (const statement of statements) {
    if (statement.type === 'VariableDeclaration' && branch.type === 'SwitchCase' && statement.parent === branch) for (const d of statement.declarations) if (d.id.type === 'Identifier') declared.add(d.id.name);
    walkTree(statement, node => {
      if (isFunctionNode(node) || /^(?:For|While|DoWhile)/.test(node.type)) return false;
      if (node.type === 'SwitchStatement') return false;
      if (node.type === 'BreakStatement' || node.type === 'ContinueStatement') throw new Obstacle('state-escapes', file, node, `What is done for ${name} jumps out of its branch.`);
      return undefined;
    });
  }
  if (declared.size === 0) return;
  const others = branch.parent;
  if (others)
    walkTree(others, node => {
      if (node === branch) return false;
      if (node.type === 'Identifier' && declared.has(node.name)) throw new Obstacle('state-escapes', file, node, `${node.name}, declared for ${name}, is used by another branch.`);
      return undefined;
    });
}

const PURE = /^(?:map|filter|find|findIndex|some|every|reduce|join|slice|includes|indexOf|at|flatMap|flat|keys|values|entries|toFixed|toString|concat|forEach|length|stringify|toUpperCase|toLowerCase|trim|split|startsWith|endsWith|padStart|padEnd|toSorted|toReversed|get|has)$/;

/** Whether a value that was read can only be looked at where it is mentioned. */
function isHarmless(file: SourceFile, node: TSESTree.Node, depth: number): boolean {
  if (depth > 8) return false;
  const { parent } = node as { readonly parent?: TSESTree.Node };
  switch (parent?.type) {
    case 'TemplateLiteral':
    case 'BinaryExpression':
    case 'UnaryExpression':
    case 'IfStatement':
      return true;
    case 'ReturnStatement':
      return false;
    case 'LogicalExpression':
    case 'ConditionalExpression':
    case 'ChainExpression':
    case 'TSNonNullExpression':
    case 'TSAsExpression':
    case 'SpreadElement':
    case 'ArrayExpression':
      return (parent.type === 'ConditionalExpression' && parent.test === node) || isHarmless(file, parent, depth + 1);
    case 'Property':
      return parent.value === node && isHarmless(file, parent.parent, depth + 1);
    case 'ObjectExpression':
      return isHarmless(file, parent, depth + 1);
    case 'MemberExpression': {
      if (parent.object !== node) return true;
      const call = parent.parent;
      const name = keyName(parent.property);
      if (call.type === 'CallExpression' && call.callee === parent) return name !== undefined && PURE.test(name) && call.arguments.every(a => !isFunctionNode(a) || isPureCallback(a)) && (isHarmless(file, call, depth + 1) || /^(?:join|toFixed|toString|some|every|includes|indexOf|findIndex|trim|startsWith|endsWith)$/.test(name));
      return isHarmless(file, parent, depth + 1);
    }
    case 'CallExpression': {
      const callee = innermost(parent.callee);
      if (callee.type === 'Identifier') return /^(?:String|Number|Boolean)$/.test(callee.name);
      return callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && ((callee.object.name === 'JSON' && keyName(callee.property) === 'stringify') || callee.object.name === 'Object' || callee.object.name === 'Math');
    }
    case 'ArrowFunctionExpression':
      return false;
    case 'VariableDeclarator': {
      if (parent.init !== node || parent.id.type !== 'Identifier') return false;
      const references = file.variableOf(parent.id)?.references.filter(r => r.init !== true) ?? [];
      return parent.parent.kind === 'const' && references.every(r => isHarmless(file, r.identifier, depth + 1));
    }
    default:
      return false;
  }
}

function isPureCallback(fn: FunctionNode): boolean {
  let pure = true;
  walkTree(fn.body, node => {
    if (/^(?:AssignmentExpression|UpdateExpression|AwaitExpression)$/.test(node.type)) pure = false;
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && !PURE.test(keyName(node.callee.property) ?? '')) pure = false;
    if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && !/^(?:String|Number|Boolean)$/.test(node.callee.name)) pure = false;
  });
  return pure;
}
