import type { TSESTree } from '@typescript-eslint/types';
import { indexOf, innermost, memberName, outermost } from '../../mcp/file-index.js';
import type { PassFile } from '../pass.js';
import { isContext } from './context-values.js';

/** Headers of a request are a `Headers` object in v2: they are asked for by `get`, not read by index. */
export function rewriteHeaderUses(pass: PassFile): void {
  const { file } = pass;
  for (const member of indexOf(file).members.get('headers') ?? []) {
    if (member.object.type === 'Super' || !isRequestInfo(pass, member.object)) continue;
    const whole = outermost(member);
    const declarator = whole.parent?.type === 'VariableDeclarator' && whole.parent.init === whole && whole.parent.id.type === 'Identifier' ? whole.parent.id : undefined;
    if (read(pass, member)) continue;
    if (declarator && readsOnly(pass, declarator)) continue;
    asObject(pass, member);
  }
}

function isRequestInfo(pass: PassFile, node: TSESTree.Expression): boolean {
  const inner = innermost(node);
  if (inner.type === 'MemberExpression' && memberName(inner) === 'requestInfo' && inner.object.type !== 'Super' && isContext(pass, inner.object)) return true;
  // What the program has put together itself keeps its shape.
  const made = inner.type === 'Identifier' ? pass.file.variableOf(inner)?.defs[0]?.node : undefined;
  if (made?.type === 'VariableDeclarator' && made.init?.type === 'ObjectExpression') return false;
  return pass.mcp.values(pass.file, node).some(k => k.value.kind === 'sdk' && k.value.type === 'sdk#RequestInfo');
}

/** What changes of the headers: `delete headers['x-trace']`, `headers['x-trace'] = id`. */
function isChanged(use: TSESTree.MemberExpression): boolean {
  const { parent } = outermost(use);
  return (parent?.type === 'UnaryExpression' && parent.operator === 'delete') || (parent?.type === 'AssignmentExpression' && parent.left === outermost(use));
}

/** `headers['x-tenant']` where `headers` ends at an expression. */
function read(pass: PassFile, headers: TSESTree.Expression): boolean {
  const use = readOf(headers);
  if (!use) return false;
  replaceRead(pass, use);
  return true;
}

/** The member expression that reads one header of this object. */
function readOf(headers: TSESTree.Node): TSESTree.MemberExpression | undefined {
  let node = headers;
  while (node.parent?.type === 'TSNonNullExpression' || node.parent?.type === 'TSAsExpression') node = node.parent;
  const { parent } = node;
  if (parent?.type !== 'MemberExpression' || parent.object !== node) return undefined;
  const target = outermost(parent).parent;
  // `headers.get(name)` is how the second major reads already.
  if (!parent.computed && target?.type === 'CallExpression' && target.callee === outermost(parent)) return undefined;
  return isChanged(parent) ? undefined : parent;
}

function replaceRead({ file, editor }: PassFile, use: TSESTree.MemberExpression): void {
  const inner = file.text.slice(...use.property.range);
  const name = use.computed ? inner : `${editor.style.quote}${inner}${editor.style.quote}`;
  const from = Math.min(use.object.range[1], use.range[1]);
  editor.replace({ range: [from, use.range[1]] }, `${use.optional ? '?.' : '.'}get(${name})${takesNull(use) ? '' : ' ?? undefined'}`);
}

/** `get` gives null where an index gave undefined. Most places take either. */
function takesNull(use: TSESTree.MemberExpression): boolean {
  const whole = outermost(use);
  // A cast or an `await` says what the value is, whatever it was.
  if (whole !== use && whole.type === 'TSAsExpression') return true;
  const { parent } = whole;
  switch (parent?.type) {
    case 'LogicalExpression':
    case 'IfStatement':
    case 'UnaryExpression':
    case 'ConditionalExpression':
    case 'TemplateLiteral':
    case 'ExpressionStatement':
    case 'BinaryExpression':
    case 'MemberExpression':
    case 'ObjectPattern':
      return true;
    case 'CallExpression':
      return parent.callee === whole || (parent.callee.type === 'Identifier' && parent.callee.name === 'String');
    default:
      return false;
  }
}

/** A variable that holds the headers, and is only asked for single ones. */
function readsOnly(pass: PassFile, name: TSESTree.Identifier): boolean {
  if (name.typeAnnotation) return false;
  const variable = pass.file.variableOf(name);
  const reads = variable?.references.filter(r => r.init !== true).map(r => readOf(r.identifier)) ?? [];
  if (reads.length === 0 || !reads.every(r => r !== undefined)) return false;
  for (const use of reads) replaceRead(pass, use);
  return true;
}

/** Whatever else is done with the headers is done with a plain object. */
function asObject({ editor }: PassFile, headers: TSESTree.MemberExpression): void {
  const whole = outermost(headers);
  const { parent } = whole;
  const target = whole.type === 'ChainExpression' ? whole : headers;
  if (parent?.type === 'MemberExpression' && parent.object === whole) return;
  editor.insert(target.range[0], 'Object.fromEntries(');
  editor.insert(target.range[1], ' ?? [])');
  // There is an object now in any case.
  if (parent?.type === 'LogicalExpression' && parent.left === whole && parent.right.type === 'ObjectExpression' && parent.right.properties.length === 0) editor.replace({ range: [whole.range[1], parent.range[1]] }, '');
}
