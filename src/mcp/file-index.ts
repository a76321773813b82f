import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import { keyName } from './exports.js';
import type { ClassNode, FunctionNode } from './values.js';

/** Nodes that questions of inference look up by name, gathered in one walk per file. */
export interface FileIndex {
  /** `x.name` and `x['name']`, by name. */
  readonly members: ReadonlyMap<string, readonly TSESTree.MemberExpression[]>;
  readonly classes: readonly ClassNode[];
  readonly calls: readonly TSESTree.CallExpression[];
  readonly news: readonly TSESTree.NewExpression[];
  readonly functions: readonly FunctionNode[];
  readonly assignments: readonly TSESTree.AssignmentExpression[];
}

const indexes = new WeakMap<SourceFile, FileIndex>();

export function indexOf(file: SourceFile): FileIndex {
  let index = indexes.get(file);
  if (!index) indexes.set(file, (index = build(file)));
  return index;
}

function build(file: SourceFile): FileIndex {
  const members = new Map<string, TSESTree.MemberExpression[]>();
  const classes: ClassNode[] = [];
  const calls: TSESTree.CallExpression[] = [];
  const news: TSESTree.NewExpression[] = [];
  const functions: FunctionNode[] = [];
  const assignments: TSESTree.AssignmentExpression[] = [];
  walkTree(file.program, node => {
    switch (node.type) {
      case 'MemberExpression': {
        const name = memberName(node);
        if (name === undefined) return;
        const list = members.get(name);
        if (list) list.push(node);
        else members.set(name, [node]);
        return;
      }
      case 'CallExpression':
        calls.push(node);
        return;
      case 'NewExpression':
        news.push(node);
        return;
      case 'AssignmentExpression':
        assignments.push(node);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        classes.push(node);
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        functions.push(node);
    }
  });
  return { members, classes, calls, news, functions, assignments };
}

const said = new WeakMap<SourceFile, Map<RegExp, boolean>>();

/** Whether a pattern (without `g`) is found in a file. Rules ask it of each node: the text is searched once. */
export function says(file: SourceFile, pattern: RegExp): boolean {
  let known = said.get(file);
  if (!known) said.set(file, (known = new Map<RegExp, boolean>()));
  let found = known.get(pattern);
  if (found === undefined) known.set(pattern, (found = pattern.test(file.text)));
  return found;
}

/** The property that a member expression names, when it is written out. */
export function memberName(node: TSESTree.MemberExpression): string | undefined {
  return node.computed ? (node.property.type === 'Literal' ? String(node.property.value) : undefined) : keyName(node.property);
}

/** What `send` and `transport.send` both end in. */
export function endName(node: TSESTree.Node): string | undefined {
  return node.type === 'Identifier' ? node.name : node.type === 'MemberExpression' ? memberName(node) : undefined;
}

/** Looks through parentheses, casts, `await`, `!` and optional chains upwards. */
export function outermost(node: TSESTree.Node): TSESTree.Node {
  let current = node;
  for (;;) {
    const parent: TSESTree.Node | undefined = current.parent;
    if (!parent) return current;
    switch (parent.type) {
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'TSTypeAssertion':
      case 'ChainExpression':
      case 'AwaitExpression':
        current = parent;
        continue;
      default:
        return current;
    }
  }
}

/** Looks through casts, `await`, `!` and optional chains downwards. */
export function innermost(node: TSESTree.Node): TSESTree.Node {
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'ChainExpression':
      return innermost(node.expression);
    case 'AwaitExpression':
      return innermost(node.argument);
    default:
      return node;
  }
}

export function enclosingFunction(node: TSESTree.Node): FunctionNode | undefined {
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
    if (n.type === 'FunctionDeclaration' || n.type === 'FunctionExpression' || n.type === 'ArrowFunctionExpression') return n;
  }
  return undefined;
}

export function enclosingClass(node: TSESTree.Node): ClassNode | undefined {
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
    if (n.type === 'ClassDeclaration' || n.type === 'ClassExpression') return n;
  }
  return undefined;
}
