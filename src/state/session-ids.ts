import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../files/kinds.js';
import { keyName } from '../mcp/exports.js';
import { indexOf, innermost, memberName, outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { returnExpressions, unwrapParameter } from '../mcp/nodes.js';
import { isClassNode, isFunctionNode, type ClassNode, type FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';

const MAX_DEPTH = 6;
const MAX_CALLS = 40;
/** What programs call the parameter that takes a session id. */
const NAMED = /^_*(?:mcp_?|current_?|transport_?|new_?|caller_?|request_?)?session_?id$/i;
/** Programs in which such a parameter is the protocol's: they make its sessions, or read its header. */
const OPENS = /mcp-session-id|sessionIdGenerator|onsessioninitialized|onsessionclosed|SSEServerTransport|oninitialized/i;

const found = new WeakMap<McpModel, SessionIds>();

/** Rules and the model of state ask the same, and share what is found. */
export function sessionIdsOf(mcp: McpModel): SessionIds {
  const known = found.get(mcp) ?? new SessionIds(mcp);
  found.set(mcp, known);
  return known;
}

/**
 * Whether an expression is the session id of the protocol. Most of the time the model knows; here it is followed through what hides
 * the caller: interfaces, injected instances, tables of functions. Only parameters that are called so are followed.
 */
export class SessionIds {
  readonly #parameters = new Map<TSESTree.Node, boolean>();
  readonly #calls = new Map<string, readonly Call[]>();
  readonly #kept = new Map<TSESTree.Node, Map<string, boolean>>();
  readonly #records = new Map<string, readonly WrittenRecord[]>();

  constructor(private readonly mcp: McpModel) {}

  is(file: SourceFile, node: TSESTree.Node, depth = 0): boolean {
    if (depth > MAX_DEPTH) return false;
    const inner = innermost(node);
    if (!mentionsSession(file, inner)) return this.#isKnown(file, inner);
    switch (inner.type) {
      case 'Identifier':
        return this.#isKnown(file, inner) || this.#isNamed(file, inner, depth);
      case 'TemplateLiteral':
        return inner.expressions.some(e => this.is(file, e, depth + 1));
      case 'BinaryExpression':
        return inner.operator === '+' && [inner.left, inner.right].some(e => this.is(file, e, depth + 1));
      case 'LogicalExpression':
        return this.is(file, inner.left, depth + 1) || this.is(file, inner.right, depth + 1);
      case 'CallExpression':
        return this.#isKnown(file, inner) || this.#isMadeFrom(file, inner, depth);
      case 'MemberExpression':
        return this.#isKnown(file, inner) || this.#isKept(file, inner, depth);
      default:
        return this.#isKnown(file, inner);
    }
  }

  #isKnown(file: SourceFile, node: TSESTree.Node): boolean {
    return this.mcp.values(file, node).some(k => k.value.kind === 'session-id');
  }

  /** `keyOf(sessionId)`: a function of the project that puts the id into its result. */
  #isMadeFrom(file: SourceFile, call: TSESTree.CallExpression, depth: number): boolean {
    return this.mcp.values(file, call.callee).some(({ value }) => {
      if (value.kind !== 'function') return false;
      return returnExpressions(value.node).some(e => innermost(e).type === 'TemplateLiteral') && call.arguments.some(a => a.type !== 'SpreadElement' && this.is(file, a, depth + 1));
    });
  }

  /** `this._sessionId`, `event.sessionId`: the id, handed on in an object of the project's own. */
  #isKept(file: SourceFile, member: TSESTree.MemberExpression, depth: number): boolean {
    const name = memberName(member);
    if (name === undefined || !NAMED.test(name.replace(/^#/, '')) || member.object.type === 'Super') return false;
    return this.mcp.values(file, member.object).some(({ value }) => {
      if (value.kind === 'instance') return this.#isField(value.file, value.node, name, depth);
      return value.kind === 'shape' && (value.node.type === 'TSInterfaceDeclaration' || value.node.type === 'TSTypeLiteral') && this.#isWritten(value.node, name, depth);
    });
  }

  #isField(file: SourceFile, cls: ClassNode, name: string, depth: number): boolean {
    return this.#remembered(cls, name, () => {
      if (this.mcp.infer.references.fieldAssignments(file, cls, name).some(given => this.is(given.file, given.node, depth + 1))) return true;
      return constructorOf(cls)?.params.some((p, index) => isParameterProperty(p, name) && this.#isConstructedWith(file, cls, index, depth)) === true;
    });
  }

  #isConstructedWith(file: SourceFile, cls: ClassNode, index: number, depth: number): boolean {
    return this.mcp.infer.references.ofClass(file, cls, 'all').some(({ file: g, node }) => {
      const made = node.parent;
      const argument = made.type === 'NewExpression' && made.callee === node ? made.arguments[index] : undefined;
      return argument !== undefined && argument.type !== 'SpreadElement' && this.is(g, argument, depth + 1);
    });
  }

  /** Whether some object that has the form of an interface is given the id under this name. */
  #isWritten(shape: TSESTree.TSInterfaceDeclaration | TSESTree.TSTypeLiteral, name: string, depth: number): boolean {
    return this.#remembered(shape, name, () => {
      const members = membersOf(shape);
      return this.#recordsWith(name).some(({ file, node, value }) => fits(node, members) && this.is(file, value, depth + 1));
    });
  }

  /** What is known of a class or an interface is known for all that ask; in a circle nothing is. */
  #remembered(owner: TSESTree.Node, name: string, find: () => boolean): boolean {
    const known = this.#kept.get(owner) ?? new Map<string, boolean>();
    this.#kept.set(owner, known);
    const before = known.get(name);
    if (before !== undefined) return before;
    known.set(name, false);
    const found = find();
    known.set(name, found);
    return found;
  }

  /** Object literals of the program with a property of this name. */
  #recordsWith(name: string): readonly WrittenRecord[] {
    const known = this.#records.get(name);
    if (known) return known;
    const { project } = this.mcp;
    const found = project.codeFiles().flatMap((path): readonly WrittenRecord[] => {
      if (zoneOf(path) === 'test' || !project.hasWord(path, name) || !project.mentionsMcp(path)) return [];
      const file = project.source(path);
      return file ? recordsIn(file, name) : [];
    });
    this.#records.set(name, found);
    return found;
  }

  #isNamed(file: SourceFile, name: TSESTree.Identifier, depth: number): boolean {
    const definition = file.variableOf(name)?.defs[0];
    if (!definition) return false;
    const { node } = definition;
    if (node.type === 'VariableDeclarator') return node.id.type === 'Identifier' && node.init !== null && this.is(file, node.init, depth + 1);
    if (!NAMED.test(name.name) || definition.type !== 'Parameter' || !isFunctionNode(node)) return false;
    const index = node.params.findIndex(p => unwrapParameter(p).id === definition.name);
    return index !== -1 && this.#isParameter(file, node, index, depth);
  }

  #isParameter(file: SourceFile, fn: FunctionNode, index: number, depth: number): boolean {
    const parameter = fn.params[index];
    if (!parameter) return false;
    const known = this.#parameters.get(parameter);
    if (known !== undefined) return known;
    this.#parameters.set(parameter, false);
    const found = this.#isGiven(file, fn, index, depth);
    this.#parameters.set(parameter, found);
    return found;
  }

  #isGiven(file: SourceFile, fn: FunctionNode, index: number, depth: number): boolean {
    if (this.#isCallbackOfOther(file, fn) || this.#isOfSdk(file, fn)) return true;
    const passes = ({ file: g, call }: Call): boolean => {
      const argument = call.arguments[index];
      return argument !== undefined && argument.type !== 'SpreadElement' && this.is(g, argument, depth + 1);
    };
    const uses = this.mcp.infer.references.ofFunction(file, fn).flatMap(({ file: g, node }): Call[] => {
      const call = outermost(node).parent;
      return call?.type === 'CallExpression' && call.callee === outermost(node) ? [{ file: g, call }] : [];
    });
    return uses.some(passes) || this.#callsByName(fn).some(passes) || this.#isOfConstructor(file, fn, index, depth);
  }

  #isOfConstructor(file: SourceFile, fn: FunctionNode, index: number, depth: number): boolean {
    const { parent } = fn;
    const cls = parent.type === 'MethodDefinition' && parent.kind === 'constructor' ? parent.parent.parent : undefined;
    return isClassNode(cls) && this.#isConstructedWith(file, cls, index, depth);
  }

  /** `serve(async sessionId => ...)` of another package, in a program that has to do with the protocol's sessions. */
  #isCallbackOfOther(file: SourceFile, fn: FunctionNode): boolean {
    const outer = outermost(fn);
    const holder = outer.parent?.type === 'Property' ? outermost(outer.parent.parent) : outer;
    const { parent } = holder;
    if (parent?.type !== 'CallExpression' || !parent.arguments.some(a => a === holder)) return false;
    return OPENS.test(file.text) && this.mcp.values(file, parent.callee).every(k => k.value.kind === 'external');
  }

  /** `getTask(taskId, sessionId)` of a class that stands in for one of the SDK. */
  #isOfSdk(file: SourceFile, fn: FunctionNode): boolean {
    const cls = fn.parent.type === 'MethodDefinition' ? fn.parent.parent.parent : undefined;
    return isClassNode(cls) && cls.implements.some(i => this.mcp.infer.annotations.heritage(file, i.expression).some(({ value }) => value.kind === 'sdk' && /Store$/.test(value.type)));
  }

  /** Calls of methods and of functions in tables, by the name: who stands behind the receiver may be known to nobody. */
  #callsByName(fn: FunctionNode): readonly Call[] {
    const { parent } = outermost(fn);
    const isMember = (parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition' || parent?.type === 'Property') && parent.value === fn;
    const name = isMember ? keyName(parent.key) : undefined;
    if (name === undefined || /^(?:constructor|get|set|has|add|delete|clear)$/.test(name)) return [];
    const cls = parent?.parent?.parent;
    return this.#callsOf(name).filter(({ file, call }) => mayBeOn(this.mcp, file, call, isClassNode(cls) ? cls : undefined));
  }

  #callsOf(name: string): readonly Call[] {
    const known = this.#calls.get(name);
    if (known) return known;
    const { project } = this.mcp;
    const found: Call[] = [];
    for (const path of project.codeFiles()) {
      if (found.length >= MAX_CALLS) break;
      if (zoneOf(path) === 'test' || !project.hasWord(path, name) || !/session/i.test(project.text(path) ?? '')) continue;
      const file = project.source(path);
      for (const member of file ? (indexOf(file).members.get(name) ?? []) : []) {
        const call = outermost(member).parent;
        if (file && call?.type === 'CallExpression' && call.callee === outermost(member)) found.push({ file, call });
      }
    }
    this.#calls.set(name, found);
    return found;
  }
}

