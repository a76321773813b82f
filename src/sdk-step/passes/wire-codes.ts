import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../../mcp/exports.js';
import { indexOf } from '../../mcp/file-index.js';
import type { Pass } from '../pass.js';

/** Codes that v2 has as words, for errors that it makes itself: in a message they are still numbers. */
const NUMBERS: Readonly<Record<string, string>> = { ConnectionClosed: '-32000', RequestTimeout: '-32001' };

/** `{ jsonrpc: '2.0', id, error: { code: ErrorCode.ConnectionClosed } }` goes to the other side as it is. */
export const wireCodes: Pass = {
  id: 'wire-codes',
  words: /\bErrorCode\s*\.\s*(?:ConnectionClosed|RequestTimeout)\b/,
  rewrite({ file, mcp, editor }) {
    for (const [name, number] of Object.entries(NUMBERS)) {
      for (const use of indexOf(file).members.get(name) ?? []) {
        if (isCodeOfMessage(use) && use.object.type !== 'Super' && mcp.export(file, use.object)?.name === 'ErrorCode') editor.replace(use, number);
      }
    }
  },
};

function isCodeOfMessage({ parent: property }: TSESTree.MemberExpression): boolean {
  if (property.type !== 'Property' || keyName(property.key) !== 'code') return false;
  const error = property.parent.parent;
  if (error.type !== 'Property' || keyName(error.key) !== 'error') return false;
  return error.parent.type === 'ObjectExpression' && error.parent.properties.some(p => p.type === 'Property' && keyName(p.key) === 'jsonrpc');
}
