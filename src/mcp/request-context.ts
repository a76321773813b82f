import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import type { McpModel } from './model.js';
import { unwrapParameter } from './nodes.js';
import { roleOf } from './roles.js';
import { isV1Type, packageOfType } from './sdk.js';
import { isFunctionNode, type FunctionNode, type Known } from './values.js';

/** The context of the request that is served where some code stands. */
export interface RequestContext {
  readonly fn: FunctionNode;
  /** Which SDK line spells it: `extra.signal` or `ctx.mcpReq.signal`. */
  readonly line: 'v1' | 'v2';
  /** The parameter that holds it; undefined when the handler takes none so far. */
  readonly parameter: TSESTree.Identifier | TSESTree.ObjectPattern | undefined;
}

/** Looks outwards from a node to the nearest function that is given the context, or would be if it asked for it. */
export function requestContextAt(mcp: McpModel, file: SourceFile, node: TSESTree.Node): RequestContext | undefined {
  let missing: RequestContext | undefined;
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
    if (!isFunctionNode(n)) continue;
    const held = heldBy(mcp, file, n);
    if (held) return held;
    missing ??= notTaken(mcp, file, n);
  }
  return missing;
}

function heldBy(mcp: McpModel, file: SourceFile, fn: FunctionNode): RequestContext | undefined {
  for (const [index, parameter] of fn.params.entries()) {
    const { id } = unwrapParameter(parameter);
    if (id.type !== 'Identifier' && id.type !== 'ObjectPattern') continue;
    const line = lineOf(parameterValues(mcp, file, fn, index, id));
    if (line) return { fn, line, parameter: id };
  }
  return undefined;
}

function parameterValues(mcp: McpModel, file: SourceFile, fn: FunctionNode, index: number, id: TSESTree.Identifier | TSESTree.ObjectPattern): readonly Known[] {
  // A narrower type hides what is passed.
  if (id.typeAnnotation) return mcp.infer.annotations.values(file, id.typeAnnotation.typeAnnotation);
  return id.type === 'Identifier' ? mcp.values(file, id) : mcp.infer.parameters.ofFunction(file, fn, index);
}

/** A handler that could take one parameter more, and is given the context there. */
function notTaken(mcp: McpModel, file: SourceFile, fn: FunctionNode): RequestContext | undefined {
  if (fn.params.some(p => p.type === 'RestElement') || /\barguments\b/.test(file.text.slice(...fn.body.range))) return undefined;
  const line = lineOf(mcp.infer.parameters.ofFunction(file, fn, fn.params.length));
  return line ? { fn, line, parameter: undefined } : undefined;
}

function lineOf(values: readonly Known[]): RequestContext['line'] | undefined {
  for (const { value } of values) {
    if (value.kind !== 'sdk' || roleOf(value.type) !== 'context' || value.type.endsWith('.mcpReq')) continue;
    if (isV1Type(value.type)) return 'v1';
    if (packageOfType(value.type) === 'server') return 'v2';
  }
  return undefined;
}
