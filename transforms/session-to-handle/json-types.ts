// Whether what a state holds survives being written down and read again.
import { keyName, memberName, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { exportsOf } from '../../src/mcp/exports.js';
import { innermost } from '../../src/mcp/file-index.js';
import type { McpModel } from '../../src/mcp/model.js';

const KEYWORDS = /^TS(?:String|Number|Boolean|Null|Undefined|Void|Never)Keyword$/;
/** Types of the language that are JSON when their arguments are. */
const GENERIC = /^(?:Array|ReadonlyArray|Record|Partial|Required|Readonly|Pick|Omit|NonNullable|Exclude|Extract)$/;
/** Parts of schemas whose values are no JSON. */
const RICH_SCHEMA = /\.(?:date|map|set|bigint|symbol|function|instanceof|custom|promise|any|unknown)\(|coerce\.date/;
const MAX_DEPTH = 12;

/** What keeps a type from being stored. Not sure: nothing shows what it is. */
export interface Doubt {
  /** As written, with the way to it: `Session (since: Date)`. */
  readonly what: string;
  readonly sure: boolean;
}

/** The first type inside a type that is no JSON, or that nothing is known of; undefined when all is. */
export function notJson(mcp: McpModel, file: SourceFile, type: TSESTree.TypeNode, depth = 0): Doubt | undefined {
  const here = (sure: boolean): Doubt => ({ what: oneLine(file.text.slice(...type.range)), sure });
  const again = (t: TSESTree.TypeNode): Doubt | undefined => notJson(mcp, file, t, depth + 1);
  if (depth > MAX_DEPTH) return undefined;
  if (KEYWORDS.test(type.type)) return undefined;
  switch (type.type) {
    case 'TSLiteralType':
    case 'TSTemplateLiteralType':
      return undefined;
    case 'TSArrayType':
      return again(type.elementType);
    case 'TSTypeOperator':
      return type.operator === 'readonly' && type.typeAnnotation ? again(type.typeAnnotation) : type.operator === 'keyof' ? undefined : here(true);
    case 'TSUnionType':
    case 'TSIntersectionType':
      return first(type.types, again);
    case 'TSTupleType':
      return first(type.elementTypes, again);
    case 'TSNamedTupleMember':
      return again(type.elementType);
    case 'TSOptionalType':
    case 'TSRestType':
      return again(type.typeAnnotation);
    case 'TSTypeLiteral':
      return notJsonMembers(mcp, file, type.members, depth);
    case 'TSTypeReference':
      return notJsonReference(mcp, file, type, depth);
    default:
      return here(/^TS(?:Function|Constructor)Type$|^TS(?:BigInt|Symbol)Keyword$/.test(type.type));
  }
}

function oneLine(text: string): string {
  const plain = text.replace(/\s+/g, ' ');
  return plain.length > 60 ? `${plain.slice(0, 57)}...` : plain;
}

function first<T>(items: readonly T[], test: (item: T) => Doubt | undefined): Doubt | undefined {
  for (const item of items) {
    const found = test(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function notJsonMembers(mcp: McpModel, file: SourceFile, members: readonly TSESTree.TypeElement[], depth: number): Doubt | undefined {
  return first(members, member => {
    if (member.type !== 'TSPropertySignature' && member.type !== 'TSIndexSignature') return { what: oneLine(file.text.slice(...member.range)), sure: true };
    const inner = member.typeAnnotation ? notJson(mcp, file, member.typeAnnotation.typeAnnotation, depth + 1) : { what: 'any', sure: false };
    const name = member.type === 'TSPropertySignature' ? file.text.slice(...member.key.range) : undefined;
    return inner && name !== undefined ? { ...inner, what: `${name}: ${inner.what}` } : inner;
  });
}

function notJsonReference(mcp: McpModel, file: SourceFile, type: TSESTree.TSTypeReference, depth: number): Doubt | undefined {
  const here = oneLine(file.text.slice(...type.range));
  const { typeName, typeArguments } = type;
  const inside = (doubt: Doubt | undefined): Doubt | undefined => doubt && { ...doubt, what: `${here} (${doubt.what})` };
  if (typeName.type === 'TSQualifiedName') return typeName.right.name === 'infer' || typeName.right.name === 'output' ? notJsonSchema(mcp, file, typeArguments?.params[0], here) : { what: here, sure: true };
  if (typeName.type !== 'Identifier') return { what: here, sure: true };
  const declared = declarationOf(mcp, file, typeName, 0);
  if (!declared) return GENERIC.test(typeName.name) && !file.variableOf(typeName)?.defs.length ? first(typeArguments?.params ?? [], t => notJson(mcp, file, t, depth + 1)) : { what: here, sure: true };
  if (typeArguments && typeArguments.params.length > 0) return { what: here, sure: false };
  const { node } = declared;
  if (node.type === 'TSEnumDeclaration') return undefined;
  if (node.type === 'TSTypeAliasDeclaration') return inside(notJson(mcp, declared.file, node.typeAnnotation, depth + 1));
  if (node.type !== 'TSInterfaceDeclaration') return isFromOutside(node) && !isOfProtocol(node) ? { what: `${here}, which is declared in another package,`, sure: false } : { what: here, sure: true };
  const inherited = first(node.extends, e => (e.expression.type === 'Identifier' ? notJsonName(mcp, declared.file, e.expression, depth) : { what: here, sure: false }));
  return inherited ?? inside(notJsonMembers(mcp, declared.file, node.body.body, depth));
}

/** An import whose file is not in the project. */
function isFromOutside({ type }: TSESTree.Node): boolean {
  return /^Import\w*Specifier$/.test(type);
}

/** Servers, clients and transports of the SDK have connections. */
function isOfProtocol(node: TSESTree.Node): boolean {
  const from = node.parent?.type === 'ImportDeclaration' ? node.parent.source.value : '';
  const name = node.type === 'ImportSpecifier' ? (keyName(node.imported) ?? '') : '';
  return from.startsWith('@modelcontextprotocol/') && /(?:Client|Server|Transport)$/.test(name);
}

function notJsonName(mcp: McpModel, file: SourceFile, name: TSESTree.Identifier, depth: number): Doubt | undefined {
  const declared = declarationOf(mcp, file, name, 0);
  if (declared?.node.type !== 'TSInterfaceDeclaration') return { what: name.name, sure: false };
  return notJsonMembers(mcp, declared.file, declared.node.body.body, depth + 1);
}

/** `z.infer<typeof Schema>`. */
function notJsonSchema(mcp: McpModel, file: SourceFile, query: TSESTree.TypeNode | undefined, here: string): Doubt | undefined {
  const unknown = { what: here, sure: false };
  if (query?.type !== 'TSTypeQuery' || query.exprName.type !== 'Identifier') return unknown;
  const declared = mcp.infer.references.declarationOf(file, query.exprName);
  const node = declared?.variable.defs[0]?.node;
  if (!declared || node?.type !== 'VariableDeclarator' || !node.init) return unknown;
  return RICH_SCHEMA.test(declared.file.text.slice(...node.init.range)) ? unknown : undefined;
}

/** The declaration that a type's name means, through imports. */
function declarationOf(mcp: McpModel, file: SourceFile, name: TSESTree.Identifier, depth: number): { readonly file: SourceFile; readonly node: TSESTree.Node } | undefined {
  const definition = file.variableOf(name)?.defs[0];
  if (!definition || depth > MAX_DEPTH) return undefined;
  if (definition.type !== 'ImportBinding' || definition.parent.type !== 'ImportDeclaration') return { file, node: definition.node };
  const imported = definition.node.type === 'ImportSpecifier' && definition.node.imported.type === 'Identifier' ? definition.node.imported.name : undefined;
  return imported === undefined ? { file, node: definition.node } : (exportedType(mcp, file, definition.parent.source.value, imported, depth) ?? { file, node: definition.node });
}

function exportedType(mcp: McpModel, from: SourceFile, specifier: string, name: string, depth: number): { readonly file: SourceFile; readonly node: TSESTree.Node } | undefined {
  const path = mcp.project.resolve(from.path, specifier);
  const file = path === undefined ? undefined : mcp.project.source(path);
  if (!file || depth > MAX_DEPTH) return undefined;
  const { names, stars } = exportsOf(file);
  const origin = names.get(name);
  if (origin?.kind === 'declaration') return { file, node: origin.node };
  if (origin?.kind === 'local') return declarationOf(mcp, file, origin.node, depth + 1);
  if (origin?.kind === 'from') return exportedType(mcp, file, origin.source, origin.name, depth + 1);
  for (const star of stars) {
    const found = exportedType(mcp, file, star, name, depth + 1);
    if (found) return found;
  }
  return undefined;
}

const PURE_CALLS = /^(?:String|Number|Boolean|parseInt|parseFloat|randomUUID|structuredClone)$/;
const TEXT_METHODS = /^(?:toISOString|toString|toLowerCase|toUpperCase|trim|join|slice|substring|split|concat|filter|map|flat|replace|replaceAll|padStart|padEnd|toFixed|getTime|now|stringify|parse|keys|values|entries|max|min|floor|ceil|round|abs|random|randomUUID|includes|startsWith|endsWith|indexOf|find|findIndex|at|pop|shift|toLocaleString|toLocaleTimeString|toLocaleDateString)$/;

/** Whether an expression gives JSON, in code without types. `known` says so of names and members that come with the call. */
export function isJsonValue(mcp: McpModel, file: SourceFile, node: TSESTree.Node, known: (node: TSESTree.Node) => boolean, depth = 0): boolean {
  const inner = innermost(node);
  const again = (n: TSESTree.Node): boolean => isJsonValue(mcp, file, n, known, depth + 1);
  if (depth > MAX_DEPTH) return false;
  switch (inner.type) {
    case 'Literal':
      return !('regex' in inner) && !('bigint' in inner);
    case 'TemplateLiteral':
    case 'BinaryExpression':
    case 'UnaryExpression':
    case 'UpdateExpression':
      return true;
    case 'LogicalExpression':
      return again(inner.left) && again(inner.right);
    case 'ConditionalExpression':
      return again(inner.consequent) && again(inner.alternate);
    case 'ArrayExpression':
      return inner.elements.every(e => e !== null && again(e.type === 'SpreadElement' ? e.argument : e));
    case 'ObjectExpression':
      return inner.properties.every(p => (p.type === 'SpreadElement' ? again(p.argument) : p.kind === 'init' && !p.method && again(p.value)));
    case 'AssignmentExpression':
      return again(inner.right);
    case 'Identifier': {
      if (inner.name === 'undefined' || known(inner)) return true;
      const definition = file.variableOf(inner)?.defs[0]?.node;
      return definition?.type === 'VariableDeclarator' && definition.id.type === 'Identifier' && definition.init !== null && again(definition.init);
    }
    case 'MemberExpression':
      return known(inner) || memberName(inner) === 'length' || (inner.object.type !== 'Super' && again(inner.object));
    case 'CallExpression': {
      const callee = innermost(inner.callee);
      if (callee.type === 'Identifier') return PURE_CALLS.test(callee.name);
      return callee.type === 'MemberExpression' && TEXT_METHODS.test(memberName(callee) ?? '');
    }
    default:
      return false;
  }
}
