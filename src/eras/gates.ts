import type { TSESTree } from '@typescript-eslint/types';
import { factoriesOf } from '../mcp/factories.js';
import { innermost, memberName } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { isClassNode, isFunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';

export interface Gate {
  readonly file: SourceFile;
  readonly node: TSESTree.Node;
}

const WORDS = /\bisLegacyRequest\b|\bera\b|\bgetProtocolEra\b/;
const CONTEXT = 'server#McpRequestContext';
const MAX_DEPTH = 4;

/** Which code only requests of older revisions get to: behind `isLegacyRequest(...)`, or where a context's `era` is `legacy`. */
export class Gates {
  readonly #asked = new Map<TSESTree.Node, Gate | undefined>();
  #possible: boolean | undefined;

  constructor(private readonly mcp: McpModel) {}

  /** Whether the project tells eras apart anywhere. */
  get isNeeded(): boolean {
    return (this.#possible ??= this.mcp.project.codeFiles().some(path => WORDS.test(this.mcp.project.text(path) ?? '')));
  }

  /** The check that stands before a place, directly or before all that leads there. */
  before(file: SourceFile, node: TSESTree.Node): Gate | undefined {
    return this.isNeeded ? (this.#around(file, node, 0) ?? this.#beforeUses(file, node)) : undefined;
  }

  #around(file: SourceFile, node: TSESTree.Node, depth: number): Gate | undefined {
    for (let n: TSESTree.Node = node; n.type !== 'Program'; n = n.parent) {
      const found = this.#stepInto(file, n);
      if (found) return { file, node: found };
      if (isFunctionNode(n) || isClassNode(n)) {
        const gate = this.#ofDefinition(file, n, depth);
        if (gate) return gate;
      }
    }
    return undefined;
  }

  /** The check that decides whether the run gets from the parent of a node into the node. */
  #stepInto(file: SourceFile, n: TSESTree.Node): TSESTree.Node | undefined {
    const { parent } = n;
    if (!parent) return undefined;
    if (parent.type === 'IfStatement' || parent.type === 'ConditionalExpression') {
      if (parent.consequent === n && this.#tells(file, parent.test, 'older', 0)) return parent.test;
      return parent.alternate === n && this.#tells(file, parent.test, 'newer', 0) ? parent.test : undefined;
    }
    if (parent.type === 'LogicalExpression' && parent.right === n) {
      if (parent.operator === '&&' && this.#tells(file, parent.left, 'older', 0)) return parent.left;
      return parent.operator === '||' && this.#tells(file, parent.left, 'newer', 0) ? parent.left : undefined;
    }
    if (parent.type !== 'BlockStatement' && parent.type !== 'Program') return undefined;
    // `if (newer) return modern(request);` and then what is left for the others.
    const earlier = parent.body.filter(s => s.range[1] <= n.range[0]);
    for (const s of earlier) if (s.type === 'IfStatement' && exits(s.consequent) && this.#tells(file, s.test, 'newer', 0)) return s.test;
    return undefined;
  }

  /** A function or class is behind a check when all uses of it are. */
  #ofDefinition(file: SourceFile, node: TSESTree.Node, depth: number): Gate | undefined {
    if (depth >= MAX_DEPTH) return undefined;
    if (this.#asked.has(node)) return this.#asked.get(node);
    // What is used by itself only is behind nothing.
    this.#asked.set(node, undefined);
    const { references } = this.mcp.infer;
    const uses = isClassNode(node) ? references.ofClass(file, node) : isFunctionNode(node) && isNamed(node) ? references.ofFunction(file, node) : [];
    const gate = this.#common(uses.filter(u => u.file !== file || !isWithin(u.node, node)), depth);
    this.#asked.set(node, gate);
    return gate;
  }

  /** A variable that is used behind checks only: the map of the older transports, the name of their header. */
  #beforeUses(file: SourceFile, node: TSESTree.Node): Gate | undefined {
    const declarator = declaratorOf(node);
    if (declarator?.id.type !== 'Identifier') return undefined;
    const variable = file.variableOf(declarator.id);
    if (!variable) return undefined;
    return this.#common(this.mcp.infer.references.ofVariable(file, variable).filter(u => u.file !== file || !isWithin(u.node, declarator)), 0);
  }

  #common(uses: readonly { readonly file: SourceFile; readonly node: TSESTree.Node }[], depth: number): Gate | undefined {
    let first: Gate | undefined;
    for (const use of uses) {
      const gate = this.#around(use.file, use.node, depth + 1);
      if (!gate) return undefined;
      first ??= gate;
    }
    return first;
  }

  /** Whether a condition that holds says which era a request is of. */
  #tells(file: SourceFile, test: TSESTree.Node, era: 'older' | 'newer', depth: number): boolean {
    const inner = innermost(test);
    const other = era === 'older' ? 'newer' : 'older';
    switch (inner.type) {
      case 'AwaitExpression':
        return this.#tells(file, inner.argument, era, depth);
      case 'UnaryExpression':
        return inner.operator === '!' && this.#tells(file, inner.argument, other, depth);
      case 'LogicalExpression':
        // A negated `a && b` says nothing about one of them: only what holds as a whole counts.
        if (inner.operator === '&&') return this.#tells(file, inner.left, era, depth) || this.#tells(file, inner.right, era, depth);
        return inner.operator === '||' && this.#tells(file, inner.left, era, depth) && this.#tells(file, inner.right, era, depth);
      case 'CallExpression':
        return era === 'older' && this.mcp.export(file, inner.callee, /^isLegacyRequest$/)?.id === 'server#isLegacyRequest';
      case 'BinaryExpression':
        return inner.left.type !== 'PrivateIdentifier' && this.#compares(file, inner, inner.left, era);
      case 'Identifier': {
        const definition = file.variableOf(inner)?.defs[0]?.node;
        return depth < 2 && definition?.type === 'VariableDeclarator' && definition.parent.kind === 'const' && definition.id.type === 'Identifier' && definition.init !== null && this.#tells(file, definition.init, era, depth + 1);
      }
      default:
        return false;
    }
  }

  /** `ctx.era === 'legacy'`, `era !== 'modern'`. */
  #compares(file: SourceFile, { operator, right }: TSESTree.BinaryExpression, left: TSESTree.Node, era: 'older' | 'newer'): boolean {
    const word = this.mcp.text(file, right);
    const said = word === 'legacy' ? 'older' : word === 'modern' ? 'newer' : undefined;
    if (said === undefined || !this.#isEra(file, left)) return false;
    if (operator === '===' || operator === '==') return said === era;
    return (operator === '!==' || operator === '!=') && said !== era;
  }

  #isEra(file: SourceFile, node: TSESTree.Node): boolean {
    const inner = innermost(node);
    if (inner.type === 'CallExpression') return inner.callee.type === 'MemberExpression' && memberName(inner.callee) === 'getProtocolEra';
    if (inner.type === 'MemberExpression') return memberName(inner) === 'era' && inner.object.type !== 'Super' && this.#isContext(file, inner.object);
    if (inner.type !== 'Identifier') return false;
    const definition = file.variableOf(inner)?.defs[0];
    if (definition?.node.type === 'VariableDeclarator' && definition.node.init?.type === 'CallExpression' && definition.node.id.type === 'Identifier') return this.#isEra(file, definition.node.init);
    if (definition?.node.type === 'VariableDeclarator') return definition.node.id.type === 'ObjectPattern' && takesEra(definition.node.id, inner.name) && definition.node.init !== null && this.#isContext(file, definition.node.init);
    if (!definition || !isFunctionNode(definition.node)) return false;
    const fn = definition.node;
    return fn.params.some((p, index) => index === 0 && p.type === 'ObjectPattern' && takesEra(p, inner.name)) && factoriesOf(this.mcp).some(f => f.fn === fn);
  }

  #isContext(file: SourceFile, node: TSESTree.Node): boolean {
    return this.mcp.types(file, node).some(t => t.type === CONTEXT);
  }
}

