import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import { innermost, memberName, outermost } from './file-index.js';
import type { McpModel } from './model.js';

// Programs that take the protocol's messages apart by themselves.

/** `message.method === 'x'`, `case 'x':` under `switch (message.method)`: the text stands for the method of a message. */
export function isComparedWithMethod(text: TSESTree.Node): boolean {
  const compared = comparedWith(text);
  return compared !== undefined && isNamedMethod(compared);
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
  const name = inner.type === 'Identifier' ? inner.name : inner.type === 'MemberExpression' ? memberName(inner) : undefined;
  return name !== undefined && /method$/i.test(name);
}

/** The same for texts that are methods of embedded pages, which have a protocol of their own. */
export function isMethodOfPage(mcp: McpModel, file: SourceFile, text: TSESTree.Node): boolean {
  const compared = comparedWith(text);
  return compared !== undefined && mcp.values(file, innermost(compared)).some(k => k.value.kind === 'text' && k.value.text.startsWith('ui/'));
}
