// What only carried the session id to a key has no reader any more: variables, parameters, arguments, checks.
import { outermost, walkTree, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { isFunctionNode, type FunctionNode } from '../../src/mcp/values.js';
import type { ProjectRewriteContext } from '../../src/transform.js';
import { Obstacle } from './obstacle.js';
import type { Helper } from './tracer.js';

export interface Unused {
  /** Statements that go. */
  readonly statements: ReadonlyMap<TSESTree.Node, SourceFile>;
  /** Parameters of helpers that go, by function and position. */
  readonly parameters: ReadonlyMap<FunctionNode, ReadonlySet<number>>;
}

export interface Dropped {
  readonly file: SourceFile;
  readonly node: TSESTree.Node;
}

export function unusedAfter(context: ProjectRewriteContext, dropped: readonly Dropped[], helpers: readonly Helper[], functions: ReadonlyMap<FunctionNode, SourceFile>): Unused {
  const gone: Dropped[] = [...dropped];
  const statements = new Map<TSESTree.Node, SourceFile>();
  const parameters = new Map<FunctionNode, Set<number>>();
  const isGone = (file: SourceFile, node: TSESTree.Node): boolean => gone.some(g => g.file === file && g.node.range[0] <= node.range[0] && node.range[1] <= g.node.range[1]);
  const onlyGone = (file: SourceFile, id: TSESTree.Identifier): boolean => {
    const references = file.variableOf(id)?.references.filter(r => r.init !== true) ?? [];
    return references.length > 0 && references.every(r => isGone(file, r.identifier));
  };
  for (let changed = true; changed; ) {
    changed = false;
    const remove = (file: SourceFile, node: TSESTree.Node): void => {
      if (statements.has(node) || isGone(file, node)) return;
      statements.set(node, file);
      gone.push({ file, node });
      changed = true;
    };
    for (const [fn, file] of functions) {
      walkTree(fn.body, node => {
        if (node.type === 'VariableDeclaration' && node.declarations.length === 1 && isPlain(node.declarations[0].init)) {
          const { id } = node.declarations[0];
          if (id.type === 'Identifier' && onlyGone(file, id)) remove(file, node);
        }
        if (node.type === 'IfStatement' && isSessionCheck(context, file, node)) remove(file, node);
      });
    }
    for (const helper of helpers) {
      helper.fn.params.forEach((parameter, index) => {
        const known = parameters.get(helper.fn) ?? new Set<number>();
        if (parameter.type !== 'Identifier' || known.has(index) || !onlyGone(helper.file, parameter)) return;
        parameters.set(helper.fn, known.add(index));
        changed = true;
        for (const { file, call } of helper.calls) {
          const argument = call.arguments[index];
          if (argument) gone.push({ file, node: argument });
        }
      });
    }
  }
  for (const [fn, file] of functions) checkOthers(context, file, fn, isGone);
  return { statements, parameters };
}

/** Without effects of its own. */
function isPlain(init: TSESTree.Expression | null): boolean {
  let plain = init !== null;
  if (init) {
    walkTree(init, node => {
      if (/^(?:AwaitExpression|NewExpression|AssignmentExpression|UpdateExpression|YieldExpression)$/.test(node.type)) plain = false;
      if (node.type === 'CallExpression' && !(node.callee.type === 'Identifier' && node.callee.name === 'String')) plain = false;
    });
  }
  return plain;
}

/** `if (!extra.sessionId) throw ...`: there is none to ask for. */
function isSessionCheck({ mcp }: ProjectRewriteContext, file: SourceFile, { test, consequent, alternate }: TSESTree.IfStatement): boolean {
  if (alternate || test.type !== 'UnaryExpression' || test.operator !== '!' || !mcp.values(file, test.argument).some(k => k.value.kind === 'session-id')) return false;
  const last = consequent.type === 'BlockStatement' ? consequent.body.at(-1) : consequent;
  return last?.type === 'ReturnStatement' || last?.type === 'ThrowStatement';
}

/** Whatever else is done with the session id is not done for this state. In logs it may stay: it says nothing there. */
function checkOthers({ mcp }: ProjectRewriteContext, file: SourceFile, fn: FunctionNode, isGone: (file: SourceFile, node: TSESTree.Node) => boolean): void {
  if (!/session/i.test(file.text.slice(...fn.range))) return;
  walkTree(fn.body, node => {
    if ((node.type !== 'Identifier' && node.type !== 'MemberExpression') || isGone(file, node)) return undefined;
    if (node.type === 'Identifier' && /^(?:MemberExpression|Property|VariableDeclarator)$/.test(node.parent.type)) return undefined;
    if (!mcp.values(file, node).some(k => k.value.kind === 'session-id')) return undefined;
    if (!isTold(node) && outermost(node).parent?.type !== 'VariableDeclarator') throw new Obstacle('state-key', file, node, 'The session id is also used for something else in the code of these tools.');
    return false;
  });
}

function isTold(node: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = node.parent; n && !isFunctionNode(n); n = n.parent) {
    if (n.type === 'CallExpression') return /^(?:console|log|logger|process\.stderr)\b/.test(calleeName(n.callee));
  }
  return false;
}

function calleeName(node: TSESTree.Node): string {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'MemberExpression' && node.property.type === 'Identifier' ? `${calleeName(node.object)}.${node.property.name}` : '';
}
