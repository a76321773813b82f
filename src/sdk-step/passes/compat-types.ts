import type { TSESTree } from '@typescript-eslint/types';
import { walkTree } from '../../parse/walk.js';
import type { Pass, PassFile } from '../pass.js';

/** Types by which v1 stood between majors of zod, and what zod itself calls them. */
const OF_ZOD: Readonly<Record<string, string>> = {
  ZodRawShapeCompat: 'ZodRawShape',
  AnySchema: 'ZodType',
  AnyObjectSchema: 'ZodObject',
};
const SHAPE = 'ZodRawShapeCompat';

export const compatTypes: Pass = {
  id: 'compat-types',
  words: /@modelcontextprotocol\/sdk\/server\/zod-compat/,
  rewrite(pass) {
    const { file, editor } = pass;
    for (const statement of file.program.body) {
      if (statement.type !== 'ImportDeclaration' || !/\/sdk\/server\/zod-compat(?:\.js)?$/.test(statement.source.value)) continue;
      const known = statement.specifiers.filter(s => importedName(s) in OF_ZOD);
      if (known.length === 0) continue;
      const { quote, semicolon, eol } = editor.style;
      const joined = joinUnions(pass, known);
      const names = known.flatMap(s => {
        if (file.variableOf(s.local)?.references.every(r => joined.some(n => n.range[0] <= r.identifier.range[0] && r.identifier.range[1] <= n.range[1])) === true && joined.length > 0) return [];
        const imported = OF_ZOD[importedName(s)] ?? importedName(s);
        return imported === s.local.name ? imported : `${imported} as ${s.local.name}`;
      });
      const importLine = (list: readonly string[], module: string): readonly string[] => (list.length === 0 ? [] : [`import type { ${list.join(', ')} } from ${quote}${module}${quote}${semicolon}`]);
      const lines = [...importLine(joined.length > 0 ? ['StandardSchemaWithJSON'] : [], '@modelcontextprotocol/server'), ...importLine(names, 'zod')];
      if (known.length === statement.specifiers.length) editor.replace(statement, lines.join(eol));
      else {
        editor.removeElements(known, statement);
        editor.insert(statement.range[1], lines.map(l => eol + l).join(''));
      }
    }
  },
};

function importedName(specifier: TSESTree.ImportClause): string {
  return specifier.type === 'ImportSpecifier' && specifier.imported.type === 'Identifier' ? specifier.imported.name : '';
}

/** `Input extends ZodRawShapeCompat | AnySchema`, all that could be registered: in the second major that is one type. */
function joinUnions({ file, editor }: PassFile, specifiers: readonly TSESTree.ImportClause[]): readonly TSESTree.TSUnionType[] {
  const found: TSESTree.TSUnionType[] = [];
  const nameOf = (type: TSESTree.TypeNode): string => {
    const name = type.type === 'TSTypeReference' && !type.typeArguments && type.typeName.type === 'Identifier' ? type.typeName : undefined;
    const specifier = name && specifiers.find(s => s.local.name === name.name && file.variableOf(name)?.defs.some(d => d.node === s));
    return specifier ? importedName(specifier) : '';
  };
  walkTree(file.program, node => {
    if (node.type !== 'TSUnionType' || node.parent.type !== 'TSTypeParameter' || node.parent.constraint !== node) return;
    const names = node.types.map(nameOf);
    if (!names.includes(SHAPE) || !names.some(n => n !== '' && n !== SHAPE)) return;
    const first = names.findIndex(n => n !== '');
    const parts = node.types.flatMap((type, i) => (names[i] === '' ? [editor.text(type)] : i === first ? ['StandardSchemaWithJSON'] : []));
    editor.replace(node, parts.join(' | '));
    found.push(node);
  });
  return found;
}
