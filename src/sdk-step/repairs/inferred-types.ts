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
  const wanted = new Map<string, readonly string[]>();
  const preferred = file.program.body.flatMap(s => (s.type === 'ImportDeclaration' && /^@modelcontextprotocol\/(?:server|client)$/.test(s.source.value) ? [s.source.value] : []))[0] ?? '@modelcontextprotocol/server';
  walkTree(file.program, node => {
    const asked = node.type === 'TSTypeReference' && wrong.has(lines.position(node.range[0]).line) ? schemaOf(file, node) : undefined;
    const type = asked?.schema.replace(/Schema$/, '') ?? '';
    const home = asked?.schema.endsWith('Schema') === true ? homeOf(type, preferred) : undefined;
    if (home === undefined) return;
    const name = names.get(type) ?? nameFor(file, type);
    if (!names.has(type)) wanted.set(home, [...(wanted.get(home) ?? []), name === type ? type : `${type} as ${name}`]);
    names.set(type, name);
    editor.replace(node, asked?.member === undefined ? name : `${name}[${editor.style.quote}${asked.member}${editor.style.quote}]`);
    gone.push(node);
    if (asked?.declared) {
      editor.removeStatement(asked.declared);
      gone.push(asked.declared);
    }
  });
  // In one line, where there is none to join.
  const isJoined = (home: string): boolean => file.program.body.some(s => s.type === 'ImportDeclaration' && s.source.value === home);
  for (const [home, list] of wanted) for (const name of isJoined(home) ? list : [list.join(', ')]) addNamedImport(editor, home, name, 'type');
  if (gone.length > 0) removeUnused({ file, editor }, gone);
}

interface Asked {
  readonly schema: string;
  /** `RequestSchema.shape.params`: one member of it. */
  readonly member?: string;
  /** Where it was given a name that nothing else uses. */
  readonly declared?: TSESTree.Node;
}

/** The schema of the SDK that is asked for its type: named itself, one member of it, or what a parameter is said to be. */
function schemaOf(file: SourceFile, { typeName, typeArguments }: TSESTree.TSTypeReference): Asked | undefined {
  if (typeName.type !== 'TSQualifiedName' || typeName.left.type !== 'Identifier' || !/^(?:infer|input|output)$/.test(typeName.right.name) || moduleOf(file, typeName.left) !== 'zod') return undefined;
  const asked = typeArguments?.params[0];
  if (asked?.type !== 'TSTypeQuery') return undefined;
  if (asked.exprName.type === 'TSQualifiedName') return memberOf(file, asked.exprName.left, asked.exprName.right.name);
  const own = asked.exprName.type === 'Identifier' ? asked.exprName : undefined;
  if (!own) return undefined;
  const variable = file.variableOf(own);
  const annotation = variable?.defs.flatMap(d => ('typeAnnotation' in d.name && d.name.typeAnnotation ? [d.name.typeAnnotation.typeAnnotation] : []))[0];
  const schema = annotation?.type === 'TSTypeQuery' && annotation.exprName.type === 'Identifier' ? annotation.exprName : own;
  if (moduleOf(file, schema) === 'sdk') return named(file, schema);
  const declarator = variable?.defs[0]?.node;
  if (declarator?.type !== 'VariableDeclarator' || declarator.init?.type !== 'MemberExpression' || declarator.init.property.type !== 'Identifier' || declarator.init.computed) return undefined;
  const found = memberOf(file, declarator.init.object, declarator.init.property.name);
  const isOnly = variable?.references.every(r => r.init === true || r.identifier === own) === true && declarator.parent.declarations.length === 1 && declarator.parent.parent.type === 'Program';
  return found && { ...found, ...(isOnly && { declared: declarator.parent }) };
}

/** `ToolSchema.shape`, of which one member is asked. */
function memberOf(file: SourceFile, shape: TSESTree.Node, member: string): Asked | undefined {
  const inner = shape.type === 'TSQualifiedName' ? { of: shape.left, name: shape.right.name } : shape.type === 'MemberExpression' && shape.property.type === 'Identifier' ? { of: shape.object, name: shape.property.name } : undefined;
  if (inner?.name !== 'shape' || inner.of.type !== 'Identifier' || moduleOf(file, inner.of) !== 'sdk') return undefined;
  const found = named(file, inner.of);
  return found && { ...found, member };
}

function named(file: SourceFile, schema: TSESTree.Identifier): Asked | undefined {
  const name = importedName(file, schema);
  return name === undefined ? undefined : { schema: name };
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
