import type { TSESTree } from '@typescript-eslint/types';
import type { CompileError } from '../../migrate/types.js';
import { walkTree } from '../../parse/walk.js';
import type { SourceFile } from '../../parse/source.js';
import { addNamedImport } from '../imports.js';
import type { PassFile } from '../pass.js';
import { isZod } from '../passes/zod-name.js';
import { editedWhere, type TypeRepair } from './attempt.js';
import { homeOf } from './homes.js';

const CONSTRAINT = 2344;

/** `z.infer<typeof RequestSchema>` where the program has another major of zod than the SDK: the SDK has a type of that name. */
export const inferredTypes: TypeRepair = {
  fits: ({ code, message }) => code === CONSTRAINT && /\bZod\w+</.test(message),
  ways: [(project, errors) => editedWhere(project, errors, { id: 'inferred-types', words: /\.(?:infer|input|output)\s*</ }, nameAll)],
};

function nameAll({ file, project, editor }: PassFile, errors: readonly CompileError[]): void {
  const lines = project.lines(file.path);
  const wrong = new Set(errors.map(e => e.line));
  const names = new Map<string, string>();
  const gone: TSESTree.Node[] = [];
  const preferred = file.program.body.flatMap(s => (s.type === 'ImportDeclaration' && /^@modelcontextprotocol\/(?:server|client)$/.test(s.source.value) ? [s.source.value] : []))[0] ?? '@modelcontextprotocol/server';
  walkTree(file.program, node => {
    const schema = node.type === 'TSTypeReference' && wrong.has(lines.position(node.range[0]).line) ? schemaOf(file, node) : undefined;
    const type = schema?.replace(/Schema$/, '') ?? '';
    const home = schema?.endsWith('Schema') === true ? homeOf(type, preferred) : undefined;
    if (home === undefined) return;
    const name = names.get(type) ?? nameFor(file, type);
    if (!names.has(type)) addNamedImport(editor, home, name === type ? type : `${type} as ${name}`, 'type');
    names.set(type, name);
    editor.replace(node, name);
    gone.push(node);
  });
  if (gone.length > 0) removeUnused({ file, editor }, gone);
}

/** The schema of the SDK that is asked for its type: named itself, or what a parameter is said to be. */
function schemaOf(file: SourceFile, { typeName, typeArguments }: TSESTree.TSTypeReference): string | undefined {
  if (typeName.type !== 'TSQualifiedName' || typeName.left.type !== 'Identifier' || !/^(?:infer|input|output)$/.test(typeName.right.name) || moduleOf(file, typeName.left) !== 'zod') return undefined;
  const asked = typeArguments?.params[0];
  const own = asked?.type === 'TSTypeQuery' && asked.exprName.type === 'Identifier' ? asked.exprName : undefined;
  if (!own) return undefined;
  const annotation = file.variableOf(own)?.defs.flatMap(d => ('typeAnnotation' in d.name && d.name.typeAnnotation ? [d.name.typeAnnotation.typeAnnotation] : []))[0];
  const schema = annotation?.type === 'TSTypeQuery' && annotation.exprName.type === 'Identifier' ? annotation.exprName : own;
  return moduleOf(file, schema) === 'sdk' ? importedName(file, schema) : undefined;
}

function definitionOf(file: SourceFile, name: TSESTree.Identifier): { readonly module: string; readonly imported: string } | undefined {
  const definition = file.variableOf(name)?.defs[0];
  if (definition?.type !== 'ImportBinding' || definition.parent.type !== 'ImportDeclaration') return undefined;
  const { node } = definition;
  return { module: definition.parent.source.value, imported: node.type === 'ImportSpecifier' && node.imported.type === 'Identifier' ? node.imported.name : name.name };
}

function moduleOf(file: SourceFile, name: TSESTree.Identifier): 'zod' | 'sdk' | undefined {
  const module = definitionOf(file, name)?.module ?? '';
  return isZod(module) ? 'zod' : module.startsWith('@modelcontextprotocol/') ? 'sdk' : undefined;
}

function importedName(file: SourceFile, name: TSESTree.Identifier): string | undefined {
  return definitionOf(file, name)?.imported;
}

/** `Request` may be the one of the web here. */
function nameFor(file: SourceFile, type: string): string {
  const known = file.scopes.scopes.some(s => s.set.get(type)?.defs.length) || file.scopes.scopes.some(s => s.references.some(r => r.identifier.name === type));
  return known ? `Mcp${type}` : type;
}

function removeUnused({ file, editor }: Pick<PassFile, 'file' | 'editor'>, gone: readonly TSESTree.Node[]): void {
  for (const statement of file.program.body) {
    if (statement.type !== 'ImportDeclaration') continue;
    const unused = statement.specifiers.filter(s => {
      const references = file.variableOf(s.local)?.references ?? [];
      return references.length > 0 && references.every(r => gone.some(n => n.range[0] <= r.identifier.range[0] && r.identifier.range[1] <= n.range[1]));
    });
    if (unused.length === 0) continue;
    if (unused.length === statement.specifiers.length) editor.removeStatement(statement);
    else editor.removeElements(unused, statement);
  }
}
