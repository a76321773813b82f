import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../../files/kinds.js';
import { dropUnusedImports } from '../../edits/imports.js';
import { endName } from '../../mcp/file-index.js';
import { sdk } from '../../mcp/sdk.js';
import { walkTree } from '../../parse/walk.js';
import type { Pass, PassFile } from '../pass.js';

/** Handlers are registered by the name of the method in v2: tests that look them up by a schema look them up by that. */
export const schemaKeys: Pass = {
  id: 'schema-keys',
  words: /\b\w+(?:Request|Notification)Schema\b/,
  rewrite(pass) {
    if (zoneOf(pass.file.path) !== 'test') return;
    const replaced: TSESTree.Identifier[] = [];
    walkTree(pass.file.program, node => {
      if (node.type !== 'Identifier' || !/(?:Request|Notification)Schema$/.test(node.name) || !isKey(node)) return;
      const method = methodOf(pass, node);
      if (method === undefined) return;
      const { quote } = pass.editor.style;
      pass.editor.replace(node, `${quote}${method}${quote}`);
      replaced.push(node);
    });
    dropUnusedImports(pass.editor, [...new Set(replaced.map(n => n.name))], replaced);
  },
};

function methodOf({ mcp, file }: PassFile, node: TSESTree.Identifier): string | undefined {
  const found = mcp.export(file, node);
  return found === undefined ? undefined : sdk().methodOfSchema(found.id);
}

/** Compared, looked up, expected: not asked to parse, and not given to the SDK, of which the codemod takes care. */
function isKey(node: TSESTree.Identifier): boolean {
  const { parent } = node;
  switch (parent.type) {
    case 'BinaryExpression':
      return /^[!=]==?$/.test(parent.operator);
    case 'ArrayExpression':
      return true;
    case 'CallExpression': {
      const name = endName(parent.callee);
      return parent.arguments.includes(node) && name !== undefined && /^(?:get|has|set|delete|includes|indexOf|toBe|toEqual|toStrictEqual|toHaveBeenCalledWith|toHaveBeenNthCalledWith|toHaveBeenLastCalledWith|toBeCalledWith|calledWith)$/.test(name);
    }
    default:
      return false;
  }
}
