import type { TSESTree } from '@typescript-eslint/types';
import { keyName, propertyValue } from '../../mcp/exports.js';
import { indexOf, innermost } from '../../mcp/file-index.js';
import { walkTree } from '../../parse/walk.js';
import { addNamedImport } from '../imports.js';
import type { Pass, PassFile } from '../pass.js';

const CLASSES = /^(?:McpServer|Server)$/;
const KNOWN: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['tools', new Set(['listChanged'])],
  ['prompts', new Set(['listChanged'])],
  ['resources', new Set(['listChanged', 'subscribe'])],
]);

/**
 * Tools that stand among the capabilities, `tools: { search: SEARCH }`: the first major let them, no client has ever read them, and the
 * second does not know them.
 */
export const capabilityMembers: Pass = {
  id: 'capability-members',
  words: /\bcapabilities\b/,
  rewrite(pass) {
    if (!/\.[cm]?tsx?$/.test(pass.file.path)) return;
    for (const made of indexOf(pass.file).news) {
      const capabilities = objectAt(made.arguments[1], 'capabilities');
      if (!capabilities) continue;
      const strange = [...KNOWN].flatMap(([name, known]) => {
        const object = objectAt(capabilities, name);
        const members = object?.properties.filter(p => p.type !== 'Property' || p.computed || !known.has(keyName(p.key) ?? '')) ?? [];
        return object && members.length > 0 ? [{ name, object, members }] : [];
      });
      if (strange.length === 0 || pass.mcp.constructed(pass.file, made, CLASSES)?.type.startsWith('sdk#') !== true) continue;
      for (const { name, object, members } of strange) takeOut(pass, name, object, members);
    }
  },
};

function objectAt(node: TSESTree.Node | undefined, name: string): TSESTree.ObjectExpression | undefined {
  const value = node?.type === 'ObjectExpression' ? propertyValue(node, name) : undefined;
  const inner = value && innermost(value);
  return inner?.type === 'ObjectExpression' ? inner : undefined;
}

/** What is used nowhere else would be left without a use: then it stays where it is. */
function takeOut(pass: PassFile, name: string, object: TSESTree.ObjectExpression, members: readonly TSESTree.ObjectLiteralElement[]): void {
  const properties = members.filter(m => m.type === 'Property');
  if (properties.length === members.length && !members.some(m => isLastUse(pass, m))) {
    pass.editor.removeProperties(properties);
    return;
  }
  pass.editor.insert(object.range[1], ` as ServerCapabilities['${name}']`);
  addNamedImport(pass.editor, '@modelcontextprotocol/sdk/types.js', 'ServerCapabilities', 'type');
}

function isLastUse({ file }: PassFile, member: TSESTree.Node): boolean {
  const [start, end] = member.range;
  let isLast = false;
  walkTree(member, node => {
    const variable = node.type === 'Identifier' ? file.variableOf(node) : undefined;
    if (variable && variable.references.every(r => r.init === true || (r.identifier.range[0] >= start && r.identifier.range[1] <= end))) isLast = true;
  });
  return isLast;
}
