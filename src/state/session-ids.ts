import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../files/kinds.js';
import { keyName } from '../mcp/exports.js';
import { indexOf, innermost, memberName, outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { returnExpressions, unwrapParameter } from '../mcp/nodes.js';
import { isClassNode, isFunctionNode, type FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';

const MAX_DEPTH = 6;
const MAX_CALLS = 40;
/** What programs call the parameter that takes a session id. */
const NAMED = /^_*(?:mcp_?|current_?|transport_?|new_?)?session_?id$/i;
/** Programs in which such a parameter is the protocol's: they make its sessions, or read its header. */
const OPENS = /mcp-session-id|sessionIdGenerator|onsessioninitialized|onsessionclosed|SSEServerTransport|oninitialized/i;

/**
 * Whether an expression is the session id of the protocol. Most of the time the model knows; here it is followed through what hides
 * the caller: interfaces, injected instances, tables of functions. Only parameters that are called so are followed.
 */
export class SessionIds {
  readonly #parameters = new Map<TSESTree.Node, boolean>();
  readonly #calls = new Map<string, readonly Call[]>();

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
    if (this.#isCallbackOfOther(file, fn)) return true;
    const passes = ({ file: g, call }: Call): boolean => {
      const argument = call.arguments[index];
      return argument !== undefined && argument.type !== 'SpreadElement' && this.is(g, argument, depth + 1);
    };
    const uses = this.mcp.infer.references.ofFunction(file, fn).flatMap(({ file: g, node }): Call[] => {
      const call = outermost(node).parent;
      return call?.type === 'CallExpression' && call.callee === outermost(node) ? [{ file: g, call }] : [];
    });
    return uses.some(passes) || this.#callsByName(fn).some(passes);
  }

  /** `serve(async sessionId => ...)` of another package, in a program that has to do with the protocol's sessions. */
  #isCallbackOfOther(file: SourceFile, fn: FunctionNode): boolean {
    const outer = outermost(fn);
    const holder = outer.parent?.type === 'Property' ? outermost(outer.parent.parent) : outer;
    const { parent } = holder;
    if (parent?.type !== 'CallExpression' || !parent.arguments.some(a => a === holder)) return false;
    return OPENS.test(file.text) && this.mcp.values(file, parent.callee).every(k => k.value.kind === 'external');
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
