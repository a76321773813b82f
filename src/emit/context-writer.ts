import type { TSESTree } from '@typescript-eslint/types';
import type { Editor } from '../edits/editor.js';
import { keyName } from '../mcp/exports.js';
import { requestContextAt, type RequestContext } from '../mcp/request-context.js';
import { isFunctionNode, type FunctionNode } from '../mcp/values.js';
import type { McpModel } from '../mcp/model.js';
import type { SourceFile } from '../parse/source.js';
import type { Editors } from './editors.js';
import { freeParameter } from './imports.js';
import type { Patterns } from './patterns.js';

/** `message`: what sends a log message to the client of the request. */
export type ContextPart = 'signal' | 'meta' | 'message';

const V1_PARTS = { signal: 'signal', meta: '_meta', message: 'sendNotification' } as const;
const V2_PARTS = { signal: 'mcpReq.signal', meta: 'mcpReq._meta', message: 'mcpReq.log' } as const;

/** Spells parts of the request's context where code stands in one file, and makes handlers take what they need for it. */
export class ContextWriter {
  readonly #given = new Map<FunctionNode, string>();
  readonly #patterns: Patterns;
  private readonly editor: Editor;

  constructor(
    private readonly mcp: McpModel,
    editors: Editors,
    file: SourceFile,
  ) {
    this.editor = editors.of(file);
    this.#patterns = editors.patternsOf(file);
  }

  /** Which SDK line spells the context here; undefined where no request is in sight. */
  lineAt(node: TSESTree.Node): RequestContext['line'] | undefined {
    return requestContextAt(this.mcp, this.editor.file, node)?.line;
  }

  /** An expression for this part, or undefined where no request is in sight. `ask`: a handler that takes no context may be made to. */
  part(node: TSESTree.Node, part: ContextPart, ask: boolean): string | undefined {
    const context = requestContextAt(this.mcp, this.editor.file, node);
    if (!context || (!context.parameter && !ask)) return undefined;
    const { parameter } = context;
    if (!parameter) return this.#asked(context, part);
    if (parameter.type === 'ObjectPattern') return this.#ofPattern(context, parameter, part);
    return hides(context.fn, node, parameter.name) ? undefined : `${this.#kept(parameter)}.${parts(context)[part]}`;
  }

  /** The name of the whole context, or undefined where no request is in sight or its context is taken apart. */
  whole(node: TSESTree.Node): string | undefined {
    const context = requestContextAt(this.mcp, this.editor.file, node);
    if (context?.line !== 'v2') return undefined;
    const { parameter, fn } = context;
    if (!parameter) return this.#name(context);
    return parameter.type === 'Identifier' && !hides(fn, node, parameter.name) ? this.#kept(parameter) : undefined;
  }

  #kept(name: TSESTree.Identifier): string {
    this.#patterns.keep(name);
    return name.name;
  }

  #asked(context: RequestContext, part: ContextPart): string | undefined {
    const name = this.#name(context);
    return name === undefined ? undefined : `${name}.${parts(context)[part]}`;
  }

  #name(context: RequestContext): string | undefined {
    const { fn } = context;
    let name = this.#given.get(fn);
    if (name === undefined) {
      if (fn.type === 'FunctionDeclaration' || !isInline(fn)) return undefined;
      name = context.line === 'v2' ? freeParameter(this.editor.file, fn, 'ctx', 'requestContext') : freeParameter(this.editor.file, fn, 'extra', 'requestExtra');
      this.#given.set(fn, name);
      this.#addParameter(fn, name);
    }
    return name;
  }

  #addParameter(fn: FunctionNode, name: string): void {
    const { text } = this.editor.file;
    const last = fn.params.at(-1);
    if (!last) this.editor.insert(text.indexOf('(', fn.range[0]) + 1, name);
    else if (/^\s*=>/.test(text.slice(last.range[1]))) {
      this.editor.insert(last.range[0], '(');
      this.editor.insert(last.range[1], `, ${name})`);
    } else this.editor.insert(last.range[1], `, ${name}`);
  }

  #ofPattern(context: RequestContext, pattern: TSESTree.ObjectPattern, part: ContextPart): string | undefined {
    const path = parts(context)[part].split('.');
    const [first = '', second] = path;
    const held = pattern.properties.find(p => p.type === 'Property' && keyName(p.key) === first);
    if (held?.type === 'Property') {
      if (held.value.type === 'Identifier') return [this.#kept(held.value), ...path.slice(1)].join('.');
      if (held.value.type !== 'ObjectPattern' || second === undefined) return undefined;
      const inner = held.value.properties.find(p => p.type === 'Property' && keyName(p.key) === second);
      if (inner) return inner.type === 'Property' && inner.value.type === 'Identifier' ? this.#kept(inner.value) : undefined;
      return this.#added(context, held.value, second) ? second : undefined;
    }
    return this.#added(context, pattern, first) ? path.join('.') : undefined;
  }

  #added({ fn }: RequestContext, pattern: TSESTree.ObjectPattern, name: string): boolean {
    if (!this.#patterns.canAdd(pattern) || (!this.#patterns.isAdded(pattern, name) && freeParameter(this.editor.file, fn, name) !== name)) return false;
    this.#patterns.add(pattern, name);
    return true;
  }
}

function parts({ line }: RequestContext): typeof V1_PARTS | typeof V2_PARTS {
  return line === 'v1' ? V1_PARTS : V2_PARTS;
}

/** Whether a function between the two has a parameter of this name. */
function hides(outer: FunctionNode, node: TSESTree.Node, name: string): boolean {
  for (let n: TSESTree.Node | undefined = node.parent; n && n !== outer; n = n.parent) {
    if (isFunctionNode(n) && n.params.some(p => p.type === 'Identifier' && p.name === name)) return true;
  }
  return false;
}

/** Written where it is registered, so that nobody else calls it. */
function isInline(fn: FunctionNode): boolean {
  return fn.parent.type === 'CallExpression' || fn.parent.type === 'Property';
}
