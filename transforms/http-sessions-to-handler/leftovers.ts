import type { TSESTree } from '../../src/define-transform.js';
import { lineOf } from '../../src/hosting/closure.js';
import type { FileDraft } from '../../src/hosting/draft.js';
import { obstacle, type Obstacle } from '../../src/hosting/obstacle.js';
import { indexOf } from '../../src/mcp/file-index.js';
import { contains } from '../../src/mcp/nodes.js';
import { isFunctionNode } from '../../src/mcp/values.js';
import type { SourceFile } from '../../src/parse/source.js';
import { some, type SessionNames } from './names.js';
import { Plumbing } from './plumbing.js';

/** What is left of the sessions outside of the routes: sweepers, counters, the loop that closes all of them. */
export interface Leftovers {
  readonly remove: readonly TSESTree.Node[];
  readonly properties: readonly TSESTree.Property[];
  /** Statements that closed the sessions: the handler is closed in the place of the first of a function. */
  readonly close: readonly TSESTree.Statement[];
}

/** `gone` are the routes and functions that go in any case. */
export function leftoversOf(names: SessionNames, file: SourceFile, gone: (node: TSESTree.Node) => boolean): Leftovers | Obstacle {
  const remove: TSESTree.Node[] = [];
  const properties: TSESTree.Property[] = [];
  const close: TSESTree.Statement[] = [];
  const plumbing = new Plumbing(names, file, ['res', 'reply', 'response'], ['req', 'request']);
  for (const use of usesOf(names, file)) {
    if (gone(use) || [...remove, ...properties, ...close].some(r => contains(r, use))) continue;
    const property = propertyAround(use);
    if (property) {
      properties.push(property);
      continue;
    }
    const statement = statementAround(use);
    if (!statement) return obstacle(`The sessions are used at ${file.path}:${lineOf(file, use)} in a way that is not understood.`, 'session-lifecycle');
    const whole = timerAround(statement) ?? statement;
    const foreign = plumbing.foreign(whole) ?? returned(whole);
    if (foreign) return obstacle(`Line ${lineOf(file, foreign)} of ${file.path} uses the sessions for more than to serve them.`, 'session-lifecycle');
    if (closes(file, whole) && whole === statement) close.push(statement);
    else remove.push(whole);
  }
  return { remove: remove.filter(r => !remove.some(o => o !== r && contains(o, r))), properties, close };
}

function usesOf(names: SessionNames, file: SourceFile): readonly TSESTree.Node[] {
  const variables = names.variables.flatMap(v => v.references.filter(r => r.init !== true).map(r => r.identifier as TSESTree.Node));
  const fields = names.fields.flatMap(f => (indexOf(file).members.get(f) ?? []).filter(m => m.object.type === 'ThisExpression'));
  return [...variables, ...fields].sort((a, b) => a.range[0] - b.range[0]);
}

/** `{ sessions: transports.size }`. */
function propertyAround(use: TSESTree.Node): TSESTree.Property | undefined {
  let n = use.parent;
  while (n && (n.type === 'MemberExpression' || n.type === 'CallExpression')) n = n.parent;
  return n?.type === 'Property' && n.parent.type === 'ObjectExpression' && contains(n.value, use) && !some(n.value, isFunctionNode) ? n : undefined;
}

function statementAround(node: TSESTree.Node): TSESTree.Statement | undefined {
  let inner: TSESTree.Node = node;
  for (let n = node.parent; n; n = n.parent) {
    if (n.type === 'BlockStatement' || n.type === 'Program') return n.body.find(s => s === inner);
    inner = n;
  }
  return undefined;
}

/** `setInterval(() => ...)`, with everything in it. */
function timerAround(statement: TSESTree.Statement): TSESTree.Statement | undefined {
  for (let n: TSESTree.Node | undefined = statement.parent; n; n = n.parent) {
    if (n.type === 'CallExpression' && n.callee.type === 'Identifier' && /^set(?:Interval|Timeout)$/.test(n.callee.name)) return statementAround(n);
  }
  return undefined;
}

function returned(node: TSESTree.Node): TSESTree.Node | undefined {
  return node.type === 'ReturnStatement' ? node : undefined;
}

function closes(file: SourceFile, statement: TSESTree.Statement): boolean {
  return /\.(?:close|clear)\s*\(|\bdelete\b/.test(file.text.slice(...statement.range));
}

/** Takes the leftovers out, and closes the handler where the sessions were closed. */
export function writeLeftovers(draft: FileDraft, leftovers: Leftovers, handler: string): void {
  for (const node of leftovers.remove) draft.removeStatement(node);
  if (leftovers.properties.length > 0) {
    for (const property of leftovers.properties) draft.gone(property);
    const objects = new Set(leftovers.properties.map(p => p.parent));
    for (const object of objects) draft.editor.removeProperties(leftovers.properties.filter(p => p.parent === object));
  }
  const done = new Set<TSESTree.Node | undefined>();
  for (const statement of leftovers.close) {
    const fn = functionAround(statement);
    if (done.has(fn)) {
      draft.removeStatement(statement);
      continue;
    }
    done.add(fn);
    const isAsync = fn === undefined || (isFunctionNode(fn) && fn.async);
    draft.replace(statement, `${isAsync ? 'await' : 'void'} ${handler}.close()${draft.end}`);
  }
}

function functionAround(node: TSESTree.Node): TSESTree.Node | undefined {
  for (let n = node.parent; n; n = n.parent) if (isFunctionNode(n)) return n;
  return undefined;
}

