import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../mcp/exports.js';
import { factoriesOf } from '../mcp/factories.js';
import { enclosingFunction, outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { unwrapParameter } from '../mcp/nodes.js';
import { fieldHolding, ownMakes } from '../mcp/references.js';
import { isClassNode, type ClassNode, type FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import type { Reach } from './reach.js';

/** Which instances live longer than one call: by the places where they are made and by where they are put. */
export class Lifetimes {
  readonly #known = new Map<ClassNode, boolean>();

  constructor(
    private readonly mcp: McpModel,
    private readonly reach: Reach,
  ) {}

  /** Instances of these classes stay, whoever makes them. */
  keep(classes: Iterable<ClassNode>): void {
    for (const cls of classes) this.#known.set(cls, true);
  }

  outlivesCalls(file: SourceFile, cls: ClassNode): boolean {
    const known = this.#known.get(cls);
    if (known !== undefined) return known;
    // Classes that make each other: what is not known otherwise does not outlive a call.
    this.#known.set(cls, false);
    const result = this.#decide(file, cls);
    this.#known.set(cls, result);
    return result;
  }

  #decide(file: SourceFile, cls: ClassNode): boolean {
    const { references } = this.mcp.infer;
    // Handlers that are written in a class have its instance for as long as their server is connected.
    if (this.#registersHandlers(cls)) return true;
    if (this.#isMadeToStay(ownMakes(file, cls))) return true;
    // Most classes are made where they are used: all files are asked only when those with MCP in them do not tell.
    return this.#isMadeToStay(references.ofClass(file, cls, 'mcp')) || this.#isMadeToStay(references.ofClass(file, cls, 'all'));
  }

  #registersHandlers(cls: ClassNode): boolean {
    return cls.body.body.some(m => m.type === 'MethodDefinition' && !m.static && m.value.type === 'FunctionExpression' && this.reach.surroundsHandler(m.value));
  }

  #isMadeToStay(sites: readonly { readonly file: SourceFile; readonly node: TSESTree.Node }[]): boolean {
    return sites.some(({ file, node }) => {
      const { parent } = node;
      if (parent?.type === 'NewExpression' && parent.callee === node) return this.#isKept(file, parent, 0);
      return isClassNode(parent) && parent.superClass === node && this.outlivesCalls(file, parent);
    });
  }

  /** Whether what this expression makes is still there when the call is over. */
  #isKept(file: SourceFile, made: TSESTree.Node, depth: number): boolean {
    const fn = enclosingFunction(made);
    if (!fn) return true;
    const outer = outermost(made);
    const parent = outer.parent;
    if (!this.reach.isLocal(made)) return !isPassing(parent, outer) || this.#isKeptByCallers(file, fn, depth);
    if (depth > 3) return false;
    switch (parent?.type) {
      case 'AssignmentExpression':
        return this.#isKeptTarget(file, parent.left);
      case 'PropertyDefinition': {
        const cls = parent.parent.parent;
        return parent.static || (isClassNode(cls) && this.outlivesCalls(file, cls));
      }
      case 'VariableDeclarator':
        return parent.id.type === 'Identifier' && this.#isPutAway(file, parent.id, depth);
      case 'CallExpression':
        return parent.arguments.some(a => a === outer) && (this.#isPut(file, parent) || this.#isCaptured(file, parent, outer));
      case 'NewExpression':
        return parent.arguments.some(a => a === outer) && this.#isCaptured(file, parent, outer);
      case 'ReturnStatement':
      case 'ArrowFunctionExpression':
        return this.#isKeptByCallers(file, fn, depth);
      case 'LogicalExpression':
      case 'ConditionalExpression':
      case 'Property':
      case 'ObjectExpression':
        return this.#isKept(file, parent, depth + 1);
      default:
        return false;
    }
  }

  /** `this.x = made`, `module variable = made`, `map[k] = made`. */
  #isKeptTarget(file: SourceFile, left: TSESTree.Node): boolean {
    if (left.type === 'Identifier') {
      const found = this.mcp.infer.references.declarationOf(file, left);
      const definition = found?.variable.defs[0];
      return definition !== undefined && !this.reach.isLocal(definition.node);
    }
    if (left.type !== 'MemberExpression' || left.object.type === 'Super') return false;
    return this.mcp.values(file, left.object).some(({ value }) => {
      if (value.kind === 'instance') return this.outlivesCalls(value.file, value.node);
      if (value.kind === 'class' || value.kind === 'global') return true;
      return (value.kind === 'object' || value.kind === 'collection') && this.#isThere(value.file, value.node);
    });
  }

  /** A local variable whose value is put somewhere later. */
  #isPutAway(file: SourceFile, name: TSESTree.Identifier, depth: number): boolean {
    const variable = file.variableOf(name);
    if (!variable) return false;
    return variable.references.some(({ identifier }) => {
      if (identifier === name) return false;
      const outer = outermost(identifier);
      const parent = outer.parent;
      if (parent?.type === 'AssignmentExpression' && parent.right === outer) return this.#isKeptTarget(file, parent.left);
      if (parent?.type === 'CallExpression' && parent.arguments.some(a => a === outer)) return this.#isPut(file, parent) || this.#isCaptured(file, parent, outer);
      if (parent?.type === 'NewExpression' && parent.arguments.some(a => a === outer)) return this.#isCaptured(file, parent, outer);
      if (parent?.type === 'ReturnStatement') return this.#isKeptByCallers(file, enclosingFunction(identifier), depth + 1);
      return parent?.type === 'Property' && parent.value === outer && this.#isKept(file, parent.parent, depth + 1);
    });
  }

  /** `map.set(k, made)`, `list.push(made)` on a container that is not made in the call. */
  #isPut(file: SourceFile, call: TSESTree.CallExpression): boolean {
    if (call.callee.type !== 'MemberExpression' || call.callee.object.type === 'Super') return false;
    const name = keyName(call.callee.property);
    if (name === undefined || !/^(?:set|add|push|unshift|put)$/.test(name)) return false;
    return this.mcp.values(file, call.callee.object).some(({ value }) => (value.kind === 'collection' || value.kind === 'object') && this.#isThere(value.file, value.node));
  }

  /** A container that was made before the call: one in a field is there as long as its instance. */
  #isThere(file: SourceFile, container: TSESTree.Node): boolean {
    const field = fieldHolding(container);
    if (field) return field.isStatic || this.outlivesCalls(file, field.cls);
    return !this.reach.isLocal(container);
  }

  /** Given to a function that registers handlers, or to the constructor of an instance that stays. */
  #isCaptured(file: SourceFile, call: TSESTree.CallExpression | TSESTree.NewExpression, argument: TSESTree.Node): boolean {
    const index = call.arguments.findIndex(a => a === argument);
    return this.mcp.values(file, call.callee).some(({ value }) => {
      if (value.kind === 'class') return call.type === 'NewExpression' && index !== -1 && this.outlivesCalls(value.file, value.node);
      if (value.kind !== 'function' || !this.reach.surroundsHandler(value.node)) return false;
      const parameter = value.node.params[index];
      const { id } = parameter ? unwrapParameter(parameter) : { id: undefined };
      const variable = id?.type === 'Identifier' ? value.file.variableOf(id) : undefined;
      return variable?.references.some(r => this.reach.covers(r.identifier)) ?? false;
    });
  }

  #isKeptByCallers(file: SourceFile, fn: FunctionNode | undefined, depth: number): boolean {
    if (!fn || depth > 2) return false;
    const uses = this.mcp.infer.references.ofFunction(file, fn).filter(use => use.node !== fn);
    // Whoever calls this is out of sight: a factory that was handed on. Methods are called where their objects are.
    if (uses.length === 0) return fn.parent.type !== 'MethodDefinition';
    // What is built with a server is there as long as the server: for a request or a connection, and once more for the next.
    if (factoriesOf(this.mcp).some(f => f.fn === fn)) return true;
    return uses.some(use => {
      const outer = outermost(use.node);
      const call = outer.parent;
      return call?.type === 'CallExpression' && call.callee === outer && this.#isKept(use.file, call, depth + 1);
    });
  }
}

/** `return new Image(data)`, `new Image(data).resize(w)`: whoever calls decides. */
function isPassing(parent: TSESTree.Node | undefined, made: TSESTree.Node): boolean {
  return parent?.type === 'ReturnStatement' || (parent?.type === 'ArrowFunctionExpression' && parent.body === made) || parent?.type === 'MemberExpression';
}
