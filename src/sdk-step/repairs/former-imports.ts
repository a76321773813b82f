import type { Pass } from '../pass.js';

/** What the second major has nowhere stays with the first, and somebody has to see what becomes of it. */
export const formerImports: Pass = {
  id: 'former-imports',
  words: /@modelcontextprotocol\/sdk/,
  rewrite({ file, mark }) {
    for (const statement of file.program.body) {
      if (statement.type !== 'ImportDeclaration' || !statement.source.value.startsWith('@modelcontextprotocol/sdk')) continue;
      mark(statement.range[0], 'sdk-removed', statement.specifiers.map(s => s.local.name).join(', '));
    }
  },
};
