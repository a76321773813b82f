import type { Variable } from '@typescript-eslint/scope-manager';
import { enclosingFunction, innermost, memberName, type TSESTree } from '../../src/define-transform.js';
import { indexOf } from '../../src/mcp/file-index.js';
import { contains } from '../../src/mcp/nodes.js';
import type { SourceFile } from '../../src/parse/source.js';

/** `roots.some(root => path.startsWith(...))`: whether a path is in one of the roots, by its text. */
export interface TextCheck {
  readonly call: TSESTree.CallExpression;
  readonly path: TSESTree.Node;
}

/** Checks against what calls for roots gave, where the answer can be waited for. */
export function textChecks(file: SourceFile, calls: readonly TSESTree.CallExpression[]): readonly TextCheck[] {
  const lists = variablesFrom(file, calls);
  if (lists.size === 0) return [];
  return indexOf(file).calls.flatMap(call => {
    const { callee } = call;
    if (callee.type !== 'MemberExpression' || memberName(callee) !== 'some' || enclosingFunction(call)?.async !== true) return [];
    const list = innermost(callee.object);
    const from = list.type === 'MemberExpression' && memberName(list) === 'roots' ? innermost(list.object) : list;
    const variable = from.type === 'Identifier' ? file.variableOf(from) : undefined;
    const path = variable && lists.has(variable) ? pathIn(file, call) : undefined;
    return path ? [{ call, path }] : [];
  });
}

/** Variables that hold nothing but what the calls gave, or what was made of it. */
function variablesFrom(file: SourceFile, calls: readonly TSESTree.CallExpression[]): ReadonlySet<Variable> {
  const known = new Set<Variable>();
  const isFrom = (node: TSESTree.Node): boolean =>
    calls.some(call => contains(node, call)) || [...known].some(v => v.references.some(r => r.init !== true && contains(node, r.identifier)));
  for (let again = true; again; ) {
    again = false;
    for (const scope of file.scopes.scopes) {
      for (const variable of scope.variables) {
        if (known.has(variable) || !holdsOnly(file, variable, isFrom)) continue;
        known.add(variable);
        again = true;
      }
    }
  }
  return known;
}

function holdsOnly(file: SourceFile, { defs: [definition], references }: Variable, isFrom: (node: TSESTree.Node) => boolean): boolean {
  if (definition?.type !== 'Variable') return false;
  const written = references.flatMap(r => (r.writeExpr ? [r.writeExpr] : []));
  // What only begins empty is filled later; `push` fills it with anything.
  const filled = written.filter(e => !(e.type === 'ArrayExpression' && e.elements.length === 0));
  const grows = references.some(r => r.identifier.parent.type === 'MemberExpression' && /^(?:push|unshift|splice|concat)$/.test(memberName(r.identifier.parent) ?? ''));
  return filled.length > 0 && !grows && filled.every(e => isFrom(e) && !hasOthers(file, e));
}

/** `[...roots, extra]`, `roots.concat(...)`, `roots.length > 0 ? roots : [cwd]`. */
function hasOthers(file: SourceFile, node: TSESTree.Node): boolean {
  const inner = innermost(node.type === 'AwaitExpression' ? node.argument : node);
  return inner.type === 'ArrayExpression' || inner.type === 'ConditionalExpression' || inner.type === 'LogicalExpression' || /\.concat\(/.test(file.text.slice(...inner.range));
}

/** The path that is compared: the same in each part of the condition, and nothing of the root itself. */
function pathIn(file: SourceFile, { arguments: [callback] }: TSESTree.CallExpression): TSESTree.Node | undefined {
  if (callback?.type !== 'ArrowFunctionExpression' || callback.params.length !== 1) return undefined;
  const [statement] = callback.body.type === 'BlockStatement' ? callback.body.body : [];
  const condition = callback.body.type !== 'BlockStatement' ? callback.body : callback.body.body.length === 1 && statement?.type === 'ReturnStatement' ? statement.argument : undefined;
  if (!condition) return undefined;
  const paths = parts(condition).map(part => comparedIn(part));
  const [first] = paths;
  if (!first || !paths.some(p => p?.prefix) || paths.some(p => !p || file.text.slice(...p.path.range) !== file.text.slice(...first.path.range))) return undefined;
  const names = file.scopes.getDeclaredVariables(callback).flatMap(v => v.references.map(r => r.identifier));
  return names.some(name => contains(first.path, name)) ? undefined : first.path;
}

function parts(node: TSESTree.Expression): readonly TSESTree.Expression[] {
  return node.type === 'LogicalExpression' && node.operator === '||' ? [...parts(node.left), ...parts(node.right)] : [node];
}

function comparedIn(node: TSESTree.Expression): { readonly path: TSESTree.Node; readonly prefix: boolean } | undefined {
  if (node.type === 'BinaryExpression' && node.operator === '===') return { path: node.left, prefix: false };
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression' || memberName(node.callee) !== 'startsWith') return undefined;
  return { path: node.callee.object, prefix: true };
}
