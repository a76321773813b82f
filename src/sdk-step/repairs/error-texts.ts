import { zoneOf } from '../../files/kinds.js';
import type { TSESTree } from '@typescript-eslint/types';
import { walkTree } from '../../parse/walk.js';
import type { Pass } from '../pass.js';

/** The code that v1 put before the message of each error. */
const PREFIX = /^(\^?)MCP error (?:-?\d+|\$\{[^}]*\}|-?\\d\+): ?/;

/** What tests expect of an error's text loses the prefix that the SDK no longer writes. */
export const errorTexts: Pass = {
  id: 'error-texts',
  words: /MCP error /,
  rewrite({ file, editor, mark }) {
    if (zoneOf(file.path) !== 'test') return;
    walkTree(file.program, node => {
      if (!isExpected(node)) return;
      const text = file.text.slice(...node.range);
      const shorter = text.slice(1).replace(PREFIX, '$1');
      if (shorter !== text.slice(1) && /[^\s'"`/^]/.test(shorter)) editor.replace(node, text.charAt(0) + shorter);
      else if (/MCP error -?\d+/.test(text)) mark(node.range[0], 'sdk-error-text');
    });
  },
};

/** An argument of an assertion. */
function isExpected(node: TSESTree.Node): boolean {
  if (!(node.type === 'TemplateLiteral' || (node.type === 'Literal' && (typeof node.value === 'string' || 'regex' in node)))) return false;
  for (let n: TSESTree.Node | undefined = node.parent, depth = 0; n && depth < 6; n = n.parent, depth++) {
    if (n.type === 'CallExpression' && n.callee.type === 'MemberExpression' && n.callee.property.type === 'Identifier' && /^(?:to[A-Z]|throws|rejects|match|equal|strictEqual|deepEqual|include)/.test(n.callee.property.name)) return true;
  }
  return false;
}
