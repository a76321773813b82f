import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import type { Finding } from '../../finding.js';
import { enclosingFunction, innermost, memberName } from '../../mcp/file-index.js';
import { nodeAt } from '../../edits/locate.js';
import { contains } from '../../mcp/nodes.js';
import type { McpModel } from '../../mcp/model.js';
import { isFunctionNode, type FunctionNode } from '../../mcp/values.js';
import { calledFunctions } from '../fresh.js';
import type { SourceFile } from '../../parse/source.js';
import { walkTree } from '../../parse/walk.js';

const SESSION_HEADER = /^(?:mcp-session-id|last-event-id)$/i;
const TRANSPORT = /#(?:Node)?StreamableHTTPServerTransport$|#WebStandardStreamableHTTPServerTransport$|#SSEServerTransport$|#StreamableHTTPTransport$/;

/** What a file calls its sessions: ids, transports, the containers that hold them. */
export class SessionNames {
  readonly #variables = new Set<Variable>();
  readonly #fields = new Set<string>();
  /** Calls that counted sessions, and go. */
  readonly uncounted = new Set<TSESTree.CallExpression>();
  /** Calls that told somebody that a session began or ended, and go. */
  readonly untold = new Set<TSESTree.CallExpression>();
  /** Functions that made handlers for sessions, and that only tests use now. */
  readonly tested = new Set<string>();
  /** Places of tests that have sessions of their own, which nothing asks any more. */
  readonly lookedInto = new Set<{ readonly file: SourceFile; readonly node: TSESTree.Node }>();
  /** `transport.sessionId` where a context was told of it: `undefined` now. */
  readonly unsaid = new Set<TSESTree.Node>();
  /** `transport.sessionId ?? 'none'` in what the server answers: what it says without a session. */
  readonly defaulted = new Set<TSESTree.LogicalExpression>();

  constructor(
    readonly mcp: McpModel,
    readonly file: SourceFile,
    findings: readonly Finding[],
  ) {
    for (const finding of findings) {
      if (finding.file !== file.path || !finding.subject.startsWith('map:')) continue;
      const name = nodeAt(file, finding.range) ?? identifierAt(file, finding.range[0]);
      if (!name) continue;
      const variable = name.type === 'Identifier' ? file.variableOf(name) : undefined;
      if (variable) this.#variables.add(variable);
      else this.#fields.add(finding.subject.slice('map:'.length));
    }
  }

