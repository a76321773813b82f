import type { TSESTree } from '@typescript-eslint/types';
import { enclosingFunction } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { requestContextAt } from '../mcp/request-context.js';
import type { FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { ContextWriter } from './context-writer.js';
import type { Editors } from './editors.js';
import { freeParameter } from './imports.js';

interface Taking {
  readonly file: SourceFile;
  readonly fn: FunctionNode;
  /** The place of the new parameter. */
  readonly index: number;
  readonly calls: readonly { readonly file: SourceFile; readonly call: TSESTree.CallExpression }[];
}

/** A parameter or an argument that comes to others. */
interface Coming {
  readonly file: SourceFile;
  readonly list: readonly TSESTree.Node[];
  readonly index: number;
  readonly text: string;
  /** Where the list begins. */
  readonly start: number;
}

const MAX_DEPTH = 4;

/** Brings the context of the request to code that helpers of handlers run. First it is asked whether that can be done; then it is done. */
export class Threads {
  readonly #writers = new Map<SourceFile, ContextWriter>();
  readonly #taken = new Map<FunctionNode, string>();
  readonly #typed = new Set<SourceFile>();
  readonly #coming: Coming[] = [];

  /** `writerOf`: where others write contexts into the same files. */
  constructor(
    private readonly mcp: McpModel,
    private readonly editors: Editors,
    private readonly writerOf?: (file: SourceFile) => ContextWriter,
  ) {}

  /** Files that name the type of the context now. */
  get typed(): ReadonlySet<SourceFile> {
    return this.#typed;
  }

  /** Why no request can be reached from here, or nothing. */
  obstacleAt(file: SourceFile, node: TSESTree.Node, depth = 0, seen: readonly FunctionNode[] = []): string | undefined {
    const context = requestContextAt(this.mcp, file, node);
    if (context?.line === 'v1') return 'This file is still on the first SDK line. Move it to the second first.';
    if (context?.parameter?.type === 'ObjectPattern') return 'The handler takes its context apart. Let it take the whole context.';
    if (context && !context.parameter && context.fn.type === 'FunctionDeclaration') return 'The handler stands apart from its registration and takes no context. Let it take one.';
    if (context) return undefined;
    const taking = this.#taking(file, node);
    if (typeof taking === 'string') return taking;
    if (depth >= MAX_DEPTH || seen.includes(taking.fn)) return 'The functions between the request and this place are too many to follow.';
    for (const { file: caller, call } of taking.calls) {
      const reason = this.obstacleAt(caller, call, depth + 1, [...seen, taking.fn]);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  /** The name of the context at this place; parameters and arguments are added on the way. Only where there is no obstacle. */
  contextAt(file: SourceFile, node: TSESTree.Node): string {
    const name = this.#writerOf(file).whole(node);
    if (name !== undefined) return name;
    const taking = this.#taking(file, node);
    if (typeof taking === 'string') throw new Error(taking);
    const known = this.#taken.get(taking.fn);
    if (known !== undefined) return known;
    const parameter = freeParameter(taking.file, taking.fn, 'ctx', 'requestContext');
    this.#taken.set(taking.fn, parameter);
    this.#addParameter(taking, parameter);
    for (const { file: caller, call } of taking.calls) this.#addArgument(caller, call, taking.index, this.contextAt(caller, call));
    return parameter;
  }

  #writerOf(file: SourceFile): ContextWriter {
    if (this.writerOf) return this.writerOf(file);
    let writer = this.#writers.get(file);
    if (!writer) this.#writers.set(file, (writer = new ContextWriter(this.mcp, this.editors, file)));
    return writer;
  }

  /** The function around a place, when all its callers are in sight. */
  #taking(file: SourceFile, node: TSESTree.Node): Taking | string {
    const fn = enclosingFunction(node);
    const about = 'This is read where no request is served. Read it in the handlers, which know their client.';
    if (!fn) return about;
    const { parent } = fn;
    const isNamed = fn.type === 'FunctionDeclaration' || parent.type === 'VariableDeclarator' || (parent.type === 'MethodDefinition' && parent.kind === 'method' && !parent.computed);
    if (!isNamed) return about;
    if (fn.params.some(p => p.type === 'RestElement')) return 'The function around this takes any number of arguments, so it cannot be given the request as well.';
    const calls: Taking['calls'][number][] = [];
    for (const { file: user, node: mention } of this.#mentions(file, fn)) {
      const call = mention.parent;
      if (call?.type === 'ExportSpecifier' || call?.type === 'ExportDefaultDeclaration') continue;
      if (call?.type !== 'CallExpression' || call.callee !== mention) return 'The function around this is handed on as a value, so its callers are not all in sight.';
      calls.push({ file: user, call });
    }
    if (calls.length === 0) return 'Nothing in sight calls the function around this with a request.';
    const optional = fn.params.findIndex(p => isOptional(p));
    const index = optional < 0 ? fn.params.length : optional;
    if (calls.some(({ call }) => call.arguments.length < index || call.arguments.some(a => a.type === 'SpreadElement'))) return 'A caller of the function around this leaves arguments out or spreads them.';
    return { file, fn, index, calls };
  }

  #mentions(file: SourceFile, fn: FunctionNode): readonly { readonly file: SourceFile; readonly node: TSESTree.Node }[] {
    const { references } = this.mcp.infer;
    const name = fn.type === 'FunctionDeclaration' ? fn.id : fn.parent.type === 'VariableDeclarator' && fn.parent.id.type === 'Identifier' ? fn.parent.id : undefined;
    const variable = name ? file.variableOf(name) : undefined;
    if (variable) return references.ofVariable(file, variable, 'all');
    return references.ofFunction(file, fn).filter(({ node }) => node !== fn);
  }

  #addParameter({ file, fn, index }: Taking, name: string): void {
    const isTypeScript = /\.[cm]?tsx?$/.test(file.path);
    if (isTypeScript) this.#typed.add(file);
    this.#coming.push({ file, list: fn.params, index, text: isTypeScript ? `${name}: ServerContext` : name, start: file.text.indexOf('(', fn.range[0]) + 1 });
  }

  #addArgument(file: SourceFile, call: TSESTree.CallExpression, index: number, name: string): void {
    this.#coming.push({ file, list: call.arguments, index, text: name, start: file.text.indexOf('(', (call.typeArguments ?? call.callee).range[1]) + 1 });
  }

  /** Makes the edits. Parameters and arguments that go are not counted. */
  write(isGone: (file: SourceFile, node: TSESTree.Node) => boolean = () => false): void {
    for (const { file, list, index, text, start } of this.#coming) {
      const editor = this.editors.of(file);
      const at = list[index];
      const last = list.at(-1);
      if (at) editor.insert(at.range[0], `${text},${ownLine(file, at, editor.style.eol) ?? ' '}`);
      else if (!last || list.every(node => isGone(file, node))) editor.insert(start, text);
      else if (/^\s*=>/.test(file.text.slice(last.range[1]))) {
        editor.insert(last.range[0], '(');
        editor.insert(last.range[1], `, ${text})`);
      } else editor.insert(last.range[1], `,${ownLine(file, last, editor.style.eol) ?? ' '}${text}`);
    }
    this.#coming.length = 0;
  }
}

/** Where an item of a list has a line of its own, what comes beside it gets one too. */
function ownLine({ text }: SourceFile, { range: [start] }: TSESTree.Node, eol: string): string | undefined {
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return indent !== '' && indent.trim() === '' ? `${eol}${indent}` : undefined;
}

function isOptional(parameter: TSESTree.Parameter): boolean {
  return parameter.type === 'AssignmentPattern' || (parameter.type === 'Identifier' && parameter.optional);
}
