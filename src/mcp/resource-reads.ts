import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import { enclosingFunction, outermost } from './file-index.js';
import { handlerRegistration } from './messages.js';
import type { McpModel } from './model.js';

/** Inside what answers `resources/read`: a missing thing there is a missing resource. */
export function isInReadHandler(mcp: McpModel, file: SourceFile, node: TSESTree.Node): boolean {
  for (let fn = enclosingFunction(node); fn; fn = enclosingFunction(fn)) {
    const call = outermost(fn).parent;
    if (call?.type !== 'CallExpression') continue;
    if (handlerRegistration(mcp, file, call)?.method === 'resources/read') return true;
    const use = call.callee.type === 'MemberExpression' ? mcp.member(file, call.callee) : undefined;
    if (use && /^(?:registerResource|resource)$/.test(use.member)) return true;
  }
  return false;
}
