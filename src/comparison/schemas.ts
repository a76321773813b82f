import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../mcp/exports.js';
import { endName, innermost, memberName } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import type { SourceFile } from '../parse/source.js';

export interface Argument {
  readonly name: string;
  readonly required: boolean;
}

const MAX_DEPTH = 8;
const OBJECTS = new Set(['object', 'strictObject', 'looseObject', 'interface']);
const OPTIONAL = /\.(?:optional|default|nullish|catch|prefault)\s*\(|^(?:\w+\.)?(?:optional|nullish|_default)\s*\(/;

/** The arguments that a schema names: of zod and its kin, of raw shapes, or JSON Schema. Undefined when the code does not say. */
export function argumentsOf(mcp: McpModel, file: SourceFile, schema: TSESTree.Node | 'none' | undefined): readonly Argument[] | undefined {
  if (schema === undefined) return undefined;
  return schema === 'none' ? [] : read(mcp, file, schema, 0);
}

function read(mcp: McpModel, file: SourceFile, given: TSESTree.Node, depth: number): readonly Argument[] | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const node = innermost(given);
  switch (node.type) {
    case 'ObjectExpression':
      return ofObject(mcp, file, node, depth);
    case 'CallExpression':
      return ofCall(mcp, file, node, depth);
    case 'MemberExpression':
      if (memberName(node) === 'shape') return read(mcp, file, node.object, depth + 1);
      return ofValues(mcp, file, node, depth);
    case 'Identifier':
      return ofVariable(mcp, file, node, depth);
    default:
      return undefined;
  }
}

function ofObject(mcp: McpModel, file: SourceFile, node: TSESTree.ObjectExpression, depth: number): readonly Argument[] | undefined {
  const member = (name: string): TSESTree.Node | undefined => node.properties.flatMap(p => (p.type === 'Property' && keyName(p.key) === name ? [p.value] : []))[0];
  const properties = member('properties');
  if (properties?.type === 'ObjectExpression' || (member('type') && !properties)) {
    if (properties?.type !== 'ObjectExpression') return member('type')?.type === 'Literal' ? [] : shape(mcp, file, node, depth);
    const required = member('required');
    const names = required?.type === 'ArrayExpression' ? required.elements.flatMap(e => (e?.type === 'Literal' ? [String(e.value)] : [])) : [];
    return shape(mcp, file, properties, depth)?.map(a => ({ ...a, required: names.includes(a.name) }));
  }
  return shape(mcp, file, node, depth);
}

/** The keys of a shape; a spread has to be readable too. */
function shape(mcp: McpModel, file: SourceFile, node: TSESTree.ObjectExpression, depth: number): readonly Argument[] | undefined {
  const found: Argument[] = [];
  for (const p of node.properties) {
    if (p.type === 'SpreadElement') {
      const spread = read(mcp, file, p.argument, depth + 1);
      if (!spread) return undefined;
      found.push(...spread);
      continue;
    }
    const name = keyName(p.key);
    if (name === undefined || p.computed) return undefined;
    found.push({ name, required: !OPTIONAL.test(file.text.slice(...p.value.range)) });
  }
  return found;
}

function ofCall(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression, depth: number): readonly Argument[] | undefined {
  const callee = innermost(call.callee);
  const [first] = call.arguments;
  const name = endName(callee);
  if (name === undefined) return undefined;
  if (OBJECTS.has(name)) return first ? read(mcp, file, first, depth + 1) : [];
  if (callee.type !== 'MemberExpression') return first ? read(mcp, file, first, depth + 1) : undefined;
  const base = read(mcp, file, callee.object, depth + 1);
  if (!base || !first || !/^(?:extend|safeExtend|merge|partial|required)$/.test(name)) return name === 'partial' ? base?.map(a => ({ ...a, required: false })) : base;
  const more = read(mcp, file, first, depth + 1);
  return more && [...base.filter(a => !more.some(b => b.name === a.name)), ...more];
}

function ofVariable(mcp: McpModel, file: SourceFile, node: TSESTree.Identifier, depth: number): readonly Argument[] | undefined {
  const definition = file.variableOf(node)?.defs[0]?.node;
  if (definition?.type === 'VariableDeclarator' && definition.init && definition.id.type === 'Identifier') return read(mcp, file, definition.init, depth + 1);
  return ofImport(mcp, file, node, depth) ?? ofValues(mcp, file, node, depth);
}

/** A schema that another file of the project exports under this name. */
function ofImport(mcp: McpModel, file: SourceFile, node: TSESTree.Identifier, depth: number): readonly Argument[] | undefined {
  const definition = file.variableOf(node)?.defs[0];
  if (definition?.node.type !== 'ImportSpecifier' || definition.parent?.type !== 'ImportDeclaration') return undefined;
  const { imported } = definition.node;
  const name = imported.type === 'Identifier' ? imported.name : imported.value;
  const path = mcp.project.resolve(file.path, definition.parent.source.value);
  const target = path === undefined ? undefined : mcp.project.source(path);
  if (!target) return undefined;
  for (const statement of target.program.body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type !== 'VariableDeclaration') continue;
    for (const d of declaration.declarations) if (d.id.type === 'Identifier' && d.id.name === name && d.init) return read(mcp, target, d.init, depth + 1);
  }
  return undefined;
}

function ofValues(mcp: McpModel, file: SourceFile, node: TSESTree.Node, depth: number): readonly Argument[] | undefined {
  for (const { value } of mcp.values(file, node)) if (value.kind === 'object') return ofObject(mcp, value.file, value.node, depth + 1);
  return undefined;
}
