import { posix } from 'node:path';
import { enclosingFunction, keyName, type Finding, type TSESTree } from '../../src/define-transform.js';
import { nodeAt } from '../../src/edits/locate.js';
import { Editors } from '../../src/emit/editors.js';
import { fromTemplate, languageOf } from '../../src/emit/emit.js';
import { asking, guardsFor } from '../../src/emit/guards.js';
import { addImports, freeName, specifierFor } from '../../src/emit/imports.js';
import { Leftovers } from '../../src/emit/leftovers.js';
import { isLibrary, missing, packageOf } from '../../src/emit/package.js';
import { homeOf, unusedPath } from '../../src/emit/place.js';
import { manifestOf } from '../../src/graph/workspace.js';
import { zoneOf } from '../../src/files/kinds.js';
import { contains } from '../../src/mcp/nodes.js';
import { roleOf } from '../../src/mcp/roles.js';
import type { Range, SourceFile } from '../../src/parse/source.js';
import type { Decline, Marker, ProjectRewrite, ProjectRewriteContext } from '../../src/transform.js';
import { textChecks } from './checks.js';
import { DirectoryParameters } from './parameter.js';
import { startUpOf } from '../../src/emit/start-up.js';
import { indentAt } from '../../src/edits/indent.js';

interface Call {
  readonly finding: Finding;
  readonly file: SourceFile;
  readonly call: TSESTree.CallExpression;
}

const ARGUMENTS = `  const args = process.argv.slice(2).filter(arg => !arg.startsWith('-'));
  const given = args.length > 0 ? args : (process.env['MCP_ROOTS'] ?? '').split(delimiter).filter(Boolean);`;
const VARIABLE_ONLY = `  const given = (process.env['MCP_ROOTS'] ?? '').split(delimiter).filter(Boolean);`;
const WHO = `chosen by whoever starts it: arguments, else MCP_ROOTS
 * (separated like PATH).`;
const WHO_BY_VARIABLE = `chosen by whoever starts it in MCP_ROOTS
 * (separated like PATH).`;
const QUESTION = `/** Replaces the question whether the client has roots. */
export function hasRoots(): boolean {
  return directories().length > 0;
}

`;

const ONCE = 'Directories that are named at the start do not change. Do there, once, what this does when they do, or remove it.';

/** All that one package asks for roots. */
export class RootsRewrite {
  readonly #editors = new Editors();
  readonly #leftovers: Leftovers;
  readonly #declines: Decline[] = [];
  readonly #answers = new Set<string>();
  readonly #markers: Marker[] = [];
  readonly #lists = new Map<SourceFile, string>();
  readonly #questions = new Map<SourceFile, string>();
  readonly #checks = new Map<SourceFile, string>();
  readonly #parameters: DirectoryParameters;

  constructor(
    private readonly context: ProjectRewriteContext,
    private readonly folder: string,
    private readonly findings: readonly Finding[],
  ) {
    this.#leftovers = new Leftovers(context.project, context.mcp, this.#editors);
    this.#parameters = new DirectoryParameters(context.mcp, this.#editors);
  }