  get variables(): readonly Variable[] {
    return [...this.#variables];
  }

  get fields(): readonly string[] {
    return [...this.#fields];
  }

  /** The name itself stands for a session. */
  isName(node: TSESTree.Node): boolean {
    if (node.type === 'Identifier') {
      const variable = this.file.variableOf(node);
      return variable !== undefined && this.#variables.has(variable);
    }
    return node.type === 'MemberExpression' && node.object.type === 'ThisExpression' && this.#fields.has(memberName(node) ?? '');
  }

  /** Begins at a name of a session: `transports.streamable[id].transport`. */
  isRootedIn(node: TSESTree.Node): boolean {
    for (let n = innermost(node); ; n = innermost(n)) {
      if (this.isName(n)) return true;
      if (n.type === 'MemberExpression') n = n.object;
      else if (n.type === 'CallExpression') n = n.callee;
      else return false;
    }
  }

  /** `except`: places in it that do not count. */
  mentions(node: TSESTree.Node, except: readonly TSESTree.Node[] = []): boolean {
    const counts = (n: TSESTree.Node): boolean => !except.some(e => contains(e, n));
    for (const variable of this.#variables) if (variable.references.some(r => contains(node, r.identifier) && counts(r.identifier))) return true;
    return some(node, n => ((n.type === 'MemberExpression' && this.isName(n)) || this.isHeader(n)) && counts(n));
  }

  /** Reads of the id that say themselves what is to be said without one. */
  defaultedIn(node: TSESTree.Node): readonly TSESTree.LogicalExpression[] {
    const found: TSESTree.LogicalExpression[] = [];
    walkTree(node, n => {
      if (n.type !== 'LogicalExpression' || n.operator === '&&' || n.right.type !== 'Literal') return true;
      const isId = this.isId(n.left);
      if (isId) found.push(n);
      return !isId;
    });
    return found;
  }

  /** `transport.sessionId`, `sessionId`. */
  isId(node: TSESTree.Node): boolean {
    const inner = innermost(node);
    return inner.type === 'MemberExpression' ? memberName(inner) === 'sessionId' && this.isRootedIn(inner) : inner.type === 'Identifier' && /session/i.test(inner.name) && this.isName(inner);
  }

  isHeader(node: TSESTree.Node): boolean {
    if (node.type === 'Literal') return typeof node.value === 'string' && SESSION_HEADER.test(node.value);
    if (node.type !== 'Identifier' || !/session|header/i.test(node.name)) return false;
    return node.parent.type !== 'MemberExpression' || node.parent.property !== node || node.parent.computed ? SESSION_HEADER.test(this.mcp.text(this.file, node) ?? '') : false;
  }

  /** Adds what is derived from sessions inside a function: the id, the transport that is looked up or made. */
  follow(fn: TSESTree.Node): void {
    const all = this.file.scopes.scopes.flatMap(s => s.variables);
    const local = all.filter(v => v.defs.some(d => contains(fn, d.name) && (d.type === 'Variable' || d.type === 'Parameter')));
    const outer = all.filter(v => !local.includes(v) && v.defs[0]?.type === 'Variable');
    for (let before = -1; before !== this.#variables.size; ) {
      before = this.#variables.size;
      for (const variable of local) if (!this.#variables.has(variable) && this.#isDerived(variable)) this.#variables.add(variable);
      for (const variable of outer) if (!this.#variables.has(variable) && (this.#isAssignedTransport(variable, fn) || this.#isFilled(variable, fn) || this.#isKeyed(variable, fn) || this.#takesTransport(variable, fn))) this.#variables.add(variable);
    }
  }

  /** `postHandler(sessions)`: what a function of the same file calls the sessions that it is given. */
  followGiven(): void {
    for (const variable of this.#variables) {
      for (const { identifier } of variable.references) {
        const call = identifier.parent;
        const index = call.type === 'CallExpression' ? call.arguments.findIndex(a => a === identifier) : -1;
        if (call.type !== 'CallExpression' || index === -1) continue;
        for (const { file, node } of calledFunctions(this.mcp, this.file, call)) {
          const parameter = node.params[index];
          if (file === this.file && parameter?.type === 'Identifier') this.add(parameter);
        }
      }
    }
  }

  /** `let transport`, outside of the handler that fills it: the last connection wins. */
  #isAssignedTransport(variable: Variable, fn: TSESTree.Node): boolean {
    return variable.references.some(r => r.init !== true && r.writeExpr?.type === 'NewExpression' && contains(fn, r.identifier) && this.#gives(r.writeExpr));
  }

  /** `connections.add(connection)`, which holds nothing else. */
  #isFilled(variable: Variable, fn: TSESTree.Node): boolean {
    const declarator = variable.defs[0]?.node;
    if (declarator?.type !== 'VariableDeclarator' || !declarator.init || !/^(?:NewExpression|ArrayExpression)$/.test(innermost(declarator.init).type)) return false;
    const filled = variable.references.flatMap(({ identifier }) => {
      const member = identifier.parent;
      if (member.type !== 'MemberExpression' || member.object !== identifier || !/^(?:add|set|push)$/.test(memberName(member) ?? '')) return [];
      return member.parent.type === 'CallExpression' && member.parent.callee === member ? [member.parent] : [];
    });
    return filled.length > 0 && filled.every(call => {
      const value = call.arguments.at(-1);
      return contains(fn, call) && value?.type === 'Identifier' && this.isName(value);
    });
  }

  /** `lastSeen[sessionId] = Date.now()`: a table beside the sessions, that only code about them reads. */
  #isKeyed(variable: Variable, fn: TSESTree.Node): boolean {
    const declarator = variable.defs[0]?.node;
    const init = declarator?.type === 'VariableDeclarator' && declarator.init ? innermost(declarator.init) : undefined;
    if (!init || !(init.type === 'ObjectExpression' ? init.properties.length === 0 : init.type === 'NewExpression' && init.arguments.length === 0)) return false;
    const uses = variable.references.filter(r => r.init !== true).map(r => r.identifier);
    const keys = uses.flatMap(u => this.#keyOf(u) ?? []);
    if (!keys.some(k => contains(fn, k)) || !keys.every(k => this.isRootedIn(k))) return false;
    return uses.every(u => contains(fn, u) || this.#isWithSessions(u, variable));
  }

  /** `sessions[id] = { transport, server }`, whatever its type is said to be. */
  #takesTransport(variable: Variable, fn: TSESTree.Node): boolean {
    const declarator = variable.defs[0]?.node;
    const init = declarator?.type === 'VariableDeclarator' && declarator.init ? innermost(declarator.init) : undefined;
    if (init?.type !== 'ObjectExpression' || init.properties.length > 0) return false;
    return variable.references.some(({ identifier }) => {
      const member = identifier.parent;
      if (member.type !== 'MemberExpression' || !member.computed || member.object !== identifier || !contains(fn, member)) return false;
      const { parent } = member;
      return parent.type === 'AssignmentExpression' && parent.left === member && this.#holdsTransport(parent.right);
    });
  }

  #holdsTransport(value: TSESTree.Node): boolean {
    const inner = innermost(value);
    if (inner.type === 'ObjectExpression') return inner.properties.some(p => p.type === 'Property' && this.#holdsTransport(p.value));
    return inner.type === 'Identifier' && this.mcp.types(this.file, inner).some(t => TRANSPORT.test(t.type));
  }

  /** The key of what is put into a table. */
  #keyOf({ parent }: TSESTree.Node): TSESTree.Node | undefined {
    if (parent?.type !== 'MemberExpression') return undefined;
    if (parent.computed && parent.parent.type === 'AssignmentExpression' && parent.parent.left === parent) return parent.property;
    return /^(?:set|add)$/.test(memberName(parent) ?? '') && parent.parent.type === 'CallExpression' ? parent.parent.arguments[0] : undefined;
  }

  /** In a function that is about other names of sessions as well. */
  #isWithSessions(use: TSESTree.Node, own: Variable): boolean {
    const fn = enclosingFunction(use);
    return fn !== undefined && [...this.#variables].some(v => v !== own && v.references.some(r => contains(fn, r.identifier)));
  }

  #isDerived(variable: Variable): boolean {
    const declarator = variable.defs[0]?.node;
    if (isFunctionNode(declarator)) return this.#isGivenSessions(declarator) || this.#isContainer(variable) || isSessionListener(declarator);
    if (declarator?.type !== 'VariableDeclarator') return false;
    const loop = declarator.parent.parent;
    if ((loop.type === 'ForOfStatement' || loop.type === 'ForInStatement') && loop.left === declarator.parent) return this.mentions(loop.right);
    if (declarator.id.type === 'Identifier' && this.mcp.types(this.file, declarator.id).some(t => TRANSPORT.test(t.type))) return true;
    const values = [...(declarator.init ? [declarator.init] : []), ...variable.references.flatMap(r => (r.writeExpr && r.init !== true ? [r.writeExpr] : []))];
    return values.some(v => this.#gives(v)) || this.#holdsSession(variable);
  }

  /** A parameter that holds transports. */
  #isContainer(variable: Variable): boolean {
    const name = variable.defs[0]?.name;
    if (name?.type !== 'Identifier') return false;
    const held = this.mcp.infer.elements(this.mcp.values(this.file, name));
    return held.some(k => k.value.kind === 'sdk' && TRANSPORT.test(k.value.type));
  }

  /** `transports.forEach(t => ...)`, `Object.values(transports).map(t => ...)`. */
  #isGivenSessions(fn: FunctionNode): boolean {
    const call = fn.parent;
    return call.type === 'CallExpression' && call.arguments.some(a => a === fn) && call.callee.type === 'MemberExpression' && this.mentions(call.callee.object);
  }

  #gives(value: TSESTree.Node): boolean {
    const inner = innermost(value);
    if (inner.type === 'NewExpression') return this.mcp.types(this.file, inner).some(t => TRANSPORT.test(t.type));
    if (inner.type === 'ArrowFunctionExpression' || inner.type === 'FunctionExpression' || inner.type === 'AwaitExpression') return false;
    return this.mentions(inner);
  }