/** By its own words, or by those of what a name stands for: `const key = `${name}-${sessionId}``. */
export function mentionsSession(file: SourceFile, node: TSESTree.Node): boolean {
  if (/session/i.test(file.text.slice(...node.range))) return true;
  const definition = node.type === 'Identifier' ? file.variableOf(node)?.defs[0]?.node : undefined;
  return definition?.type === 'VariableDeclarator' && definition.init !== null && /session/i.test(file.text.slice(...definition.init.range));
}

interface WrittenRecord {
  readonly file: SourceFile;
  readonly node: TSESTree.ObjectExpression;
  /** What the property is given. */
  readonly value: TSESTree.Node;
}

function recordsIn(file: SourceFile, name: string): readonly WrittenRecord[] {
  const found: WrittenRecord[] = [];
  walkTree(file.program, node => {
    if (node.type !== 'Property' || node.parent.type !== 'ObjectExpression' || keyName(node.key) !== name) return;
    found.push({ file, node: node.parent, value: node.value });
  });
  return found;
}

/** The members of an interface, with whether an object can be without them. */
function membersOf(shape: TSESTree.TSInterfaceDeclaration | TSESTree.TSTypeLiteral): ReadonlyMap<string, boolean> {
  const members = new Map<string, boolean>();
  for (const member of shape.type === 'TSInterfaceDeclaration' ? shape.body.body : shape.members) if (member.type === 'TSPropertySignature') members.set(keyName(member.key) ?? '', member.optional);
  return members;
}

