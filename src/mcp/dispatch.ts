import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import { keyName } from './exports.js';
import { endName, innermost, memberName, outermost } from './file-index.js';
import type { McpModel } from './model.js';
import { isFunctionNode } from './values.js';

// Programs that take the protocol's messages apart by themselves.

/** `message.method === 'x'`, `case 'x':` under `switch (message.method)`: the text stands for the method of a message. */
export function isComparedWithMethod(text: TSESTree.Node): boolean {
  const compared = comparedWith(text);
  return compared !== undefined && isNamedMethod(compared);
}

/** The method that an entry answers in a table of all methods: `{ initialize, 'tools/list': list, [METHODS.call]: call }`. */
export function answeredMethod(mcp: McpModel, file: SourceFile, entry: TSESTree.Property): string | undefined {
  if (entry.parent.type !== 'ObjectExpression' || !isAnswer(entry.value)) return undefined;
  const methods = entry.parent.properties.flatMap(p => (p.type === 'Property' && isAnswer(p.value) ? [methodOfKey(mcp, file, p)] : []));
  return methods.includes('tools/list') && methods.includes('tools/call') ? methodOfKey(mcp, file, entry) : undefined;
}

function methodOfKey(mcp: McpModel, file: SourceFile, { computed, key }: TSESTree.Property): string | undefined {
  return computed ? mcp.text(file, key) : keyName(key);
}

/** A function, or the name of one: not a schema or a text. */
function isAnswer(value: TSESTree.Node): boolean {
  return isFunctionNode(value) || (value.type === 'Identifier' && !/schema/i.test(value.name)) || (value.type === 'MemberExpression' && !/schema/i.test(memberName(value) ?? '')) || (value.type === 'CallExpression' && value.callee.type === 'MemberExpression' && memberName(value.callee) === 'bind');
}

/** What a text is compared with, in a comparison for equality or in a switch. */
export function comparedWith(text: TSESTree.Node): TSESTree.Node | undefined {
  const outer = outermost(text);
  const { parent } = outer;
  if (parent?.type === 'BinaryExpression' && /^[!=]==?$/.test(parent.operator)) return parent.left === outer ? parent.right : parent.left;
  return parent?.type === 'SwitchCase' && parent.test === outer ? parent.parent.discriminant : undefined;
}

/** `method`, `body.method`, `request?.method`. */
function isNamedMethod(node: TSESTree.Node): boolean {
  const inner = innermost(node);
  const name = endName(inner);
  return name !== undefined && /method$/i.test(name);
}

/** The same for texts that are methods of embedded pages, which have a protocol of their own. */
export function isMethodOfPage(mcp: McpModel, file: SourceFile, text: TSESTree.Node): boolean {
  const compared = comparedWith(text);
  return compared !== undefined && mcp.values(file, innermost(compared)).some(k => k.value.kind === 'text' && k.value.text.startsWith('ui/'));
}
