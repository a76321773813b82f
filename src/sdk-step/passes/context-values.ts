import type { TSESTree } from '@typescript-eslint/types';
import type { PassFile } from '../pass.js';
import { hasContext, ownContextTypes } from './own-context-types.js';

/** What handlers are given about a request, by its own type or by one that people wrote for it. */
export function isContext(pass: Pick<PassFile, 'mcp' | 'file' | 'project'>, node: TSESTree.Node): boolean {
  const values = pass.mcp.values(pass.file, node);
  return hasContext(values) || values.some(({ value }) => value.kind === 'shape' && ownContextTypes(pass).has(value.node));
}
