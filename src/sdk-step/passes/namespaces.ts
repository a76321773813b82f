import type { TSESTree } from '@typescript-eslint/types';
import { sdk } from '../../mcp/sdk.js';
import type { SourceFile } from '../../parse/source.js';
import { requiredModule } from '../commonjs.js';
import type { Pass, PassFile } from '../pass.js';

interface Namespace {
  readonly local: TSESTree.Identifier;
  readonly module: string;
  /** The whole `* as types` statement, or the name that a require is given to. */
  readonly statement: TSESTree.ImportDeclaration | TSESTree.VariableDeclarator;
}

/**
 * What v1 had in one module is in several packages of v2, so a namespace cannot follow: `types.Tool` becomes `Tool`, imported by name.
 */
export const namespaces: Pass = {
  id: 'namespaces',
  words: /\*\s*as\s+[\w$]+\s+from\s*['"]@modelcontextprotocol\/sdk|[\w$]+\s*=\s*require\(\s*['"]@modelcontextprotocol\/sdk/,
  rewrite(pass) {
    for (const namespace of namespacesOf(pass.file)) split(pass, namespace);
  },
};

function namespacesOf(file: SourceFile): readonly Namespace[] {
  const found: Namespace[] = [];
  for (const statement of file.program.body) {
    if (statement.type === 'ImportDeclaration' && isSdk(statement.source.value)) {
      const star = statement.specifiers.find(s => s.type === 'ImportNamespaceSpecifier');
      if (star && statement.specifiers.length === 1) found.push({ local: star.local, module: statement.source.value, statement });
    }
    if (statement.type !== 'VariableDeclaration') continue;
    for (const declarator of statement.declarations) {
      const module = declarator.init ? requiredModule(declarator.init) : undefined;
      if (module !== undefined && isSdk(module) && declarator.id.type === 'Identifier') found.push({ local: declarator.id, module, statement: declarator });
    }
  }
  return found;
}

function isSdk(specifier: string): boolean {
  return specifier.startsWith('@modelcontextprotocol/sdk/');
}

function split(pass: PassFile, { local, module, statement }: Namespace): void {
  const { file, editor } = pass;
  const variable = file.variableOf(local);
  if (!variable) return;
  const uses = variable.references.filter(r => r.init !== true).map(r => memberUse(r.identifier));
  if (uses.length === 0) return;
  if (!uses.every(u => u !== undefined)) {
    pass.mark(statement.range[0], 'sdk-path', `The namespace ${local.name} is passed on as a whole.`);
    return;
  }
  const locals = new Map<string, string>();
  for (const { name } of uses) if (!locals.has(name)) locals.set(name, freeName(file, name, locals));
  for (const { node, name } of uses) editor.replace(node, locals.get(name) ?? name);
  const inTypeScript = /\.[cm]?tsx?$/.test(file.path);
  const isTypeImport = statement.type === 'ImportDeclaration' && statement.importKind === 'type';
  const separator = statement.type === 'ImportDeclaration' ? ' as ' : ': ';
  const names = [...locals].map(([name, alias]) => {
    const onlyType = inTypeScript && !isTypeImport && sdk().export(module, name)?.what === 'type';
    return `${onlyType ? 'type ' : ''}${name}${alias === name ? '' : `${separator}${alias}`}`;
  });
  const list = `{ ${names.join(', ')} }`;
  if (statement.type === 'VariableDeclarator') editor.replace(local, list);
  else editor.replace({ range: [file.text.indexOf('*', statement.range[0]), local.range[1]] }, list);
}

function memberUse(identifier: TSESTree.Identifier | TSESTree.JSXIdentifier): { readonly node: TSESTree.Node; readonly name: string } | undefined {
  const { parent } = identifier;
  if (parent.type === 'MemberExpression' && parent.object === identifier && !parent.computed && parent.property.type === 'Identifier') return { node: parent, name: parent.property.name };
  if (parent.type === 'TSQualifiedName' && parent.left === identifier) return { node: parent, name: parent.right.name };
  return undefined;
}

/** A name that nothing else in the file has, also no inner scope and no global that it uses. */
function freeName(file: SourceFile, name: string, taken: ReadonlyMap<string, string>): string {
  const isTaken = (candidate: string): boolean =>
    [...taken.values()].includes(candidate) || file.scopes.scopes.some(s => s.set.has(candidate)) || file.scopes.scopes[0]?.through.some(r => r.identifier.name === candidate) === true;
  if (!isTaken(name)) return name;
  for (let i = 0; ; i++) {
    const candidate = `Mcp${name.charAt(0).toUpperCase()}${name.slice(1)}${i === 0 ? '' : i}`;
    if (!isTaken(candidate)) return candidate;
  }
}
