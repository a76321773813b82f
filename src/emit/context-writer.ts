import type { TSESTree } from '@typescript-eslint/types';
import type { Editor } from '../edits/editor.js';
import { keyName } from '../mcp/exports.js';
import { requestContextAt, type RequestContext } from '../mcp/request-context.js';
import { isFunctionNode, type FunctionNode } from '../mcp/values.js';
import type { McpModel } from '../mcp/model.js';
import { freeName, freeParameter } from './imports.js';

export type ContextPart = 'signal' | 'meta';

const V1_PARTS = { signal: 'signal', meta: '_meta' } as const;
const V2_PARTS = { signal: 'mcpReq.signal', meta: 'mcpReq._meta' } as const;

/** Spells parts of the request's context where code stands in one file, and makes handlers take what they need for it. */
export class ContextWriter {
  readonly #given = new Map<FunctionNode, string>();
  readonly #patterns = new Map<TSESTree.ObjectPattern, Set<string>>();

  constructor(
    private readonly mcp: McpModel,
    private readonly editor: Editor,
  ) {}

  /** An expression for this part, or undefined where no request is in sight. `ask`: a handler that takes no context may be made to. */
  part(node: TSESTree.Node, part: ContextPart, ask: boolean): string | undefined {
    const context = requestContextAt(this.mcp, this.editor.file, node);
    if (!context || (!context.parameter && !ask)) return undefined;
    const { parameter } = context;
    if (!parameter) return this.#asked(context, part);
    if (parameter.type === 'ObjectPattern') return this.#ofPattern(context, parameter, part);
    return hides(context.fn, node, parameter.name) ? undefined : `${parameter.name}.${parts(context)[part]}`;
  }

  /** The name of the whole context, or undefined where no request is in sight or its context is taken apart. */
  whole(node: TSESTree.Node): string | undefined {
    const context = requestContextAt(this.mcp, this.editor.file, node);
    if (context?.line !== 'v2') return undefined;
    const { parameter, fn } = context;
    if (!parameter) return this.#name(context);
    return parameter.type === 'Identifier' && !hides(fn, node, parameter.name) ? parameter.name : undefined;
  }

  #asked(context: RequestContext, part: ContextPart): string | undefined {
    // The second SDK line calls the signal otherwise: a file that has no such place yet does not get one from here.
    if (context.line === 'v1' && part === 'signal' && !/\bextra\b/.test(this.editor.file.text)) return undefined;
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
      if (held.value.type === 'Identifier') return [held.value.name, ...path.slice(1)].join('.');
      if (held.value.type !== 'ObjectPattern') return undefined;
      const inner = held.value.properties.find(p => p.type === 'Property' && keyName(p.key) === second);
      return inner?.type === 'Property' && inner.value.type === 'Identifier' ? inner.value.name : undefined;
    }
    if (pattern.properties.some(p => p.type === 'RestElement') || (freeName(this.editor.file, first) !== first && !this.#patterns.get(pattern)?.has(first))) return undefined;
    this.#patterns.set(pattern, (this.#patterns.get(pattern) ?? new Set()).add(first));
    return path.join('.');
  }

  /** Writes the patterns: what was asked for comes in, and what nothing uses any more goes. */
  finish(isUnused: (name: TSESTree.Identifier) => boolean): void {
    for (const [pattern, added] of this.#patterns) {
      const kept = pattern.properties.filter(p => !(p.type === 'Property' && p.value.type === 'Identifier' && isUnused(p.value)));
      const [first, last] = [pattern.properties[0], pattern.properties.at(-1)];
      const texts = [...kept.map(p => this.editor.text(p)), ...added];
      if (first && last) this.editor.replace({ range: [first.range[0], last.range[1]] }, texts.join(this.#separator(pattern)));
    }
  }

  #separator({ properties: [first, second] }: TSESTree.ObjectPattern): string {
    const between = first && second ? this.editor.file.text.slice(first.range[1], second.range[0]) : ', ';
    return /^,\s*$/.test(between) ? between : ', ';
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
