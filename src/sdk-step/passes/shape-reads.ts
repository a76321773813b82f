import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../../files/kinds.js';
import { indexOf, innermost, memberName } from '../../mcp/file-index.js';
import type { Pass, PassFile } from '../pass.js';

const SCHEMAS = ['inputSchema', 'outputSchema', 'argsSchema'];
/** What schemas have themselves, and JSON Schema. */
const OF_SCHEMAS = /^(?:shape|parse|safeParse|parseAsync|safeParseAsync|def|_def|type|properties|required|description|additionalProperties|_zod|toString|describe)$/;

/** Tests that look into the raw shape with which a tool was registered find it in the schema. */
export const shapeReads: Pass = {
  id: 'shape-reads',
  words: /\.(?:inputSchema|outputSchema|argsSchema)\b/,
  rewrite(pass) {
    // Only a double of a server keeps what was registered; what a client lists is JSON Schema.
    if (zoneOf(pass.file.path) !== 'test' || !/\b(?:registerTool|registerPrompt|tool)\b\s*[:(=]|\bmock\.calls\b/.test(pass.file.text)) return;
    for (const name of SCHEMAS) for (const use of indexOf(pass.file).members.get(name) ?? []) if (!use.optional && looksInto(pass, use) && !isHeld(pass, use)) addShape(pass, use);
  },
};

/** A descriptor of the program, which holds the raw shape as before; it becomes a schema where it is registered. */
function isHeld(pass: PassFile, use: TSESTree.MemberExpression): boolean {
  return pass.mcp.values(pass.file, use).some(({ value }) => value.kind === 'object');
}

function looksInto(pass: PassFile, use: TSESTree.MemberExpression): boolean {
  const whole = casted(use);
  const { parent } = whole;
  if (parent?.type === 'VariableDeclarator' && parent.init === whole && parent.id.type === 'Identifier') {
    const uses = pass.file.variableOf(parent.id)?.references.filter(r => r.init !== true) ?? [];
    return uses.length > 0 && uses.every(r => isRead(r.identifier));
  }
  return isRead(whole);
}

function isRead(node: TSESTree.Node): boolean {
  const { parent } = node;
  if (parent?.type === 'CallExpression') return isKeysOf(parent);
  if (parent?.type === 'BinaryExpression') return parent.operator === 'in' && parent.right === node;
  return parent?.type === 'MemberExpression' && parent.object === node && !parent.computed && !OF_SCHEMAS.test(memberName(parent) ?? 'shape');
}

function isKeysOf(call: TSESTree.CallExpression): boolean {
  const callee = innermost(call.callee);
  return callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.object.name === 'Object' && /^(?:keys|entries|values)$/.test(memberName(callee) ?? '');
}

function casted(node: TSESTree.Node): TSESTree.Node {
  let current = node;
  while (current.parent?.type === 'TSAsExpression' || current.parent?.type === 'TSNonNullExpression') current = current.parent;
  return current;
}

function addShape({ file, editor }: PassFile, use: TSESTree.MemberExpression): void {
  const whole = casted(use);
  if (whole.type !== 'TSAsExpression') {
    editor.insert(whole.range[1], '.shape');
    return;
  }
  const type = file.text.slice(...whole.typeAnnotation.range);
  if (type === 'any') editor.insert(whole.range[1], ').shape');
  else editor.replace(whole.typeAnnotation, `{ shape: ${type} }`);
  const isWrapped = file.text[whole.range[0] - 1] === '(' && file.text[whole.range[1]] === ')';
  if (isWrapped && type !== 'any') editor.insert(whole.range[1] + 1, '.shape');
  else {
    editor.insert(whole.range[0], '(');
    if (type !== 'any') editor.insert(whole.range[1], ').shape');
  }
}
