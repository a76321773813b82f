import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import { keyName } from './exports.js';
import { enclosingFunction, indexOf, innermost, memberName, says } from './file-index.js';
import type { McpModel } from './model.js';
import { nearestClass } from './references.js';
import { roleOf, type Role } from './roles.js';
import { isClassNode, type ClassNode, type Known, type Value } from './values.js';

/** A declaration that can hold many things, or one thing at a time, for longer than a call. */
export interface Holder {
  readonly file: SourceFile;
  /** Where it is declared: the name of the variable, field or property. */
  readonly name: TSESTree.Identifier | TSESTree.PrivateIdentifier | TSESTree.StringLiteral;
  readonly kind: 'variable' | 'field' | 'property';
  /** Its values, from the initialiser, the annotation and what is assigned. */
  readonly values: readonly Known[];
}

/** Variables, class fields and properties of object literals that are declared in a file and live outside a single statement. */
export function holdersOf(mcp: McpModel, file: SourceFile): readonly Holder[] {
  const holders: Holder[] = [];
  walkTree(file.program, node => {
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier') {
      const variable = file.variableOf(node.id);
      if (variable && mayHold(node)) holders.push({ file, name: node.id, kind: 'variable', values: mcp.infer.variable(file, variable) });
    } else if (node.type === 'PropertyDefinition' && isClassNode(node.parent.parent)) {
      const name = keyName(node.key);
      if (name !== undefined && isName(node.key) && mayHoldMany(node)) holders.push({ file, name: node.key, kind: 'field', values: fieldValues(mcp, file, node, node.parent.parent, name) });
    } else if (node.type === 'AssignmentExpression') {
      const field = fieldMade(node);
      if (field) holders.push({ file, name: field.name, kind: 'field', values: mcp.infer.instanceMember(file, field.cls, field.name.name) });
    } else if (node.type === 'Property' && node.parent.type === 'ObjectExpression' && isName(node.key) && isContainerLiteral(node.value)) {
      holders.push({ file, name: ownerName(node) ?? node.key, kind: 'property', values: mcp.values(file, node.value) });
    }
  });
  return holders;
}

function fieldValues(mcp: McpModel, file: SourceFile, field: TSESTree.PropertyDefinition, cls: ClassNode, name: string): readonly Known[] {
  return field.static ? mcp.infer.member([{ value: { kind: 'class', node: cls, file }, because: undefined }], name, undefined) : mcp.infer.instanceMember(file, cls, name);
}

/** What is put into a container in its own file, by its name: `map.set(k, v)`, `record[k] = v`. */
export function entriesOf(file: SourceFile, { name, kind }: Holder): readonly TSESTree.Node[] {
  const own = keyName(name);
  return [...indexOf(file).calls.flatMap(c => valueSet(c)), ...indexOf(file).assignments.flatMap(a => valueIndexed(a))].flatMap(({ target, value }) => {
    const inner = innermost(target);
    const called = kind === 'field' ? (inner.type === 'MemberExpression' ? memberName(inner) : undefined) : inner.type === 'Identifier' ? inner.name : undefined;
    return called === own ? [value] : [];
  });
}

interface Entry {
  readonly target: TSESTree.Node;
  readonly value: TSESTree.Node;
}

function valueSet(call: TSESTree.CallExpression): readonly Entry[] {
  const callee = innermost(call.callee);
  const [, value] = call.arguments;
  return callee.type === 'MemberExpression' && memberName(callee) === 'set' && value && value.type !== 'SpreadElement' ? [{ target: callee.object, value }] : [];
}

function valueIndexed({ left, right, operator }: TSESTree.AssignmentExpression): readonly Entry[] {
  return operator === '=' && left.type === 'MemberExpression' && left.computed ? [{ target: left.object, value: right }] : [];
}

function isName(node: TSESTree.Node): node is Holder['name'] {
  return node.type === 'Identifier' || node.type === 'PrivateIdentifier' || (node.type === 'Literal' && typeof node.value === 'string');
}

/** `this.sessions = new Map()` in the constructor of a class that declares no fields, as in JavaScript. */
function fieldMade({ left, right, operator, parent }: TSESTree.AssignmentExpression): { readonly cls: ClassNode; readonly name: TSESTree.Identifier } | undefined {
  if (operator !== '=' || left.type !== 'MemberExpression' || left.object.type !== 'ThisExpression' || left.computed || left.property.type !== 'Identifier' || !isContainerLiteral(right)) return undefined;
  const { property } = left;
  const cls = nearestClass(left);
  const constructor = enclosingFunction(parent)?.parent;
  if (!cls || constructor?.type !== 'MethodDefinition' || constructor.kind !== 'constructor') return undefined;
  return cls.body.body.some(m => m.type === 'PropertyDefinition' && keyName(m.key) === property.name) ? undefined : { cls, name: property };
}

/** `const maps = { sse: {}, streamable: {} }`: the variable is what a person sees as the container. */
function ownerName(property: TSESTree.Property): Holder['name'] | undefined {
  const declarator = property.parent.parent;
  return declarator.type === 'VariableDeclarator' && declarator.id.type === 'Identifier' ? declarator.id : undefined;
}

function isContainerLiteral(node: TSESTree.Node): boolean {
  if (node.type === 'TSAsExpression') return isContainerLiteral(node.expression);
  return node.type === 'NewExpression' || (node.type === 'ObjectExpression' && node.properties.length === 0);
}

