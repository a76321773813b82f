import type { TSESTree } from '@typescript-eslint/types';
import { walkTree } from '../../parse/walk.js';
import type { Pass, PassFile } from '../pass.js';
import { isRaised } from './zod-four.js';

/** `typeof CallToolResultSchema._type`: what zod 3 also called `_output`, as zod 4 does. */
export const schemaTypes: Pass = {
  id: 'schema-types',
  words: /\._type\b/,
  rewrite(pass) {
    walkTree(pass.file.program, node => {
      if (node.type !== 'TSTypeQuery' || node.exprName.type !== 'TSQualifiedName' || node.exprName.right.name !== '_type') return;
      const schema = node.exprName.left;
      if (schema.type === 'Identifier' && (isOfSdk(pass, schema) || isRaised(pass.project, pass.file.path))) pass.editor.replace(node.exprName.right, '_output');
    });
  },
};

function isOfSdk({ file }: PassFile, schema: TSESTree.Identifier): boolean {
  const definition = file.variableOf(schema)?.defs[0];
  return definition?.type === 'ImportBinding' && definition.parent.type === 'ImportDeclaration' && definition.parent.source.value.startsWith('@modelcontextprotocol/sdk/');
}