/** An object that the interface describes: it has nothing else, and all that has to be there. */
function fits(object: TSESTree.ObjectExpression, members: ReadonlyMap<string, boolean>): boolean {
  const names = new Set<string>();
  let spreads = false;
  for (const p of object.properties) {
    if (p.type === 'SpreadElement') spreads = true;
    else names.add(keyName(p.key) ?? '');
  }
  if (names.size < 2 && members.size > 2) return false;
  return [...names].every(n => members.has(n)) && (spreads || [...members].every(([n, optional]) => optional || names.has(n)));
}

/** `constructor(private readonly sessionId: string)` */
function isParameterProperty(parameter: TSESTree.Parameter, name: string): boolean {
  if (parameter.type !== 'TSParameterProperty') return false;
  const { id } = unwrapParameter(parameter);
  return id.type === 'Identifier' && id.name === name;
}

function constructorOf(cls: ClassNode): FunctionNode | undefined {
  const found = cls.body.body.find(m => m.type === 'MethodDefinition' && m.kind === 'constructor');
  return found?.type === 'MethodDefinition' && found.value.type === 'FunctionExpression' ? found.value : undefined;
}

interface Call {
  readonly file: SourceFile;
  readonly call: TSESTree.CallExpression;
}

/** Not on an instance of some other class. */
function mayBeOn(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression, cls: TSESTree.Node | undefined): boolean {
  const callee = innermost(call.callee);
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super' || memberName(callee) === undefined) return false;
  return mcp.values(file, callee.object).every(({ value }) => value.kind !== 'instance' || cls === undefined || value.node === cls);
}