function takesEra(pattern: TSESTree.ObjectPattern, name: string): boolean {
  return pattern.properties.some(p => p.type === 'Property' && p.key.type === 'Identifier' && p.key.name === 'era' && p.value.type === 'Identifier' && p.value.name === name);
}

function isWithin(inner: TSESTree.Node, outer: TSESTree.Node): boolean {
  return outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];
}

function exits(node: TSESTree.Node): boolean {
  if (node.type === 'ReturnStatement' || node.type === 'ThrowStatement') return true;
  const last = node.type === 'BlockStatement' ? node.body.at(-1) : undefined;
  return last !== undefined && exits(last);
}

/** Declared or kept under a name, so that its uses can be found; a callback runs where it is written. */
function isNamed(fn: TSESTree.Node): boolean {
  if (fn.type === 'FunctionDeclaration') return true;
  const { parent } = fn;
  return parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier';
}

/** The declaration that a place names or begins: `const x = place`. */
function declaratorOf(node: TSESTree.Node): TSESTree.VariableDeclarator | undefined {
  for (let n: TSESTree.Node | undefined = node; n && !isFunctionNode(n); n = n.parent) {
    if (n.type === 'VariableDeclarator') return n;
    if (/Statement$/.test(n.type)) return undefined;
  }
  return undefined;
}
