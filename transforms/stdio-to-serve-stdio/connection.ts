import type { TSESTree } from '../../src/define-transform.js';
import { innermost, memberName, outermost } from '../../src/define-transform.js';
import { lineOf } from '../../src/hosting/closure.js';
import { endingOf, type Ending } from '../../src/hosting/ending.js';
import { calledFunctions } from '../../src/hosting/fresh.js';
import { obstacle, type Obstacle } from '../../src/hosting/obstacle.js';
import type { McpModel } from '../../src/mcp/model.js';
import { isServerSide } from '../../src/mcp/roles.js';
import type { SourceFile } from '../../src/parse/source.js';

/** One server that is connected to standard input and output. */
export interface Connection {
  readonly transport: TSESTree.NewExpression;
  /** `const transport = ...`, when the transport has a name. */
  readonly declaration?: TSESTree.VariableDeclaration;
  /** The name, when more than the connection needs the transport. */
  readonly keep?: string;
  /** `server.connect(transport)`. */
  readonly call: TSESTree.CallExpression;
  readonly server: TSESTree.Expression;
  /** `transport.close()`. */
  readonly closers: readonly TSESTree.CallExpression[];
  /** `transport.onclose = ...`. */
  readonly endings: readonly Ending[];
  /** `transport.onerror = ...`. */
  readonly onerror?: Handler;
}

/** A statement that sets a handler, and the handler. */
export interface Handler {
  readonly statement: TSESTree.ExpressionStatement;
  readonly value: TSESTree.Expression;
}

export function connectionOf(mcp: McpModel, file: SourceFile, transport: TSESTree.NewExpression): Connection | Obstacle {
  const constructed = mcp.constructed(file, transport);
  if (constructed && !constructed.type.startsWith('server#')) return obstacle('This file is still on the first SDK line. Move it to the second first.');
  const outer = outermost(transport);
  const { parent } = outer;
  if (parent?.type === 'CallExpression' && parent.arguments.includes(transport)) return connected(mcp, file, transport, parent);
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier' && parent.parent.declarations.length === 1) return ofVariable(mcp, file, transport, parent);
  if (parent?.type === 'AssignmentExpression') return obstacle('The transport is chosen while the program runs, and one statement connects whichever it is. Call serveStdio where stdio is chosen.', 'server-escapes');
  return obstacle('The transport is handed on to code that connects it elsewhere. Call serveStdio there.', 'server-escapes');
}

function connected(mcp: McpModel, file: SourceFile, transport: TSESTree.NewExpression, call: TSESTree.CallExpression): Connection | Obstacle {
  const callee = innermost(call.callee);
  if (callee.type !== 'MemberExpression' || memberName(callee) !== 'connect') return obstacle('The transport is given to code that wraps it. Call serveStdio there.', 'server-escapes');
  const use = mcp.member(file, callee);
  if (!use || !isServerSide(use.owner)) return obstacle('What connects this transport is not the SDK’s server but something around it. Call serveStdio there.', 'server-escapes');
  return { transport, call, server: callee.object, closers: [], endings: [] };
}

function ofVariable(mcp: McpModel, file: SourceFile, transport: TSESTree.NewExpression, declarator: TSESTree.VariableDeclarator): Connection | Obstacle {
  const variable = declarator.id.type === 'Identifier' ? file.variableOf(declarator.id) : undefined;
  const declaration = declarator.parent;
  if (!variable) return obstacle('The transport is declared in a way that is not understood.');
  const closers: TSESTree.CallExpression[] = [];
  const endings: Ending[] = [];
  let onerror: Handler | undefined;
  let found: Connection | undefined;
  let shared = false;
  for (const reference of variable.references) {
    const { identifier } = reference;
    if (reference.init === true) continue;
    const outer = outermost(identifier);
    const { parent } = outer;
    if (parent?.type === 'CallExpression' && parent.arguments.some(a => a === outer)) {
      const one = connected(mcp, file, transport, parent);
      if ('reason' in one) {
        if (!isLeftAlone(mcp, file, parent)) return one;
        shared = true;
        continue;
      }
      if (found) return obstacle('One transport is connected at two places.');
      found = one;
    } else if (parent?.type === 'MemberExpression' && memberName(parent) === 'close' && parent.parent.type === 'CallExpression') closers.push(parent.parent);
    else if (parent?.type === 'MemberExpression' && endingOf(file, parent.parent.parent ?? parent)?.target === parent) {
      const ending = endingOf(file, parent.parent.parent ?? parent);
      if (ending) endings.push(ending);
    } else if (parent?.type === 'MemberExpression' && !onerror && handlerOf(parent)) onerror = handlerOf(parent);
    else if (isGivenInObject(mcp, file, identifier)) shared = true;
    else return obstacle(`The transport is used at line ${lineOf(file, identifier)} for more than to connect it. serveStdio owns its transport: move that into the server, or into the options of serveStdio.`, 'session-lifecycle');
  }
  if (!found) return obstacle('Nothing connects this transport.');
  return shared ? { ...found, declaration, keep: variable.name, closers: [], endings, ...(onerror && { onerror }) } : { ...found, declaration, closers, endings, ...(onerror && { onerror }) };
}

/** `transport.onerror = error => ...`. */
function handlerOf(member: TSESTree.MemberExpression): Handler | undefined {
  const { parent } = member;
  if (memberName(member) !== 'onerror' || parent.type !== 'AssignmentExpression' || parent.left !== member || parent.parent.type !== 'ExpressionStatement') return undefined;
  return { statement: parent.parent, value: parent.right };
}

/** `onShutdown({ transport })`. */
function isGivenInObject(mcp: McpModel, file: SourceFile, identifier: TSESTree.Node): boolean {
  const object = identifier.parent?.type === 'Property' && identifier.parent.value === identifier ? identifier.parent.parent : undefined;
  const call = object?.parent;
  return call?.type === 'CallExpression' && isLeftAlone(mcp, file, call);
}

const TAKES_OVER = /\.(?:onmessage|onclose|onerror|send|start)\b|\.connect\(/;

/** Code that gets the transport and neither listens to it nor connects it: what only closes it. */
function isLeftAlone(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): boolean {
  const functions = calledFunctions(mcp, file, call);
  return functions.length > 0 && functions.every(f => !TAKES_OVER.test(f.file.text));
}
