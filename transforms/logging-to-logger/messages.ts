import type { TSESTree } from '../../src/define-transform.js';
import { innermost, keyName, memberName } from '../../src/define-transform.js';
import { declaredAs } from '../../src/mcp/references.js';
import type { McpModel } from '../../src/mcp/model.js';
import type { SourceFile } from '../../src/parse/source.js';
import { propertyOf } from '../../src/mcp/exports.js';

/** What a call sends to the client, piece by piece as it is written. */
export interface Message {
  readonly level: Piece;
  readonly data: Piece;
  readonly logger: Piece | undefined;
  /** The variable that held the message for this call only: it goes. */
  readonly held?: TSESTree.VariableDeclaration;
  /** Written out before the call, when reading its members would evaluate it twice. */
  readonly bound?: TSESTree.Node;
}

/** A piece of the code as it stands, or a member of one. */
export type Piece = TSESTree.Node | { readonly of: TSESTree.Node | undefined; readonly member: string };

/** Undefined when the arguments are not those of a log message. */
export function messageIn(mcp: McpModel, file: SourceFile, subject: string, call: TSESTree.CallExpression): Message | undefined {
  const [first, second, third] = call.arguments;
  if (!first || first.type === 'SpreadElement') return undefined;
  if (subject === 'logging:log') {
    if (!second || second.type === 'SpreadElement' || third?.type === 'SpreadElement') return undefined;
    return { level: first, data: second, logger: third };
  }
  return subject === 'logging:sendLoggingMessage' ? fromParams(mcp, file, first) : fromNotification(mcp, file, first);
}

function fromNotification(mcp: McpModel, file: SourceFile, argument: TSESTree.Expression): Message | undefined {
  const node = innermost(argument);
  if (node.type === 'ObjectExpression') {
    const params = property(node, 'params');
    return params ? fromParams(mcp, file, params) : undefined;
  }
  if (node.type !== 'Identifier') return undefined;
  const literal = literalOf(file, node);
  const params = literal ? property(literal, 'params') : undefined;
  if (!literal || !params) return memberMessage(mcp, file, argument, 'params.');
  const declaration = onlyUse(file, node, literal);
  const inner = declaration ? fromParams(mcp, file, params) : undefined;
  return declaration && inner && !inner.bound ? { ...inner, held: declaration } : memberMessage(mcp, file, argument, 'params.', params);
}

function fromParams(mcp: McpModel, file: SourceFile, argument: TSESTree.Node): Message | undefined {
  const node = innermost(argument);
  if (node.type !== 'ObjectExpression') return memberMessage(mcp, file, argument, '');
  if (node.properties.some(p => p.type === 'SpreadElement' || keyName(p.key) === undefined)) return undefined;
  const [level, data, logger] = ['level', 'data', 'logger'].map(name => property(node, name));
  return level && data ? { level, data, logger } : undefined;
}

/** `send(message)`: the members are read where they are. */
function memberMessage(mcp: McpModel, file: SourceFile, node: TSESTree.Node, path: string, params?: TSESTree.Node): Message | undefined {
  const inner = innermost(node);
  const readable = isPlain(inner);
  if (!readable && path !== '') return undefined;
  const of = readable ? node : undefined;
  const hasLogger = mayHave(mcp, file, params ?? inner, path !== '' && !params ? 'params' : undefined);
  const piece = (name: string): Piece => ({ of, member: `${path}${name}` });
  return { level: piece('level'), data: piece('data'), logger: hasLogger ? piece('logger') : undefined, ...(readable ? {} : { bound: node }) };
}

function isPlain(node: TSESTree.Node): boolean {
  return node.type === 'Identifier' || (node.type === 'MemberExpression' && (!node.computed || node.property.type === 'Literal') && isPlain(node.object)) || node.type === 'ThisExpression';
}

/** Whether the message can have the name of a logger: written objects say so, what is declared elsewhere may. */
function mayHave(mcp: McpModel, file: SourceFile, node: TSESTree.Node, under: string | undefined): boolean {
  const values = under === undefined ? mcp.values(file, node) : mcp.infer.member(mcp.values(file, node), under, undefined);
  const shapes = values.filter(k => k.value.kind === 'object' || k.value.kind === 'shape');
  if (shapes.length === 0) return values.some(k => k.value.kind === 'sdk') || !/\.[cm]?tsx?$/.test(file.path);
  return shapes.some(k => hasMember(k.value) === true);
}

function hasMember(value: { readonly kind: string; readonly node?: unknown }): boolean | undefined {
  const node = value.node as TSESTree.Node | undefined;
  if (node?.type === 'ObjectExpression') return property(node, 'logger') !== undefined;
  if (node?.type === 'TSTypeLiteral') return node.members.some(m => m.type === 'TSPropertySignature' && keyName(m.key) === 'logger');
  if (node?.type === 'TSInterfaceDeclaration') return node.body.body.some(m => m.type === 'TSPropertySignature' && keyName(m.key) === 'logger');
  return undefined;
}

export function property(object: TSESTree.ObjectExpression, name: string): TSESTree.Node | undefined {
  const found = propertyOf(object, name);
  return found?.method === false ? found.value : undefined;
}

/** The literal that a constant of the same function is. */
function literalOf(file: SourceFile, name: TSESTree.Identifier): TSESTree.ObjectExpression | undefined {
  const definition = file.variableOf(name)?.defs[0];
  if (definition?.type !== 'Variable' || definition.parent.kind !== 'const' || definition.parent.declarations.length > 1 || !definition.node.init) return undefined;
  const literal = innermost(definition.node.init);
  return literal.type === 'ObjectExpression' && declaredAs(file, literal) === file.variableOf(name) ? literal : undefined;
}

/** The declaration, when the call is all that it is for and nothing happens between the two. */
function onlyUse(file: SourceFile, name: TSESTree.Identifier, literal: TSESTree.ObjectExpression): TSESTree.VariableDeclaration | undefined {
  const variable = file.variableOf(name);
  const declaration = variable?.defs[0]?.parent;
  if (!variable || declaration?.type !== 'VariableDeclaration' || variable.references.some(r => r.init !== true && r.identifier !== name)) return undefined;
  const block = declaration.parent;
  let statement: TSESTree.Node = name;
  while (statement.parent && statement.parent !== block) statement = statement.parent;
  if (block.type !== 'BlockStatement' && block.type !== 'Program') return undefined;
  const between = block.body.slice(block.body.findIndex(s => s === declaration) + 1, block.body.findIndex(s => s === statement));
  return statement.parent === block && between.length === 0 && literal.properties.every(p => p.type === 'Property') ? declaration : undefined;
}

/** `x.member` of a name that the SDK gives, for messages on what was left. */
export function calledName(call: TSESTree.CallExpression): string {
  const callee = innermost(call.callee);
  return callee.type === 'MemberExpression' ? (memberName(callee) ?? 'the call') : callee.type === 'Identifier' ? callee.name : 'the call';
}
