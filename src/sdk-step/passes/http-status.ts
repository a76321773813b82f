import type { TSESTree } from '@typescript-eslint/types';
import { indexOf, outermost } from '../../mcp/file-index.js';
import type { Pass, PassFile } from '../pass.js';

/** The HTTP status of a failed request is `status` in v2; its `code` is a text. */
export const httpStatus: Pass = {
  id: 'http-status',
  words: /\bStreamableHTTPError\b/,
  rewrite(pass) {
    for (const use of indexOf(pass.file).members.get('code') ?? []) {
      if (use.computed || use.object.type === 'Super' || !comparesNumber(use) || !isHttpError(pass, use.object)) continue;
      pass.editor.replace(use.property, 'status');
    }
  },
};

function isHttpError({ mcp, file }: PassFile, node: TSESTree.Expression): boolean {
  return mcp.types(file, node).some(t => t.type === 'sdk#StreamableHTTPError');
}

function comparesNumber(use: TSESTree.MemberExpression): boolean {
  const { parent } = outermost(use);
  if (parent?.type === 'SwitchStatement') return true;
  if (parent?.type !== 'BinaryExpression') return false;
  return [parent.left, parent.right].some(side => side.type === 'Literal' && typeof side.value === 'number');
}
