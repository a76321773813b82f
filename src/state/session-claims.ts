import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../files/kinds.js';
import { enclosingFunction, innermost, memberName, outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import type { Credential } from './credentials.js';
import type { SessionIds } from './session-ids.js';

const COMPARED = /[\w$]\??\.(?:\w*[sS]essionId|session_id|owner\w*)\b/;
const OWNER = /^(?:\w*session_?id|owner(?:_?session)?(?:_?id)?)$/i;

/** `if (entry.sessionId !== sessionId) return null`: who may have something is decided by the session that it was made in. Once for each function. */
export function sessionClaims(mcp: McpModel, ids: SessionIds): readonly Credential[] {
  const found: Credential[] = [];
  for (const path of mcp.project.codeFiles()) {
    const text = mcp.project.text(path) ?? '';
    if (zoneOf(path) === 'test' || !/session/i.test(text) || !COMPARED.test(text)) continue;
    const file = mcp.project.source(path);
    if (!file) continue;
    const seen = new Set<TSESTree.Node | undefined>();
    walkTree(file.program, node => {
      if (node.type !== 'BinaryExpression' || !/^[!=]==?$/.test(node.operator) || node.left.type === 'PrivateIdentifier') return;
      const fn = enclosingFunction(node);
      const owner = seen.has(fn) ? undefined : (claimed(file, node.left, node.right, ids) ?? claimed(file, node.right, node.left, ids));
      if (!owner || !isRefused(file, node, owner)) return;
      seen.add(fn);
      found.push({ file, node, name: memberName(owner) ?? '' });
    });
  }
  return found;
}

/** The member of a record on one side, with the session of the caller on the other one. */
function claimed(file: SourceFile, side: TSESTree.Node, other: TSESTree.Node, ids: SessionIds): TSESTree.MemberExpression | undefined {
  const owner = recordedOwner(file, side, 0);
  const caller = innermost(other);
  if (caller.type === 'MemberExpression' && caller.object.type === 'ThisExpression') return undefined;
  if (!owner || (caller.type !== 'Identifier' && caller.type !== 'MemberExpression') || recordedOwner(file, caller, 0)) return undefined;
  return ids.is(file, caller) ? owner : undefined;
}

/** `entry.sessionId`, where the entry was looked up here; also under a name. */
function recordedOwner(file: SourceFile, node: TSESTree.Node, depth: number): TSESTree.MemberExpression | undefined {
  const inner = innermost(node);
  if (inner.type === 'Identifier' && depth === 0) {
    for (const { writeExpr } of file.variableOf(inner)?.references ?? []) {
      const owner = writeExpr ? recordedOwner(file, writeExpr, 1) : undefined;
      if (owner) return owner;
    }
    return undefined;
  }
  if (inner.type !== 'MemberExpression' || !OWNER.test(memberName(inner) ?? '')) return undefined;
  const root = inner.object.type === 'Super' ? undefined : innermost(inner.object);
  return root?.type === 'Identifier' && (isLookedUp(file, root) || isGiven(file, root)) ? inner : undefined;
}

/** `const entry = entries.get(key)`, `const stored = await store.load(id)`: under a key that is no session. */
function isLookedUp(file: SourceFile, name: TSESTree.Identifier): boolean {
  const declarator = file.variableOf(name)?.defs[0]?.node;
  const made = declarator?.type === 'VariableDeclarator' && declarator.init ? innermost(declarator.init) : undefined;
  if (made?.type === 'MemberExpression') return made.computed && !/session/i.test(file.text.slice(...made.property.range));
  if (made?.type !== 'CallExpression' || made.arguments.length === 0) return false;
  const callee = innermost(made.callee);
  const called = callee.type === 'MemberExpression' ? memberName(callee) : callee.type === 'Identifier' ? callee.name : undefined;
  return called !== undefined && /^(?:get|load|read|find|fetch|lookup|peek)/.test(called) && !made.arguments.some(a => /session|transport/i.test(file.text.slice(...a.range)));
}

/** `assertOwner(entry, sessionId)`: looked up by whoever asks. */
function isGiven(file: SourceFile, name: TSESTree.Identifier): boolean {
  return file.variableOf(name)?.defs[0]?.type === 'Parameter' && !/event|message|request|session|transport|context|extra|option|param|args|^(?:e|req|ctx|msg)$/i.test(name.name);
}

/** In the test of an `if` that ends the function, or skips what follows; what was only given has to be refused aloud. */
function isRefused(file: SourceFile, comparison: TSESTree.BinaryExpression, owner: TSESTree.MemberExpression): boolean {
  const root = innermost(owner.object);
  const aloud = root.type === 'Identifier' && isGiven(file, root);
  for (let n: TSESTree.Node = outermost(comparison); n.parent; n = n.parent) {
    const { parent } = n;
    if (parent.type === 'IfStatement') return parent.test === n && ends(parent.consequent, aloud);
    if (parent.type === 'ReturnStatement') return !aloud;
    if (parent.type !== 'LogicalExpression') return false;
  }
  return false;
}

function ends(branch: TSESTree.Node, aloud: boolean): boolean {
  const last = branch.type === 'BlockStatement' ? branch.body.at(-1) : branch;
  return aloud ? last?.type === 'ThrowStatement' : last?.type === 'ReturnStatement' || last?.type === 'ThrowStatement' || last?.type === 'ContinueStatement';
}
