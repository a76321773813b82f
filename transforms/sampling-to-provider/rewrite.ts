import { innermost, keyName, type Finding, type TSESTree } from '../../src/define-transform.js';
import { nodeAt } from '../../src/edits/locate.js';
import { ContextWriter } from '../../src/emit/context-writer.js';
import { Editors } from '../../src/emit/editors.js';
import { asking, guardsFor } from '../../src/emit/guards.js';
import { addImports, freeName, specifierFor } from '../../src/emit/imports.js';
import { Leftovers } from '../../src/emit/leftovers.js';
import { textAt } from '../../src/emit/reindent.js';
import { isLibrary } from '../../src/emit/package.js';
import { zoneOf } from '../../src/files/kinds.js';
import type { Manifest } from '../../src/graph/workspace.js';
import type { Range, SourceFile } from '../../src/parse/source.js';
import { walkTree } from '../../src/parse/walk.js';
import type { Decline, Marker, ProjectRewrite, ProjectRewriteContext } from '../../src/transform.js';
import { samplingCall, type SamplingCall } from './calls.js';
import { providerFor, type ProviderTarget } from './providers.js';
import { indentAt } from '../../src/edits/indent.js';
import { propertyValue } from '../../src/mcp/exports.js';

/** All that one package asks clients' models for. */
export class SamplingRewrite {
  readonly #editors = new Editors();
  readonly #leftovers: Leftovers;
  readonly #declines: Decline[] = [];
  readonly #answers = new Set<string>();
  readonly #markers: Marker[] = [];
  readonly #callers = new Map<SourceFile, string>();
  readonly #guarded = new Map<SourceFile, string>();
  readonly #writers = new Map<SourceFile, ContextWriter>();
  readonly #lost = new Map<SourceFile, { readonly range: Range }[]>();

  constructor(
    private readonly context: ProjectRewriteContext,
    private readonly manifest: Manifest | undefined,
    private readonly asks: readonly Finding[],
    private readonly contexts: readonly Finding[],
  ) {
    this.#leftovers = new Leftovers(context.project, context.mcp, this.#editors);
  }

