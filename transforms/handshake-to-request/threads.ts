import type { TSESTree } from '../../src/define-transform.js';
import type { Editors } from '../../src/emit/editors.js';
import { ContextWriter } from '../../src/emit/context-writer.js';
import { freeParameter } from '../../src/emit/imports.js';
import { enclosingFunction } from '../../src/mcp/file-index.js';
import type { McpModel } from '../../src/mcp/model.js';
import { requestContextAt } from '../../src/mcp/request-context.js';
import type { FunctionNode } from '../../src/mcp/values.js';
import type { SourceFile } from '../../src/parse/source.js';

interface Taking {
  readonly file: SourceFile;
  readonly fn: FunctionNode;
  /** The place of the new parameter. */
  readonly index: number;
  readonly calls: readonly { readonly file: SourceFile; readonly call: TSESTree.CallExpression }[];
}

const MAX_DEPTH = 4;

/** Brings the context of the request to code that helpers of handlers run. First it is asked whether that can be done; then it is done. */
export class Threads {
  readonly #writers = new Map<SourceFile, ContextWriter>();
  readonly #taken = new Map<FunctionNode, string>();
  readonly #typed = new Set<SourceFile>();

  constructor(
    private readonly mcp: McpModel,
    private readonly editors: Editors,
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
    const editor = this.editors.of(file);
    const isTypeScript = /\.[cm]?tsx?$/.test(file.path);
    if (isTypeScript) this.#typed.add(file);
    const text = isTypeScript ? `${name}: ServerContext` : name;
    const at = fn.params[index];
    const last = fn.params.at(-1);
    if (at) editor.insert(at.range[0], `${text}, `);
    else if (!last) editor.insert(file.text.indexOf('(', fn.range[0]) + 1, text);
    else if (/^\s*=>/.test(file.text.slice(last.range[1]))) {
      editor.insert(last.range[0], '(');
      editor.insert(last.range[1], `, ${text})`);
    } else editor.insert(last.range[1], `, ${text}`);
  }

  #addArgument(file: SourceFile, call: TSESTree.CallExpression, index: number, name: string): void {
    const editor = this.editors.of(file);
    const at = call.arguments[index];
    const last = call.arguments.at(-1);
    if (at) editor.insert(at.range[0], `${name}, `);
    else if (last) editor.insert(last.range[1], `, ${name}`);
    else editor.insert(call.range[1] - 1, name);
  }
}

function isOptional(parameter: TSESTree.Parameter): boolean {
  return parameter.type === 'AssignmentPattern' || (parameter.type === 'Identifier' && parameter.optional);
}
