import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../mcp/exports.js';
import { enclosingClass, indexOf, innermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { roleOf } from '../mcp/roles.js';
import type { SourceFile } from '../parse/source.js';

/** Options of servers that only the experimental tasks had. */
const OPTIONS = new Set(['taskStore', 'taskMessageQueue', 'defaultTaskPollInterval', 'maxTaskQueueSize']);

/** What the options of one server say about tasks. */
export interface TaskOptions {
  readonly file: SourceFile;
  /** `new McpServer(...)`, or `super(...)` of a class that extends it. */
  readonly made: TSESTree.NewExpression | TSESTree.CallExpression;
  /** Of the options, and of the capabilities: what goes. */
  readonly removed: readonly (TSESTree.Property | TSESTree.SpreadElement)[];
  /** The store that the tools of this server are given. */
  readonly store: { readonly text: string; readonly node: TSESTree.Expression } | undefined;
}

export function taskOptionsIn(mcp: McpModel, file: SourceFile): readonly TaskOptions[] {
  const made = [...indexOf(file).news.filter(n => isServer(mcp, file, n)), ...indexOf(file).calls.filter(c => c.callee.type === 'Super' && extendsServer(mcp, file, c))];
  return made.flatMap(node => {
    const object = optionsOf(file, node.arguments[1]);
    if (!object) return [];
    const removed = [...object.properties.filter(p => isAbout(p, OPTIONS)), ...capabilitiesOf(object)];
    const store = object.properties.flatMap(p => storeIn(file, p) ?? [])[0];
    return removed.length === 0 ? [] : [{ file, made: node, removed, store }];
  });
}

function isServer(mcp: McpModel, file: SourceFile, node: TSESTree.NewExpression): boolean {
  const type = mcp.constructed(file, node)?.type;
  return type !== undefined && roleOf(type) === 'server';
}

function extendsServer(mcp: McpModel, file: SourceFile, node: TSESTree.Node): boolean {
  const parent = enclosingClass(node)?.superClass;
  return parent !== null && parent !== undefined && mcp.values(file, parent).some(({ value }) => value.kind === 'sdk-export' && roleOf(value.id) === 'server');
}

/** The object itself, or the constant that holds it and that nothing else uses. */
function optionsOf(file: SourceFile, node: TSESTree.Node | undefined): TSESTree.ObjectExpression | undefined {
  const inner = node && innermost(node);
  if (inner?.type !== 'Identifier') return inner?.type === 'ObjectExpression' ? inner : undefined;
  const variable = file.variableOf(inner);
  const [definition] = variable?.defs ?? [];
  if (!variable || definition?.type !== 'Variable' || definition.parent.kind !== 'const' || definition.node.id.type !== 'Identifier' || !definition.node.init) return undefined;
  if (variable.references.filter(r => !r.init).length !== 1) return undefined;
  const value = innermost(definition.node.init);
  return value.type === 'ObjectExpression' ? value : undefined;
}

function capabilitiesOf(options: TSESTree.ObjectExpression): readonly (TSESTree.Property | TSESTree.SpreadElement)[] {
  const property = options.properties.find((p): p is TSESTree.Property => p.type === 'Property' && keyName(p.key) === 'capabilities');
  const object = property && innermost(property.value);
  return object?.type === 'ObjectExpression' ? object.properties.filter(p => isAbout(p, new Set(['tasks']))) : [];
}

/** `taskStore`, or `...(store && { taskStore: store })`. */
function isAbout(property: TSESTree.ObjectLiteralElement, names: ReadonlySet<string>): boolean {
  if (property.type === 'Property') return names.has(keyName(property.key) ?? '');
  const object = spreadObject(property);
  return object !== undefined && object.properties.length > 0 && object.properties.every(p => p.type === 'Property' && names.has(keyName(p.key) ?? ''));
}

interface Conditional {
  readonly test: TSESTree.Expression;
  readonly object: TSESTree.ObjectExpression;
}

function conditionalOf(node: TSESTree.Expression): Conditional | undefined {
  const inner = innermost(node);
  if (inner.type === 'LogicalExpression' && inner.operator === '&&') {
    const object = innermost(inner.right);
    return object.type === 'ObjectExpression' ? { test: inner.left, object } : undefined;
  }
  if (inner.type !== 'ConditionalExpression') return undefined;
  const [object, other] = [innermost(inner.consequent), innermost(inner.alternate)];
  return object.type === 'ObjectExpression' && other.type === 'ObjectExpression' && other.properties.length === 0 ? { test: inner.test, object } : undefined;
}

function spreadObject({ argument }: TSESTree.SpreadElement): TSESTree.ObjectExpression | undefined {
  return conditionalOf(argument)?.object;
}

function storeIn(file: SourceFile, property: TSESTree.ObjectLiteralElement): TaskOptions['store'] {
  const text = (node: TSESTree.Node): string => file.text.slice(...node.range);
  if (property.type === 'Property') {
    if (keyName(property.key) !== 'taskStore' || !isExpression(property.value)) return undefined;
    return { text: text(property.value), node: property.value };
  }
  const conditional = conditionalOf(property.argument);
  const inner = conditional?.object.properties.find((p): p is TSESTree.Property => p.type === 'Property' && keyName(p.key) === 'taskStore');
  if (!conditional || !inner || !isExpression(inner.value)) return undefined;
  const same = text(conditional.test) === text(inner.value);
  return { text: same ? text(inner.value) : `${text(conditional.test)} ? ${text(inner.value)} : undefined`, node: inner.value };
}

function isExpression(node: TSESTree.Property['value']): node is Exclude<TSESTree.Property['value'], TSESTree.AssignmentPattern | TSESTree.BindingName | TSESTree.TSEmptyBodyFunctionExpression> | TSESTree.Identifier {
  return node.type !== 'AssignmentPattern' && node.type !== 'ObjectPattern' && node.type !== 'ArrayPattern' && node.type !== 'TSEmptyBodyFunctionExpression';
}
