import type { Pass } from '../pass.js';

/** Types by which v1 stood between majors of zod, and what zod itself calls them. */
const OF_ZOD: Readonly<Record<string, string>> = {
  ZodRawShapeCompat: 'ZodRawShape',
  AnySchema: 'ZodType',
  AnyObjectSchema: 'ZodObject',
};

export const compatTypes: Pass = {
  id: 'compat-types',
  words: /@modelcontextprotocol\/sdk\/server\/zod-compat/,
  rewrite({ file, editor }) {
    for (const statement of file.program.body) {
      if (statement.type !== 'ImportDeclaration' || !/\/sdk\/server\/zod-compat(?:\.js)?$/.test(statement.source.value)) continue;
      const known = statement.specifiers.filter(s => s.type === 'ImportSpecifier' && s.imported.type === 'Identifier' && s.imported.name in OF_ZOD);
      if (known.length === 0) continue;
      const { quote, semicolon, eol } = editor.style;
      const names = known.map(s => {
        const imported = s.type === 'ImportSpecifier' && s.imported.type === 'Identifier' ? (OF_ZOD[s.imported.name] ?? s.imported.name) : s.local.name;
        return imported === s.local.name ? imported : `${imported} as ${s.local.name}`;
      });
      const line = `import type { ${names.join(', ')} } from ${quote}zod${quote}${semicolon}`;
      if (known.length === statement.specifiers.length) editor.replace(statement, line);
      else {
        editor.removeElements(known, statement);
        editor.insert(statement.range[1], `${eol}${line}`);
      }
    }
  },
};
