import type { Pass } from '../pass.js';

/** What the second major has nowhere stays with the first, and somebody has to see what becomes of it. */
export const formerImports: Pass = {
  id: 'former-imports',
  words: /@modelcontextprotocol\/sdk/,
  rewrite({ file, mark }) {
    for (const statement of file.program.body) {
      if (statement.type !== 'ImportDeclaration' && statement.type !== 'ExportNamedDeclaration' && statement.type !== 'ExportAllDeclaration') continue;
      if (!statement.source?.value.startsWith('@modelcontextprotocol/sdk')) continue;
      mark(statement.range[0], 'sdk-removed', statement.type === 'ExportAllDeclaration' ? statement.source.value : statement.specifiers.map(s => (s.local.type === 'Identifier' ? s.local.name : s.local.value)).join(', '));
    }
  },
};
