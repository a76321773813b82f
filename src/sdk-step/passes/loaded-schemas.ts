import type { TSESTree } from '@typescript-eslint/types';
import { memberName } from '../../mcp/file-index.js';
import { sdk } from '../../mcp/sdk.js';
import type { SourceFile } from '../../parse/source.js';
import { walkTree } from '../../parse/walk.js';
import type { Pass, PassFile } from '../pass.js';

const TYPES = '@modelcontextprotocol/sdk/types.js';

/**
 * `const { ListToolsRequestSchema } = await import('@modelcontextprotocol/sdk/types.js')`, or of a name that was given to that: the codemod
 * knows import declarations only, and the second major has no such schemas. Without this they are undefined at run time, and nothing says so.
 */
export const loadedSchemas: Pass = {
  id: 'loaded-schemas',
  words: /\bimport\(\s*['"]@modelcontextprotocol\/sdk\/types(?:\.js)?['"]/,
  rewrite(pass) {
    const taken = new Map<TSESTree.ObjectPattern, TSESTree.Property[]>();
    walkTree(pass.file.program, node => {
      if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression' || !/^set(?:Request|Notification)Handler$/.test(memberName(node.callee) ?? '')) return;
      const [schema] = node.arguments;
      const property = schema?.type === 'Identifier' ? propertyOf(pass.file, schema) : undefined;
      const method = property?.key.type === 'Identifier' ? methodOf(property.key.name) : undefined;
      if (!schema || !property || method === undefined || property.parent.type !== 'ObjectPattern') return;
      const { quote } = pass.editor.style;
      pass.editor.replace(schema, `${quote}${method}${quote}`);
      taken.set(property.parent, [...(taken.get(property.parent) ?? []), property]);
    });
    for (const [pattern, properties] of taken) clear(pass, pattern, [...new Set(properties)].filter(p => isUsedOnce(pass.file, p, properties)));
  },
};

/** The name in `const { X } = ...` that an identifier is. */
function propertyOf(file: SourceFile, identifier: TSESTree.Identifier): TSESTree.Property | undefined {
  const definition = file.variableOf(identifier)?.defs[0];
  const name = definition?.node.type === 'VariableDeclarator' ? definition.name : undefined;
  const property = name?.parent;
  return property?.type === 'Property' && property.parent.type === 'ObjectPattern' && property.value === name ? property : undefined;
}

function methodOf(name: string): string | undefined {
  const found = sdk().export(TYPES, name);
  return found === undefined ? undefined : sdk().methodOfSchema(found.id);
}

/** Nothing but the registrations that were rewritten. */
function isUsedOnce(file: SourceFile, property: TSESTree.Property, rewritten: readonly TSESTree.Property[]): boolean {
  const variable = property.value.type === 'Identifier' ? file.variableOf(property.value) : undefined;
  return variable?.references.filter(r => r.init !== true).length === rewritten.filter(p => p === property).length;
}

function clear({ editor }: PassFile, pattern: TSESTree.ObjectPattern, unused: readonly TSESTree.Property[]): void {
  const statement = pattern.parent.type === 'VariableDeclarator' ? pattern.parent.parent : undefined;
  if (unused.length < pattern.properties.length) editor.removeElements(unused, pattern);
  else if (statement?.type === 'VariableDeclaration' && statement.declarations.length === 1) editor.removeStatement(statement);
}