  result(): { readonly rewrite?: ProjectRewrite; readonly declines: readonly Decline[] } {
    const calls = this.findings.flatMap(f => (f.subject === 'roots:changed-handler' ? [] : this.#call(f)));
    if (calls.length > 0) this.#removeHandlers(calls);
    this.#replaceChecks(calls);
    for (const call of calls) this.#rewriteCall(call);
    if (calls.length > 0) this.#replaceGuards();
    for (const call of calls) this.#moveHook(call);
    this.#leftovers.clear();
    if (calls.length === 0) return { declines: [...this.#declines, ...this.#lonelyHandlers()] };
    const users = [...new Set([...this.#lists.keys(), ...this.#checks.keys(), ...this.#questions.keys()])];
    const created = users.length > 0 ? this.#create(users) : undefined;
    if (created) this.#import(created.path);
    const removedComments = new Map<string, readonly { readonly range: Range }[]>(this.#editors.removedComments());
    for (const [file, list] of this.#leftovers.comments) removedComments.set(file.path, [...(removedComments.get(file.path) ?? []), ...list]);
    const tools = this.#parameters.count;
    const how = this.#readsArguments() ? 'in MCP_ROOTS' : 'as arguments, or in MCP_ROOTS';
    const rewrite: ProjectRewrite = {
      unit: `roots:${this.folder}`,
      title: 'Directories are named at the start',
      answers: [...this.#answers],
      edits: this.#editors.edits(),
      ...(created && { created: [created] }),
      ...(this.#parameters.importing.size > 0 && { dependencies: missing(manifestOf(this.context.project.manifests, `${this.folder}/package.json`), [{ name: 'zod', range: '^4.2.0', package: this.folder }]) }),
      variables: [{ name: 'MCP_ROOTS', purpose: 'The directories that this server may work in, separated like PATH.', example: '/home/me/project', required: false }],
      markers: this.#markers,
      notes: [
        `Clients no longer say in which directories to work. Start the server with them ${how}; nothing named means nothing allowed. Say so where the start of the server is described.`,
        ...(tools > 0 ? [`${tools === 1 ? 'A tool takes' : `${tools.toString()} tools take`} a directory now. It is refused unless it is one of those named at the start, or inside of one, wherever symbolic links lead.`] : []),
        ...(this.#checks.size > 0 ? [`Paths are compared by where they really are, in ${[...this.#checks.keys()].map(f => f.path).join(', ')}: symbolic links that lead out, and neighbours that begin alike, are refused now.`] : []),
      ],
      removedComments,
      // What was registered where the client can do it is registered after the handshake still: that is for the transform of the handshake.
      keeps: ['hazard:late-registration'],
    };
    return { rewrite, declines: this.#declines };
  }

  #call(finding: Finding): Call | readonly [] {
    const file = this.context.project.source(finding.file);
    const callee = file && file.problems.length === 0 ? nodeAt(file, finding.range) : undefined;
    const call = callee?.parent?.type === 'ChainExpression' ? callee.parent.parent : callee?.parent;
    if (!file || call?.type !== 'CallExpression') return [];
    const reason = this.#reasonAgainst(finding, file, call);
    if (reason === undefined) return { finding, file, call };
    this.#declines.push({ for: finding.fingerprint, reason });
    return [];
  }

  #reasonAgainst(finding: Finding, file: SourceFile, call: TSESTree.CallExpression): string | undefined {
    if (finding.zone === 'test') return 'This is a test. Let it name directories at the start of the server.';
    if (isLibrary(packageOf(this.context.project, file.path)) && isOfferedMethod(call)) return 'This library hands on what its users ask for. They decide where directories come from.';
    const use = this.context.mcp.call(file, call);
    if (!use) return 'It is not clear whose method this is. Take directories from configuration by hand.';
    return roleOf(use.owner) === 'other' ? 'The framework asks for this. Take directories from configuration by hand.' : undefined;
  }

  #lonelyHandlers(): readonly Decline[] {
    return this.findings.flatMap(f => (f.subject === 'roots:changed-handler' ? [{ for: f.fingerprint, reason: ONCE }] : []));
  }

  /** Directories that are named at the start do not change. */
  #removeHandlers(calls: readonly Call[]): void {
    for (const finding of this.findings) {
      if (finding.subject !== 'roots:changed-handler') continue;
      const file = this.context.project.source(finding.file);
      const call = file ? nodeAt(file, finding.range)?.parent : undefined;
      const statement = call?.type === 'CallExpression' ? call.parent : undefined;
      if (!file || finding.zone === 'test' || statement?.type !== 'ExpressionStatement') {
        this.#declines.push({ for: finding.fingerprint, reason: 'The registration is part of a larger expression. Take it out by hand.' });
        continue;
      }
      const removed = onlyGuarded(statement);
      if (this.#isOnlyOccasion(file, removed, calls)) {
        this.#declines.push({ for: finding.fingerprint, reason: ONCE });
        continue;
      }
      this.#editors.of(file).removeStatement(removed);
      this.#leftovers.gone(file, removed.range);
      this.#answers.add(finding.fingerprint);
      for (const inner of this.findings) if (inner.file === file.path && removed.range[0] <= inner.range[0] && inner.range[1] <= removed.range[1]) this.#answers.add(inner.fingerprint);
    }
  }

  /** Without the handler, code elsewhere that asks would go as well. */
  #isOnlyOccasion(file: SourceFile, handler: TSESTree.Node, calls: readonly Call[]): boolean {
    const trial = new Leftovers(this.context.project, this.context.mcp, new Editors());
    trial.gone(file, handler.range);
    trial.clear();
    return calls.some(c => trial.isGone(c.file, c.call) && !(c.file === file && contains(handler, c.call)));
  }

  #rewriteCall({ finding, file, call }: Call): void {
    this.#answers.add(finding.fingerprint);
    if (this.#leftovers.isGone(file, call)) return;
    const within = this.#within(file, call);
    if (within === undefined && this.#isForgotten(file, call)) return;
    const name = this.#nameIn(this.#lists, file, 'listRoots', 'configuredRoots');
    this.#editors.of(file).replace(call, `${name}(${within ?? ''})`);
    this.#leftovers.gone(file, call.range);
  }

  /** What was compared as text follows symbolic links. */
  #replaceChecks(calls: readonly Call[]): void {
    for (const file of new Set(calls.map(c => c.file))) {
      const own = calls.flatMap(c => (c.file === file && !this.#leftovers.isGone(file, c.call) ? [c.call] : []));
      for (const { call, path } of textChecks(file, own)) {
        // The directory that the tool was given is the limit, where this tool asks for roots.
        const asks = own.some(c => enclosingFunction(c) === enclosingFunction(call));
        const within = asks ? this.#within(file, call) : undefined;
        const name = this.#nameIn(this.#checks, file, 'isInRoots', 'isInConfiguredRoots');
        this.#editors.of(file).replace(call, `${isTight(call) ? '(' : ''}await ${name}(${file.text.slice(...path.range)}${within === undefined ? '' : `, ${within}`})${isTight(call) ? ')' : ''}`);
        this.#leftovers.gone(file, call.range, [path.range]);
      }
    }
  }

  /** What it gave was only compared with paths: nobody needs it any more. */
  #isForgotten(file: SourceFile, call: TSESTree.CallExpression): boolean {
    const outer = call.parent.type === 'AwaitExpression' ? call.parent : call;
    const declarator = outer.parent;
    if (!this.#checks.has(file) || declarator.type !== 'VariableDeclarator' || declarator.init !== outer || declarator.parent.declarations.length > 1 || !this.#leftovers.isUnused(file, declarator)) return false;
    this.#editors.of(file).removeStatement(declarator.parent);
    this.#leftovers.gone(file, declarator.parent.range);
    return true;
  }

  #within(file: SourceFile, call: TSESTree.CallExpression): string | undefined {
    return this.context.choices.roots === 'parameter' ? this.#parameters.at(file, call) : undefined;
  }

  #replaceGuards(): void {
    const { project, mcp } = this.context;
    const asks = asking(project, this.#lists.keys());
    for (const path of project.codeFiles()) {
      if (!this.#isInside(path) || zoneOf(path) === 'test' || !project.hasWord(path, 'roots') || !project.mentionsMcp(path)) continue;
      const file = project.source(path);
      for (const { node, negated } of file ? guardsFor(mcp, file, 'roots', asks.has(path)) : []) {
        if (!file || this.#leftovers.isGone(file, node)) continue;
        this.#editors.of(file).replace(node, `${negated ? '!' : ''}${this.#nameIn(this.#questions, file, 'hasRoots', 'hasConfiguredRoots')}()`);
        this.#leftovers.gone(file, node.range);
      }
    }
  }

  /** What waited for the handshake runs before serving. */
  #moveHook({ file, call }: Call): void {
    const plan = startUpOf(file, call, node => this.#leftovers.isGone(file, node));
    if (plan === undefined) return;
    if ('stays' in plan) {
      // Above the hook, where the finding is that keeps it.
      this.#markers.push({ id: 'oninitialized', file: file.path, offset: plan.stays.range[0] });
      return;
    }
    const editor = this.#editors.of(file);
    const { style } = editor;
    const name = freeName(file, 'readRoots', 'readConfiguredRoots');
    editor.replace({ range: [plan.hook.range[0], plan.body.range[0]] }, `async function ${name}()${/\.[cm]?tsx?$/.test(file.path) ? ': Promise<void>' : ''} `);
    if (plan.body.range[1] < plan.hook.range[1]) editor.replace({ range: [plan.body.range[1], plan.hook.range[1]] }, '');
    this.#leftovers.gone(file, [plan.hook.range[0], plan.body.range[0]]);
    editor.insert(plan.serving.range[0], `await ${name}()${style.semicolon}${style.eol}${indentAt(file, plan.serving.range[0])}`);
  }

  #create(users: readonly SourceFile[]): { readonly path: string; readonly text: string } {
    const { project } = this.context;
    const typed = users.find(f => /\.[cm]?ts$/.test(f.path)) ?? users[0];
    if (!typed) throw new Error('A list of roots is for files that ask for it.');
    const language = languageOf(typed);
    const replaced = new Map<string, string>();
    if (this.#readsArguments()) replaced.set(ARGUMENTS, VARIABLE_ONLY).set(WHO, WHO_BY_VARIABLE);
    if (this.#questions.size === 0) replaced.set(QUESTION, '');
    const text = fromTemplate(this.#checks.size > 0 || this.#parameters.count > 0 ? 'roots-checked' : 'roots', language, replaced);
    return { path: unusedPath(project, homeOf(project, users.map(f => f.path)), 'roots', language.extension, text), text };
  }

  /** The program has a meaning for its arguments already. */
  #readsArguments(): boolean {
    const { project } = this.context;
    return project.codeFiles().some(path => this.#isInside(path) && zoneOf(path) === 'source' && !/(?:^|\/)scripts\//.test(path) && /process\.argv(?!\s*\[\s*[01]\s*\])|\bhideBin\b|\bparseArgs\s*\(|from ['"](?:commander|yargs|minimist|cac)['"]/.test(project.text(path) ?? ''));
  }

  #isInside(path: string): boolean {
    return this.folder === '' || path.startsWith(`${this.folder}/`);
  }

  #nameIn(names: Map<SourceFile, string>, file: SourceFile, ...wanted: readonly string[]): string {
    const known = names.get(file);
    if (known !== undefined) return known;
    const name = freeName(file, ...wanted);
    names.set(file, name);
    return name;
  }

  #import(path: string): void {
    const { project } = this.context;
    for (const file of new Set([...this.#lists.keys(), ...this.#questions.keys(), ...this.#checks.keys()])) {
      const [list, question, check] = [this.#lists.get(file), this.#questions.get(file), this.#checks.get(file)];
      const evidence = [file, ...project.importersOf(file.path).slice(0, 3).flatMap(p => project.source(p) ?? [])];
      const names = [...(question === undefined ? [] : [{ name: 'hasRoots', as: question }]), ...(check === undefined ? [] : [{ name: 'isInRoots', as: check }]), ...(list === undefined ? [] : [{ name: 'listRoots', as: list }])];
      const zod = this.#parameters.importing.has(file) ? [{ specifier: 'zod', names: [{ name: 'z' }] }] : [];
      addImports(this.#editors.of(file), [...zod, { specifier: specifierFor(file.path, posix.normalize(path), evidence), names }]);
    }
  }
}

/** A method of a class that has the name of the protocol's, for those who use the class. */
function isOfferedMethod(call: TSESTree.CallExpression): boolean {
  const method = enclosingFunction(call)?.parent;
  return method?.type === 'MethodDefinition' && method.accessibility !== 'private' && /^(?:list|get|request)Roots$/.test(keyName(method.key) ?? '');
}

/** `if (capabilities.roots.listChanged) { register(); }` goes as a whole. */
function onlyGuarded(statement: TSESTree.ExpressionStatement): TSESTree.Node {
  const block = statement.parent;
  const test = block.type === 'BlockStatement' && block.body.length === 1 ? block.parent : block;
  return test.type === 'IfStatement' && !test.alternate ? test : statement;
}

/** An `await` here reads better, or only works, in parentheses. */
function isTight({ parent }: TSESTree.CallExpression): boolean {
  return parent.type === 'MemberExpression' || parent.type === 'UnaryExpression';
}
