import type { TSESTree } from '@typescript-eslint/types';
import { keyName, propertyValue } from '../../mcp/exports.js';
import { indexOf, innermost } from '../../mcp/file-index.js';
import { walkTree } from '../../parse/walk.js';
import { addNamedImport } from '../imports.js';
import type { Pass, PassFile } from '../pass.js';

const CLASSES = /^(?:McpServer|Server)$/;
/** Of servers. */
export const CAPABILITIES = new Set(['completions', 'experimental', 'extensions', 'logging', 'prompts', 'resources', 'tasks', 'tools']);
/** What stands in a capability that says which of its parts there are. `roots` is one of clients. */
export const MEMBERS_OF_CAPABILITIES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['roots', new Set(['listChanged'])],
  ['tools', new Set(['listChanged'])],
  ['prompts', new Set(['listChanged'])],
  ['resources', new Set(['listChanged', 'subscribe'])],
]);

/**
 * What stands among the capabilities of a server without being one, `tools: { search: SEARCH }`, `resourceTemplates: {}`: the first major let
 * it, no client has ever read it, and the second does not know it.
 */
export const capabilityMembers: Pass = {
  id: 'capability-members',
  words: /\bcapabilities\b/,
  rewrite(pass) {
    if (!/\.[cm]?tsx?$/.test(pass.file.path)) return;
    for (const made of indexOf(pass.file).news) {
      const capabilities = objectAt(made.arguments[1], 'capabilities');
      const strange = capabilities ? strangersIn(capabilities) : [];
      if (strange.length === 0 || pass.mcp.constructed(pass.file, made, CLASSES)?.type.startsWith('sdk#') !== true) continue;
      for (const { type, object, members } of strange) takeOut(pass, type, object, members);
    }
  },
};

interface Strangers {
  /** The type of the object that they stand in. */
  readonly type: string;
  readonly object: TSESTree.ObjectExpression;
  readonly members: readonly TSESTree.ObjectLiteralElement[];
}

function strangersIn(capabilities: TSESTree.ObjectExpression): readonly Strangers[] {
  const within = [...MEMBERS_OF_CAPABILITIES].flatMap(([name, known]) => {
    const object = CAPABILITIES.has(name) ? objectAt(capabilities, name) : undefined;
    const members = object?.properties.filter(p => p.type !== 'Property' || p.computed || !known.has(keyName(p.key) ?? '')) ?? [];
    return object && members.length > 0 ? [{ type: `ServerCapabilities['${name}']`, object, members }] : [];
  });
  const beside = capabilities.properties.filter(p => p.type === 'Property' && !p.computed && !CAPABILITIES.has(keyName(p.key) ?? ''));
  return beside.length > 0 ? [...within, { type: 'ServerCapabilities', object: capabilities, members: beside }] : within;
}

function objectAt(node: TSESTree.Node | undefined, name: string): TSESTree.ObjectExpression | undefined {
  const value = node?.type === 'ObjectExpression' ? propertyValue(node, name) : undefined;
  const inner = value && innermost(value);
  return inner?.type === 'ObjectExpression' ? inner : undefined;
}

/** What is used nowhere else would be left without a use: then it stays where it is. */
function takeOut(pass: PassFile, type: string, object: TSESTree.ObjectExpression, members: readonly TSESTree.ObjectLiteralElement[]): void {
  const properties = members.filter(m => m.type === 'Property');
  if (properties.length === members.length && !members.some(m => isLastUse(pass, m))) {
    pass.editor.removeProperties(properties);
    return;
  }
  pass.editor.insert(object.range[1], ` as ${type}`);
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
