import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../../parse/source.js';
import { requiredModule } from '../commonjs.js';
import { addImport, isCommonJs } from '../imports.js';
import type { PassFile } from '../pass.js';

const added = new WeakMap<SourceFile, string>();

/** The name under which a file knows zod; it is imported where it is not. */
export function ensureZod({ file, editor }: Pick<PassFile, 'file' | 'editor'>): string {
  const known = zodName(file) ?? added.get(file);
  if (known !== undefined) return known;
  const name = file.scopes.scopes.some(s => s.set.has('z')) ? 'zod' : 'z';
  added.set(file, name);
  const { quote, semicolon } = editor.style;
  const imported = name === 'z' ? '{ z }' : isCommonJs(file) ? '{ z: zod }' : '{ z as zod }';
  addImport(editor, isCommonJs(file) ? `const ${imported} = require(${quote}zod${quote})${semicolon}` : `import ${imported} from ${quote}zod${quote}${semicolon}`);
  return name;
}

/** By import or require, as a value. */
export function zodName(file: SourceFile): string | undefined {
  for (const statement of file.program.body) {
    if (statement.type === 'ImportDeclaration' && isZod(statement.source.value) && statement.importKind !== 'type') {
      const local = statement.specifiers.find(s => s.type !== 'ImportSpecifier' || (s.importKind !== 'type' && s.imported.type === 'Identifier' && s.imported.name === 'z'));
      if (local) return local.local.name;
    }
    if (statement.type === 'VariableDeclaration') for (const d of statement.declarations) {
      if (d.init && isZod(requiredModule(d.init) ?? '')) {
        const name = requiredZod(d.id);
        if (name !== undefined) return name;
      }
    }
  }
  return undefined;
}

export function isZod(specifier: string): boolean {
  return /^(?:npm:)?zod(?:@[^/]+)?(?:\/(?:v3|v4|index(?:\.js)?))?$/.test(specifier);
}

function requiredZod(id: TSESTree.BindingName): string | undefined {
  if (id.type === 'Identifier') return id.name;
  if (id.type !== 'ObjectPattern') return undefined;
  for (const p of id.properties) if (p.type === 'Property' && p.key.type === 'Identifier' && p.key.name === 'z' && p.value.type === 'Identifier') return p.value.name;
  return undefined;
}