  /** `session.transport = transport`. */
  #holdsSession(variable: Variable): boolean {
    return variable.references.some(r => {
      const member = r.identifier.parent;
      return member.type === 'MemberExpression' && member.object === r.identifier && member.parent.type === 'AssignmentExpression' && member.parent.left === member && this.isRootedIn(member.parent.right);
    });
  }

  /** A class that keeps sessions, and the variables that hold what it gives. */
  addKept(name: TSESTree.Identifier): void {
    this.add(name);
    for (const { identifier } of this.file.variableOf(name)?.references ?? []) {
      const { parent } = given(identifier);
      if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') this.add(parent.id);
      if (parent?.type === 'PropertyDefinition' && parent.key.type === 'Identifier') this.#fields.add(parent.key.name);
    }
  }

  /** A field of a class that only keeps sessions. */
  addField(name: string): void {
    this.#fields.add(name);
  }

  add(name: TSESTree.Identifier): void {
    const variable = this.file.variableOf(name);
    if (variable) this.#variables.add(variable);
  }
}

/** `Manager.getInstance()` for `Manager`. */
function given(node: TSESTree.Node): TSESTree.Node {
  const { parent } = node;
  const goesOn = parent?.type === 'MemberExpression' || parent?.type === 'AwaitExpression' || ((parent?.type === 'CallExpression' || parent?.type === 'NewExpression') && parent.callee === node);
  return parent && goesOn ? given(parent) : node;
}

/** `onsessioninitialized: id => ...`. */
function isSessionListener({ parent }: FunctionNode): boolean {
  return parent.type === 'Property' && parent.key.type === 'Identifier' && /^onsession(?:initialized|closed)$/.test(parent.key.name);
}

function identifierAt(file: SourceFile, start: number): TSESTree.Identifier | undefined {
  let found: TSESTree.Identifier | undefined;
  for (const scope of file.scopes.scopes) for (const v of scope.variables) for (const d of v.defs) if (d.name.range[0] === start && d.name.type === 'Identifier') found = d.name;
  return found;
}

/** Whether any node inside fits. */
export function some(node: TSESTree.Node, fits: (n: TSESTree.Node) => boolean): boolean {
  let found = false;
  walkTree(node, n => {
    if (!found && fits(n)) found = true;
    return !found;
  });
  return found;
}

