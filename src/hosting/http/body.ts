import type { TSESTree } from '@typescript-eslint/types';
import { lineOf } from '../closure.js';
import { isFresh } from '../fresh.js';
import { obstacle, type Obstacle } from '../obstacle.js';
import { contains } from '../../mcp/nodes.js';
import type { McpModel } from '../../mcp/model.js';
import { roleOf } from '../../mcp/roles.js';
import type { FunctionNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import type { SessionNames } from './names.js';
import { Plumbing } from './plumbing.js';
import { parameterNames } from './routes.js';

/** What a handler of sessions consists of. */
export interface Body {
  /** What is rewritten: the body of the handler, or the branch of it that serves the address. */
  readonly block: TSESTree.Node;
  /** Statements that stay, in front of the call that serves. */
  readonly keep: readonly TSESTree.Statement[];
  /** `const server = getServer()` of a new session, and what sets it up. */
  readonly server?: ServerOfSession;
}

export interface ServerOfSession {
  readonly declarator: TSESTree.VariableDeclarator;
  readonly setup: readonly TSESTree.Statement[];
}

const CORE = /\.(?:handleRequest|handlePostMessage|connect)\s*\(|ServerTransport\s*\(/;

/** Tells what of a handler is about sessions and what is not. */
export function bodyOf(mcp: McpModel, file: SourceFile, names: SessionNames, fn: FunctionNode, ends = false): Body | Obstacle {
  if (fn.body.type !== 'BlockStatement') return { block: fn.body, keep: [] };
  names.follow(fn);
  const [request = '', reply = ''] = parameterNames(fn);
  const plumbing = new Plumbing(names, file, [reply, 'response', 'res', 'reply'].filter(Boolean), [request, 'request', 'req'].filter(Boolean), ends);
  const server = serverOf(mcp, file, fn, names);
  if (server && 'reason' in server) return server;
  if (server) plumbing.servers.add(server.declarator);
  for (const s of server?.setup ?? []) plumbing.servers.add(s);
  const block = branchOf(file, names, fn.body);
  const statements = flattened(block.body, plumbing, file);
  if ('reason' in statements) return statements;
  const keep: TSESTree.Statement[] = [];
  let served = false;
  for (const statement of statements) {
    const isCore = CORE.test(file.text.slice(...statement.range)) || names.mentions(statement) || (server !== undefined && contains(statement, server.declarator));
    if (!isCore && !served) {
      keep.push(statement);
      continue;
    }
    served = true;
    const foreign = plumbing.foreign(statement);
    if (foreign) return obstacle(`Line ${lineOf(file, foreign)} of ${file.path} does more than keep sessions: ${shortened(file, foreign)}. Decide when it should run.`, 'session-lifecycle');
  }
  return { block, keep, ...(server && { server }) };
}

/** `if (url.pathname === '/mcp') { ... }`: the branch with all of it. */
function branchOf(file: SourceFile, names: SessionNames, block: TSESTree.BlockStatement): TSESTree.BlockStatement {
  const core = block.body.filter(s => CORE.test(file.text.slice(...s.range)) || names.mentions(s));
  const [only, another] = core;
  if (only?.type !== 'IfStatement' || another || names.mentions(only.test) || /\bmethod\b|isInitializeRequest/.test(file.text.slice(...only.test.range))) return block;
  const branches = [only.consequent, only.alternate].filter(b => b !== null && (CORE.test(file.text.slice(...b.range)) || names.mentions(b)));
  const [branch, other] = branches;
  return branch?.type === 'BlockStatement' && !other ? branchOf(file, names, branch) : block;
}

/** `try { ... } catch { 500 }` around everything is what the SDK does itself. */
function flattened(statements: readonly TSESTree.Statement[], plumbing: Plumbing, file: SourceFile): readonly TSESTree.Statement[] | Obstacle {
  const found: TSESTree.Statement[] = [];
  for (const statement of statements) {
    if (statement.type !== 'TryStatement' || !CORE.test(file.text.slice(...statement.block.range))) {
      found.push(statement);
      continue;
    }
    for (const part of [statement.handler?.body, statement.finalizer]) {
      const foreign = part ? plumbing.foreign(part) : undefined;
      if (foreign) return obstacle(`Line ${lineOf(file, foreign)} of ${file.path} does more than refuse the request: ${shortened(file, foreign)}.`, 'session-lifecycle');
    }
    const inner = flattened(statement.block.body, plumbing, file);
    if ('reason' in inner) return inner;
    found.push(...inner);
  }
  return found;
}

function shortened(file: SourceFile, node: TSESTree.Node): string {
  const text = file.text.slice(...node.range).replace(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The server that the handler makes for a session, with the statements that set it up. */
function serverOf(mcp: McpModel, file: SourceFile, fn: FunctionNode, names: SessionNames): ServerOfSession | Obstacle | undefined {
  const declarators = serverDeclarators(mcp, file, fn);
  const [declarator, another] = declarators;
  if (!declarator) return undefined;
  if (another) return obstacle(`${file.path} makes more than one server in a handler.`);
  if (!declarator.init || !isFresh(mcp, file, declarator.init, 0, 'called-for-each')) return obstacle(`Line ${lineOf(file, declarator)} of ${file.path} takes a server that may be shared.`);
  const variable = declarator.id.type === 'Identifier' ? file.variableOf(declarator.id) : undefined;
  if (!variable) return { declarator, setup: [] };
  const setup: TSESTree.Statement[] = [];
  for (const { identifier, init } of variable.references) {
    if (init === true) continue;
    const statement = statementAround(identifier);
    if (!statement || statement.type !== 'ExpressionStatement' || names.mentions(statement) || CORE.test(file.text.slice(...statement.range)) || /\.close\s*\(/.test(file.text.slice(...statement.range))) continue;
    if (statement.parent === declarator.parent.parent && !setup.includes(statement)) setup.push(statement);
  }
  return { declarator, setup };
}

function serverDeclarators(mcp: McpModel, file: SourceFile, fn: FunctionNode): readonly TSESTree.VariableDeclarator[] {
  const found: TSESTree.VariableDeclarator[] = [];
  for (const scope of file.scopes.scopes) {
    for (const variable of scope.variables) {
      const definition = variable.defs[0];
      if (definition?.node.type !== 'VariableDeclarator' || !contains(fn, definition.node) || definition.name.type !== 'Identifier') continue;
      if (definition.node.id.type === 'ArrayPattern' || !mcp.types(file, definition.name).some(t => roleOf(t.type) === 'server')) continue;
      found.push(definition.node);
    }
  }
  return found;
}

function statementAround(node: TSESTree.Node): TSESTree.Statement | undefined {
  let inner: TSESTree.Node = node;
  for (let n = node.parent; n; n = n.parent) {
    if (n.type === 'BlockStatement' || n.type === 'Program') return n.body.find(s => s === inner);
    inner = n;
  }
  return undefined;
}

/** Names that are declared in the function and used in a node inside it. */
export function localsUsed(file: SourceFile, fn: FunctionNode, node: TSESTree.Node): readonly string[] {
  return file.scopes.scopes.flatMap(scope =>
    scope.variables.flatMap(v => {
      const definition = v.defs[0];
      const isLocal = definition !== undefined && contains(fn, definition.name) && !contains(node, definition.name);
      return isLocal && v.references.some(r => contains(node, r.identifier)) ? [v.name] : [];
    }),
  );
}

