import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../../files/kinds.js';
import { indexOf, innermost, outermost } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import { unwrapParameter } from '../../mcp/nodes.js';
import { isClassNode, isFunctionNode, type FunctionNode } from '../../mcp/values.js';
import { walkTree } from '../../parse/walk.js';
import type { SourceFile } from '../../parse/source.js';
import type { StateModel } from '../model.js';
import { stdioEntries, type StdioEntry } from './entries.js';
import { visitWay, type Visited, type Way } from './flow.js';

/** A call that a process makes which serves stdio. */
export interface RunningCall extends Visited {
  readonly file: SourceFile;
  readonly when: Way['when'];
}

/** `start({ transportType: 'httpStream' })`: what is called serves stdio for others. */
const OTHER_TRANSPORT = /transport\w*['"]?\s*:\s*['"`](?:http|sse|streamable)|\(\s*['"`](?:http|sse|streamable[-_]?http)['"`]/i;
const MAX_OPTIONS = 400;
const MAX_WAYS = 3000;
/** Without one of these a module says nothing when it is loaded that anybody asks about. */
const SPEAKS = /\bconsole\b|\bstdout\b|\bpino\b|\bwinston\b/;
/** Imports that load a module, not its types only. */
const STATIC_IMPORT = /(?:^|[;\n}])\s*(?:import|export)\b(?!\s+type\b)[^'"`;()]*?['"]([^'"\n]+)['"]|(?:^|[;\n=,({])\s*require\(\s*['"]([^'"\n]+)['"]/g;

/** The programs of a project that serve stdio, one for each entry. */
export function stdioPrograms(mcp: McpModel, state: () => StateModel): readonly StdioProgram[] {
  return stdioEntries(mcp).map(entry => new StdioProgram(mcp, state, entry));
}

/**
 * The code that runs in a process which serves stdio: what leads to the entry, what modules do when they are loaded, and what handlers
 * of these modules do.
 */
export class StdioProgram {
  readonly #ways = new Map<Way['root'], Way>();
  readonly #anchors = new Map<Way['root'], TSESTree.Node[]>();
  readonly #climbed = new Set<TSESTree.Node>();
  readonly #loaded = new Set<string>();
  readonly #calls = new Map<TSESTree.Node, RunningCall>();
  readonly #queue: Way[] = [];

  constructor(
    private readonly mcp: McpModel,
    private readonly state: () => StateModel,
    readonly entry: StdioEntry,
  ) {
    this.#climb(entry.file, entry.node);
    for (const way of [...this.#ways.values()]) this.#load(way.file.path);
    this.#drain();
    this.#addHandlers();
    this.#drain();
  }

  /** Files whose code is loaded into such a process. */
  get loaded(): ReadonlySet<string> {
    return this.#loaded;
  }

  get calls(): readonly RunningCall[] {
    return [...this.#calls.values()];
  }

  /** From the entry to the functions around it, their callers, and the modules that import those that start by themselves. */
  #climb(file: SourceFile, from: TSESTree.Node): void {
    if (this.#climbed.has(from) || zoneOf(file.path) === 'test') return;
    this.#climbed.add(from);
    let at = from;
    for (let n: TSESTree.Node | undefined = from.parent; n; n = n.parent) {
      if (n.type === 'Program') {
        this.#anchor(file, n, at);
        this.#climbImporters(file);
        return;
      }
      if (!isFunctionNode(n)) continue;
      this.#anchor(file, n, at);
      at = n;
      if (isInline(n)) continue;
      const given = givenInstead(n, from);
      for (const caller of this.#callers(file, n)) if (given === undefined || !caller.node.arguments[given]) this.#climb(caller.file, caller.node);
      return;
    }
  }

  #anchor(file: SourceFile, root: Way['root'], at: TSESTree.Node): void {
    const anchors = this.#anchors.get(root);
    if (anchors) {
      anchors.push(at);
      return;
    }
    const own = [at];
    this.#anchors.set(root, own);
    const way: Way = { file, root, anchors: own, when: 'start' };
    this.#ways.set(root, way);
    this.#queue.push(way);
  }

  #callers(file: SourceFile, fn: FunctionNode): readonly { readonly file: SourceFile; readonly node: TSESTree.CallExpression | TSESTree.NewExpression }[] {
    const { references } = this.mcp.infer;
    const variable = fn.type === 'FunctionDeclaration' && fn.id ? file.variableOf(fn.id) : undefined;
    const cls = fn.parent.type === 'MethodDefinition' && fn.parent.kind === 'constructor' ? fn.parent.parent.parent : undefined;
    const places = variable ? references.ofVariable(file, variable, 'all') : cls && isClassNode(cls) ? references.ofClass(file, cls, 'all') : references.ofFunction(file, fn);
    return places.flatMap(place => {
      const outer = outermost(place.node);
      const { parent } = outer;
      const isUsed = (parent?.type === 'CallExpression' || parent?.type === 'NewExpression') && (parent.callee === outer || parent.arguments.some(a => a === outer));
      return isUsed && !OTHER_TRANSPORT.test(place.file.text.slice(...parent.range).slice(0, MAX_OPTIONS)) ? [{ file: place.file, node: parent }] : [];
    });
  }

  /** A module that serves when it is loaded serves whoever loads it. */
  #climbImporters(file: SourceFile): void {
    const { project } = this.mcp;
    for (const path of project.importersOf(file.path)) {
      const importer = project.source(path);
      if (!importer) continue;
      const isOf = (source: TSESTree.Node | null): boolean => source?.type === 'Literal' && typeof source.value === 'string' && project.resolve(path, source.value) === file.path;
      for (const statement of importer.program.body) if (statement.type === 'ImportDeclaration' && statement.importKind !== 'type' && isOf(statement.source)) this.#climb(importer, statement.source);
      if (/\bimport\s*\(/.test(importer.text)) walkTree(importer.program, node => {
        if (node.type === 'ImportExpression' && isOf(node.source)) this.#climb(importer, node);
      });
      for (const call of indexOf(importer).calls) if (call.callee.type === 'Identifier' && call.callee.name === 'require' && isOf(call.arguments[0] ?? null)) this.#climb(importer, call);
    }
  }

  /** A module, and what it imports in turn. */
  #load(path: string): void {
    const { project } = this.mcp;
    const waiting = [path];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (this.#loaded.has(next) || zoneOf(next) === 'test') continue;
      this.#loaded.add(next);
      const text = project.text(next) ?? '';
      const file = SPEAKS.test(text) ? project.source(next) : undefined;
      if (file) this.#add({ file, root: file.program, anchors: [], when: 'start' });
      for (const match of text.matchAll(STATIC_IMPORT)) {
        const target = project.resolve(next, match[1] ?? match[2] ?? '');
        if (target !== undefined) waiting.push(target);
      }
    }
  }

  #add(way: Way): void {
    if (this.#ways.has(way.root) || this.#ways.size >= MAX_WAYS || zoneOf(way.file.path) === 'test') return;
    this.#ways.set(way.root, way);
    this.#queue.push(way);
  }

  #drain(): void {
    const isElsewhere = (fn: FunctionNode): boolean => this.state().reach.isHandler(fn);
    for (let way = this.#queue.pop(); way; way = this.#queue.pop()) {
      const { file, when } = way;
      visitWay(way, isElsewhere, visited => {
        this.#calls.set(visited.node, { ...visited, file, when });
        this.#follow(file, visited.node);
      });
    }
  }

  #follow(file: SourceFile, node: Visited['node']): void {
    if (node.type === 'ImportExpression') {
      const path = node.source.type === 'Literal' && typeof node.source.value === 'string' ? this.mcp.project.resolve(file.path, node.source.value) : undefined;
      if (path !== undefined) this.#load(path);
      return;
    }
    for (const { value } of this.mcp.values(file, innermost(node.callee))) {
      if (value.kind === 'function') this.#add({ file: value.file, root: value.node, anchors: [], when: 'call' });
      else if (value.kind === 'class') this.#construct(value.file, value.node);
    }
    for (const argument of node.arguments) {
      if (argument.type !== 'Identifier' && argument.type !== 'MemberExpression') continue;
      for (const { value } of this.mcp.values(file, argument)) if (value.kind === 'function') this.#add({ file: value.file, root: value.node, anchors: [], when: 'call' });
    }
  }

  #construct(file: SourceFile, cls: TSESTree.ClassDeclaration | TSESTree.ClassExpression): void {
    for (const member of cls.body.body) {
      if (member.type === 'MethodDefinition' && member.kind === 'constructor' && member.value.type === 'FunctionExpression') this.#add({ file, root: member.value, anchors: [], when: 'call' });
    }
  }

  #addHandlers(): void {
    for (const { file, fn, from } of this.state().reach.functions) {
      if ([...from].some(handler => handler.kind !== 'http' && this.#loaded.has(handler.file.path))) this.#add({ file, root: fn, anchors: [], when: 'call' });
    }
  }
}

/** `start(transport) { this.connect(transport ?? new StdioServerTransport()) }`: the argument with which this is not stdio. */
function givenInstead(fn: FunctionNode, from: TSESTree.Node): number | undefined {
  for (let node = from; node !== fn; ) {
    const { parent } = node;
    if (!parent) return undefined;
    const left = parent.type === 'LogicalExpression' && parent.right === node && parent.operator !== '&&' ? parent.left : parent.type === 'AssignmentPattern' && parent.right === node ? parent.left : undefined;
    const index = left?.type === 'Identifier' ? fn.params.findIndex(p => namesParameter(p, left.name)) : -1;
    if (index !== -1) return index;
    node = parent;
  }
  return undefined;
}

function namesParameter(parameter: TSESTree.Parameter, name: string): boolean {
  const { id } = unwrapParameter(parameter);
  return id.type === 'Identifier' && id.name === name;
}

/** Written where it is used: it runs as part of what is around it. */
function isInline(fn: FunctionNode): boolean {
  const { parent } = fn;
  return (parent.type === 'CallExpression' || parent.type === 'NewExpression') && (parent.callee === fn || parent.arguments.some(a => a === fn));
}