/** Made here, annotated, or filled later: what a call gives is somebody else's. */
function mayHold(node: TSESTree.VariableDeclarator): boolean {
  if (isLoopVariable(node)) return false;
  const annotation = node.id.typeAnnotation?.typeAnnotation;
  if (annotation) return isKeyedType(annotation, node.init);
  if (!node.init) return true;
  const init = node.init.type === 'TSAsExpression' ? node.init.expression : node.init;
  return init.type === 'NewExpression' || init.type === 'ObjectExpression' || init.type === 'ArrayExpression';
}

/** The same for fields: a field of a named type is a container when it is called so, or when an empty one is put there. */
function mayHoldMany({ value, typeAnnotation }: TSESTree.PropertyDefinition): boolean {
  const type = typeAnnotation?.typeAnnotation;
  const init = value?.type === 'TSAsExpression' ? value.expression : value;
  if (!type) return !init || init.type === 'NewExpression' || init.type === 'ObjectExpression' || init.type === 'ArrayExpression';
  if (type.type !== 'TSTypeReference') return type.type === 'TSTypeLiteral' || (init !== null && isContainerLiteral(init));
  const name = type.typeName.type === 'Identifier' ? type.typeName.name : '';
  return /Map$|^Record$|Dict|Sessions|Transports|Servers|Connections|Registry|Store|Table|Pool$/.test(name) || (init !== null && isContainerLiteral(init));
}

/** A map, a record or a written index type; an alias where an empty container is put behind it. */
function isKeyedType(type: TSESTree.TypeNode, init: TSESTree.Node | null): boolean {
  if (type.type === 'TSTypeLiteral') return true;
  if (type.type !== 'TSTypeReference') return false;
  const name = type.typeName.type === 'Identifier' ? type.typeName.name : '';
  return /Map$|^Record$|Dictionary/.test(name) || init === null || isContainerLiteral(init);
}

function isLoopVariable(node: TSESTree.VariableDeclarator): boolean {
  return node.parent.parent.type === 'ForOfStatement' || node.parent.parent.type === 'ForInStatement' || node.parent.parent.type === 'ForStatement';
}

/** Containers that can be looked up by key. */
export function isKeyed({ kind, ...value }: Value): boolean {
  if (kind === 'object') return true;
  return kind === 'collection' && 'of' in value && (value.of === 'Map' || value.of === 'Record' || value.of === 'WeakMap');
}

/** The roles of SDK objects among these values, and of those inside them: `{ transport, server, lastSeen }`. */
export function rolesWithin(mcp: McpModel, known: readonly Known[], depth = 0): ReadonlySet<Role> {
  const roles = new Set<Role>();
  for (const { value } of known) {
    if (value.kind === 'sdk') roles.add(roleOf(value.type));
    else if (depth < 1)
      for (const name of PARTS) {
        if (value.kind !== 'object' && value.kind !== 'shape' && value.kind !== 'instance') continue;
        for (const role of rolesWithin(mcp, mcp.infer.member([{ value, because: undefined }], name, undefined), depth + 1)) roles.add(role);
      }
    if (value.kind === 'type-parameter') for (const role of rolesWithin(mcp, mcp.infer.annotations.values(value.file, value.node.constraint), depth + 1)) roles.add(role);
  }
  return roles;
}

/** An object that is written out, without any of the parts that session records keep. */
export function isWithoutParts(mcp: McpModel, file: SourceFile, node: TSESTree.Node): boolean {
  const objects = mcp.values(file, innermost(node)).flatMap(({ value }) => (value.kind === 'object' ? [value.node] : []));
  return objects.length > 0 && objects.every(o => o.properties.every(p => p.type === 'Property' && !PARTS.includes(keyName(p.key) ?? '')));
}

/** Names under which session records keep their SDK objects. */
const PARTS = ['transport', 'server', 'mcpServer', 'mcp', 'streamableTransport', 'sseTransport', 'httpTransport', 'streamable', 'sse', 'client', 'session', 'connection'];

/** A stream of server-sent events, or a transport of the protocol, written by hand. */
const BY_HAND = /text\/event-stream|\bevent: endpoint\b|\bimplements\s+(?:\w+,\s*)*Transport\b/;
const OF_CONNECTIONS = /session|stream|connection|client/i;
/** What a server answers with, which stays open. */
const OPEN_ANSWER = String.raw`(?:\w+\.)?(?:Response|ServerResponse|FastifyReply|WritableStreamDefaultWriter|ReadableStreamDefaultController)\b`;
const PART_OPEN = new RegExp(String.raw`[?\w]:\s*(?:Set<\s*|Array<\s*)?${OPEN_ANSWER}`);
/** As far as the type of a declaration goes. */
const DECLARATION = 200;
const ITSELF_OPEN = new RegExp(String.raw`(?:Map|Record)<\s*string\s*,\s*(?:Set<\s*)?${OPEN_ANSWER}`);

/** Whether the open answers of connections are kept here by key: a map of transports without a class for them. */
export function holdsStreams(mcp: McpModel, file: SourceFile, name: string, at: TSESTree.Node, keyed: readonly Known[]): boolean {
  if (keyed.length === 0 || !OF_CONNECTIONS.test(name) || !says(file, BY_HAND)) return false;
  const { range } = at.parent ?? at;
  if (ITSELF_OPEN.test(file.text.slice(range[0], Math.min(range[1], at.range[0] + DECLARATION)))) return true;
  return mcp.infer.elements(keyed).some(({ value }) => value.kind === 'shape' && PART_OPEN.test(value.file.text.slice(...value.node.range)));
}
