import type { TSESTree } from '@typescript-eslint/types';
import { keyName, propertyValue } from '../../mcp/exports.js';
import { endName, innermost, memberName } from '../../mcp/file-index.js';
import type { Known } from '../../mcp/values.js';
import type { PassFile } from '../pass.js';

export type ArgumentKind = 'text' | 'shape' | 'annotations';

const HINTS = new Set(['title', 'readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']);

type Asking = Pick<PassFile, 'mcp' | 'file'>;

/** What an argument between name and callback is; undefined where nothing tells. */
export function kindOfArgument(pass: Asking, node: TSESTree.Expression): ArgumentKind | undefined {
  const inner = innermost(node);
  switch (inner.type) {
    case 'TemplateLiteral':
      return 'text';
    case 'Literal':
      return typeof inner.value === 'string' ? 'text' : undefined;
    case 'BinaryExpression':
      return inner.operator === '+' ? 'text' : undefined;
    case 'ObjectExpression':
      return isAnnotations(inner) ? 'annotations' : 'shape';
    default:
      return kindOfValue(pass, inner) ?? kindByName(inner);
  }
}

function kindOfValue({ mcp, file }: Asking, node: TSESTree.Node): ArgumentKind | undefined {
  for (const { value } of mcp.values(file, node)) {
    if (value.kind === 'text') return 'text';
    if (value.kind === 'object') return isAnnotations(value.node) ? 'annotations' : 'shape';
    if (value.kind === 'sdk' && value.type === 'sdk#ToolAnnotations') return 'annotations';
    if (value.kind === 'external' && /^zod(?:\/|$)/.test(value.module)) return 'shape';
  }
  return undefined;
}

function kindByName(node: TSESTree.Node): ArgumentKind | undefined {
  const name = endName(node);
  if (name === undefined) return node.type === 'CallExpression' ? kindByName(innermost(node.callee)) : undefined;
  if (/annotation|hints?$/i.test(name)) return 'annotations';
  if (/desc(?:ription)?$|text$|summary$/i.test(name)) return 'text';
  return /schema|shape|params|args|input/i.test(name) ? 'shape' : undefined;
}

/** As the SDK does: an object without a schema in it, and not empty. The names are the ones that annotations have. */
function isAnnotations(node: TSESTree.ObjectExpression): boolean {
  return (
    node.properties.length > 0 &&
    node.properties.every(p => p.type === 'Property' && !p.computed && HINTS.has(keyName(p.key) ?? '') && (p.value.type === 'Literal' || p.value.type === 'Identifier' || p.value.type === 'TemplateLiteral' || p.value.type === 'UnaryExpression' || p.value.type === 'MemberExpression'))
  );
}

/** Whether an expression is a raw shape (true), a schema (false); undefined where nothing tells. */
export function isRawShape(pass: Asking, node: TSESTree.Node): boolean | undefined {
  const inner = innermost(node);
  if (inner.type === 'ObjectExpression') return looksLikeShape(inner);
  if (inner.type === 'MemberExpression' && memberName(inner) === 'shape') return true;
  if (isZodCall(inner)) return false;
  const verdicts = pass.mcp.values(pass.file, inner).map(verdictOn);
  const said = new Set(verdicts.filter(v => v !== undefined));
  if (inner.type === 'Identifier' && said.size === 0 && isDeclaredShape(pass, inner)) return true;
  return said.size === 1 ? [...said][0] : undefined;
}

/** `shape: z.ZodRawShape`, as a variable or a parameter. */
function isDeclaredShape({ file }: Asking, node: TSESTree.Identifier): boolean {
  const name = file.variableOf(node)?.defs[0]?.name;
  const type = name?.type === 'Identifier' ? name.typeAnnotation?.typeAnnotation : undefined;
  if (type?.type !== 'TSTypeReference') return false;
  const last = type.typeName.type === 'TSQualifiedName' ? type.typeName.right : type.typeName;
  return last.type === 'Identifier' && /^ZodRawShape(?:Compat)?$/.test(last.name);
}

function verdictOn({ value }: Known): boolean | undefined {
  if (value.kind === 'object') return looksLikeShape(value.node);
  if (value.kind === 'external' && /^zod(?:\/|$)/.test(value.module)) return value.path.at(-1) === 'shape' || value.path.some(part => /^ZodRawShape(?:Compat)?$/.test(part));
  return undefined;
}

/** JSON Schema is an object too; its `type` and `properties` are no schemas. */
function looksLikeShape(node: TSESTree.ObjectExpression): boolean | undefined {
  const keys = node.properties.flatMap(p => (p.type === 'Property' ? [keyName(p.key)] : []));
  if (propertyValue(node, 'type')?.type === 'Literal') return undefined;
  return keys.includes('~standard') || keys.includes('safeParse') ? false : true;
}

/** `z.object(...).strict()`: ends in a call of something that begins with a schema of zod. */
function isZodCall(node: TSESTree.Node): boolean {
  if (node.type !== 'CallExpression') return false;
  let current: TSESTree.Node = node;
  for (;;) {
    if (current.type === 'CallExpression') current = innermost(current.callee);
    else if (current.type === 'MemberExpression') {
      if (current.object.type === 'Identifier' && /^(?:z|zod)$/i.test(current.object.name)) return true;
      current = innermost(current.object);
    } else return false;
  }
}
