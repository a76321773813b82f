import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../mcp/exports.js';
import { enclosingFunction, indexOf, innermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import type { SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';

/** A question whether the client has a capability. */
export interface Guard {
  /** The whole question, `caps?.sampling !== undefined`. */
  readonly node: TSESTree.Node;
  /** It asks for the absence. */
  readonly negated: boolean;
}

/** Files that ask the client by themselves, or through a function of a file that does. */
export function asking(project: Project, files: Iterable<SourceFile>): ReadonlySet<string> {
  const own = [...files].map(f => f.path);
  return new Set([...own, ...own.flatMap(path => project.importersOf(path))]);
}

/** Where a file asks for a capability of the client. Other uses than as a condition are left out. */
export function guardsFor(mcp: McpModel, file: SourceFile, capability: string, asksHere: boolean): readonly Guard[] {
  return (indexOf(file).members.get(capability) ?? []).flatMap(member => {
    if (!asksHere && !isNamedAfter(member, capability)) return [];
    if (!isCapabilities(mcp, file, member.object)) return [];
    const guard = questionAround(member);
    return guard ? [guard] : [];
  });
}

/** `supportsSampling() { return ... }`: a question for others. What only reports capabilities reports those of the client. */
function isNamedAfter(node: TSESTree.Node, capability: string): boolean {
  const fn = enclosingFunction(node);
  const isAnswer = node.parent?.type !== 'Property' && fn !== undefined;
  const name = fn?.type === 'FunctionDeclaration' ? fn.id?.name : fn?.parent.type === 'MethodDefinition' ? keyName(fn.parent.key) : fn?.parent.type === 'VariableDeclarator' && fn.parent.id.type === 'Identifier' ? fn.parent.id.name : undefined;
  return isAnswer && name !== undefined && name.toLowerCase().includes(capability) && /^(?:can|has|is|supports?|does|should|may)/i.test(name);
}

function isCapabilities(mcp: McpModel, file: SourceFile, object: TSESTree.Node): boolean {
  const inner = innermost(object);
  if (mcp.types(file, inner).some(t => t.type.endsWith('#ClientCapabilities'))) return true;
  if (isQuestion(inner)) return mcp.call(file, inner) !== undefined;
  const definition = inner.type === 'Identifier' ? file.variableOf(inner)?.defs[0] : undefined;
  const init = definition?.type === 'Variable' ? definition.node.init : undefined;
  const asked = init?.type === 'LogicalExpression' ? innermost(init.left) : init ? innermost(init) : undefined;
  return asked !== undefined && isQuestion(asked);
}

function isQuestion(node: TSESTree.Node): node is TSESTree.CallExpression {
  return node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && node.callee.property.type === 'Identifier' && node.callee.property.name === 'getClientCapabilities';
}

function questionAround(member: TSESTree.Node): Guard | undefined {
  let node = member;
  for (let { parent } = node; parent; { parent } = node) {
    const passes = (parent.type === 'MemberExpression' && parent.object === node) || parent.type === 'ChainExpression' || parent.type === 'TSNonNullExpression';
    if (!passes) break;
    node = parent;
  }
  const { parent } = node;
  if (parent?.type === 'BinaryExpression' && parent.left === node && isNothing(parent.right)) {
    if (/^!==?$/.test(parent.operator)) return { node: parent, negated: false };
    return /^===?$/.test(parent.operator) ? { node: parent, negated: true } : undefined;
  }
  return isCondition(node, parent) ? { node, negated: false } : undefined;
}

function isNothing(node: TSESTree.Node): boolean {
  return (node.type === 'Identifier' && node.name === 'undefined') || (node.type === 'Literal' && node.value === null);
}

function isCondition(node: TSESTree.Node, parent: TSESTree.Node | undefined): boolean {
  switch (parent?.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      return parent.test === node;
    case 'UnaryExpression':
      return parent.operator === '!';
    case 'LogicalExpression':
      return isCondition(parent, parent.parent);
    case 'CallExpression':
      return parent.callee.type === 'Identifier' && parent.callee.name === 'Boolean';
    case 'VariableDeclarator':
      return parent.init === node && parent.id.type === 'Identifier' && (!parent.id.typeAnnotation || parent.id.typeAnnotation.typeAnnotation.type === 'TSBooleanKeyword');
    case 'ReturnStatement':
      return true;
    default:
      return false;
  }
}
