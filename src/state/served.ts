import type { TSESTree } from '@typescript-eslint/types';
import { factoriesOf } from '../mcp/factories.js';
import { indexOf, enclosingFunction, outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { isFunctionNode, type FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import type { Handler } from './handlers.js';

const MAX_DEPTH = 4;

/** The handlers of servers that are built for each request, where no call has a session id. */
export function servedPerRequest(mcp: McpModel, handlers: readonly Handler[]): ReadonlySet<Handler> {
  const building = new Set<FunctionNode>();
  const follow = (file: SourceFile, fn: FunctionNode, depth: number): void => {
    if (building.has(fn) || depth > MAX_DEPTH) return;
    building.add(fn);
    for (const call of indexOf(file).calls) {
      if (enclosingFunction(call) !== fn) continue;
      for (const { value } of mcp.values(file, call.callee)) if (value.kind === 'function') follow(value.file, value.node, depth + 1);
    }
  };
  for (const { file, fn, per } of factoriesOf(mcp)) if (per === 'request') follow(file, fn, 0);
  return new Set(building.size === 0 ? [] : handlers.filter(h => isInside(h.fn, building)));
}

function isInside(fn: FunctionNode, building: ReadonlySet<FunctionNode>): boolean {
  for (let n: TSESTree.Node | undefined = fn.parent; n; n = n.parent) if (isFunctionNode(n) && building.has(n)) return true;
  return false;
}

/** A function that makes transports with a session id. */
export function opensSessions(file: SourceFile, fn: FunctionNode): boolean {
  return /sessionIdGenerator\s*:(?!\s*undefined)|SSEServerTransport\s*\(/.test(file.text.slice(...fn.range));
}

/** Whether a function, such as one that builds servers, is called where a session is opened: what it declares is the session's. */
export function isCalledPerSession(mcp: McpModel, file: SourceFile, fn: FunctionNode): boolean {
  return mcp.infer.references.ofFunction(file, fn).some(use => {
    const call = outermost(use.node).parent;
    if (call?.type !== 'CallExpression' || call.callee !== outermost(use.node)) return false;
    const caller = enclosingFunction(call);
    return caller !== undefined && caller !== fn && isWithinOpening(use.file, caller);
  });
}

/** In the function that opens the session, or in a callback of it. */
function isWithinOpening(file: SourceFile, fn: FunctionNode): boolean {
  if (opensSessions(file, fn)) return true;
  const around = enclosingFunction(fn);
  return around !== undefined && fn.type !== 'FunctionDeclaration' && opensSessions(file, around);
}