  result(): { readonly rewrite?: ProjectRewrite; readonly declines: readonly Decline[] } {
    const calls = this.asks.flatMap(f => this.#call(f));
    if (calls.length === 0) return { declines: this.#declines };
    const target = providerFor(this.context, this.manifest, [...new Set(calls.map(c => c.file))]);
    for (const call of calls) this.#rewriteCall(call, target);
    for (const finding of this.contexts) this.#dropContext(finding);
    this.#replaceGuards();
    this.#leftovers.clear();
    this.#import(target);
    const removedComments = new Map<string, readonly { readonly range: Range }[]>(this.#editors.removedComments());
    for (const [file, list] of [...this.#leftovers.comments, ...this.#lost]) removedComments.set(file.path, [...(removedComments.get(file.path) ?? []), ...list]);
    const folder = this.manifest?.folder ?? '';
    const rewrite: ProjectRewrite = {
      unit: `sampling:${folder}`,
      title: 'Models are called by the server',
      answers: [...this.#answers],
      edits: this.#editors.edits(),
      created: target.created,
      dependencies: target.dependencies.map(d => ({ ...d, package: folder })),
      variables: target.variables,
      markers: this.#markers,
      notes: target.notes,
      removedComments,
      // What was registered where the client can do it is registered after the handshake still: that is for the transform of the handshake.
      keeps: ['hazard:late-registration'],
    };
    return { rewrite, declines: this.#declines };
  }

  #call(finding: Finding): SamplingCall | readonly [] {
    const file = this.context.project.source(finding.file);
    if (!file || file.problems.length > 0) return [];
    const found = finding.zone === 'test' ? 'This is a test. Let it put a model of its own in place of the client.' : samplingCall(this.context.mcp, file, finding, isLibrary(this.manifest));
    if (typeof found !== 'string') return found;
    this.#declines.push({ for: finding.fingerprint, reason: found });
    return [];
  }

  #rewriteCall({ finding, file, call, params, member, options, literal }: SamplingCall, { provider }: ProviderTarget): void {
    const editor = this.#editors.of(file);
    const name = this.#nameIn(this.#callers, file, 'createMessage', 'callModel', 'askModel');
    const indent = indentAt(file, call.range[0]);
    const given = this.#options(file, call, options);
    const end = `${member ? '.params' : ''}${given.text === '' ? '' : `, ${given.text}`})`;
    const text = `${name}(${textAt(file, params, indent)}${end}`;
    if (this.contexts.some(f => f.file === file.path && params.range[0] <= f.range[0] && f.range[1] <= params.range[1])) {
      // Something inside the parameters goes: they are left where they stand.
      editor.replace({ range: [call.range[0], params.range[0]] }, `${name}(`);
      editor.replace({ range: [params.range[1], call.range[1]] }, end);
    } else editor.replace(call, text);
    const lost = editor.commentsIn(call.range).filter(c => !text.includes(file.text.slice(...c.range)));
    this.#lost.set(file, [...(this.#lost.get(file) ?? []), ...lost]);
    this.#leftovers.gone(file, call.range, [params.range, ...given.kept]);
    this.#answers.add(finding.fingerprint);
    this.#mark(file, call, literal, provider);
  }

  /** What a call of a model can be told: when to end. */
  #options(file: SourceFile, call: TSESTree.CallExpression, options: TSESTree.Node | undefined): { readonly text: string; readonly kept: readonly Range[] } {
    const editor = this.#editors.of(file);
    if (options && innermost(options).type !== 'ObjectExpression') return { text: editor.text(options), kept: [options.range] };
    const literal = options ? innermost(options) : undefined;
    const properties = literal?.type === 'ObjectExpression' ? literal.properties.filter(p => p.type === 'SpreadElement' || /^(?:signal|timeout)$/.test(keyName(p.key) ?? '')) : [];
    const hasSignal = properties.some(p => p.type === 'SpreadElement' || keyName(p.key) === 'signal');
    let writer = this.#writers.get(file);
    if (!writer) this.#writers.set(file, (writer = new ContextWriter(this.context.mcp, this.#editors, file)));
    const signal = hasSignal ? undefined : writer.part(call, 'signal', true);
    const texts = [...(signal === undefined ? [] : [signal === 'signal' ? 'signal' : `signal: ${signal}`]), ...properties.map(p => editor.text(p))];
    return { text: texts.length === 0 ? '' : `{ ${texts.join(', ')} }`, kept: properties.map(p => p.range) };
  }

  #mark(file: SourceFile, call: TSESTree.CallExpression, literal: TSESTree.ObjectExpression | undefined, provider: ProviderTarget['provider']): void {
    const mark = (id: string): unknown => this.#markers.push({ id, file: file.path, offset: call.range[0] });
    if (provider === 'anthropic' && literal && propertyValue(literal, 'temperature')) mark('sampling-temperature');
    if (provider === 'anthropic' && literal && sendsAudio(literal)) mark('sampling-audio');
    if (comparesRefusal(file, call)) mark('sampling-error');
  }

  /** The client added the context of other servers. Nobody can now. */
  #dropContext(finding: Finding): void {
    const file = this.context.project.source(finding.file);
    const node = file ? nodeAt(file, finding.range) : undefined;
    if (!file || node?.type !== 'Property' || !this.#callers.has(file)) return;
    this.#editors.of(file).removeProperty(node);
    this.#markers.push({ id: 'sampling-context', file: file.path, offset: node.parent.range[0] });
    this.#answers.add(finding.fingerprint);
  }

  #replaceGuards(): void {
    const { project, mcp } = this.context;
    const folder = this.manifest?.folder ?? '';
    const asks = asking(project, this.#callers.keys());
    for (const path of project.codeFiles()) {
      if ((folder !== '' && !path.startsWith(`${folder}/`)) || zoneOf(path) === 'test' || !project.hasWord(path, 'sampling') || !project.mentionsMcp(path)) continue;
      const file = project.source(path);
      if (this.asks.some(f => f.file === path && !this.#answers.has(f.fingerprint))) continue;
      for (const { node, negated } of file ? guardsFor(mcp, file, 'sampling', asks.has(path)) : []) {
        if (!file) continue;
        const name = this.#nameIn(this.#guarded, file, 'canCreateMessage', 'canCallModel');
        this.#editors.of(file).replace(node, `${negated ? '!' : ''}${name}()`);
        this.#leftovers.gone(file, node.range);
      }
    }
  }

  #nameIn(names: Map<SourceFile, string>, file: SourceFile, ...wanted: readonly string[]): string {
    const known = names.get(file);
    if (known !== undefined) return known;
    const name = freeName(file, ...wanted);
    names.set(file, name);
    return name;
  }

  #import({ caller, shared }: ProviderTarget): void {
    const { project } = this.context;
    for (const file of new Set([...this.#callers.keys(), ...this.#guarded.keys()])) {
      const evidence = [file, ...project.importersOf(file.path).slice(0, 3).flatMap(p => project.source(p) ?? [])];
      const wanted = [
        { name: 'createMessage', as: this.#callers.get(file), path: caller },
        { name: 'canCreateMessage', as: this.#guarded.get(file), path: shared },
      ];
      const used = wanted.flatMap(({ name, as, path }) => (as === undefined ? [] : [{ name, as, path }]));
      addImports(this.#editors.of(file), [...new Set(used.map(u => u.path))].map(path => ({ specifier: specifierFor(file.path, path, evidence), names: used.filter(u => u.path === path) })));
    }
  }
}

/** Others import it. */
function sendsAudio(literal: TSESTree.ObjectExpression): boolean {
  const found: TSESTree.Node[] = [];
  walkTree(literal, node => {
    if (node.type === 'Property' && keyName(node.key) === 'type' && node.value.type === 'Literal' && node.value.value === 'audio') found.push(node);
  });
  return found.length > 0;
}

/** Code around the call that knows the error of a user who said no. */
function comparesRefusal(file: SourceFile, call: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = call; n; n = n.parent) {
    if (n.type === 'TryStatement' && n.handler && /\.code\s*[!=]==?\s*-1\b/.test(file.text.slice(...n.handler.range))) return true;
  }
  return false;
}
