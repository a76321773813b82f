import type { TSESTree } from '@typescript-eslint/types';
import { walkTree } from '../../parse/walk.js';
import type { Pass } from '../pass.js';
import { homeOf } from './homes.js';

const FORMER = /^@modelcontextprotocol\/sdk\/(?:dist\/(?:esm|cjs)\/)?(client|server)?/;

/** `import('@modelcontextprotocol/sdk/types.js').Tool`, in the middle of a type. */
export const importTypes: Pass = {
  id: 'import-types',
  words: /\bimport\s*\(\s*['"]@modelcontextprotocol\/sdk/,
  rewrite({ file, editor }) {
    walkTree(file.program, node => {
      if (node.type !== 'TSImportType') return;
      const { source } = node;
      const side = FORMER.exec(source.value);
      const name = firstName(node.qualifier);
      if (!side || name === undefined) return;
      const isClient = side[1] === 'client' || (side[1] === undefined && /['"]@modelcontextprotocol\/client['"]/.test(file.text));
      const home = homeOf(name, isClient ? '@modelcontextprotocol/client' : '@modelcontextprotocol/server');
      if (home !== undefined) editor.replace(source, editor.style.quote + home + editor.style.quote);
    });
  },
};

function firstName(qualifier: TSESTree.EntityName | null): string | undefined {
  if (qualifier?.type === 'TSQualifiedName') return firstName(qualifier.left);
  return qualifier?.type === 'Identifier' ? qualifier.name : undefined;
}
