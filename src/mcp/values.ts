import type { TSESTree } from '@typescript-eslint/types';
import type { Range, SourceFile } from '../parse/source.js';
import type { SdkTypeId } from './sdk-map.js';

export type FunctionNode = TSESTree.FunctionDeclaration | TSESTree.FunctionExpression | TSESTree.ArrowFunctionExpression;
export type ClassNode = TSESTree.ClassDeclaration | TSESTree.ClassExpression;
/** A type written out: an interface, a type literal, a function type. */
export type ShapeNode =
  | TSESTree.TSInterfaceDeclaration
  | TSESTree.TSTypeLiteral
  | TSESTree.TSFunctionType
  | TSESTree.TSMethodSignature
  | TSESTree.TSEmptyBodyFunctionExpression
  | TSESTree.TSDeclareFunction
  | TSESTree.TSEnumDeclaration;

/** What a value can be known to be. Nodes belong to `file`; they live only while a project is looked at. */
export type Value =
  /** An instance of a class or interface of the SDK or of a wrapper. */
  | { readonly kind: 'sdk'; readonly type: SdkTypeId }
  /** Something that the SDK exports, itself: a class to construct, a function to call, a schema constant. */
  | { readonly kind: 'sdk-export'; readonly id: SdkTypeId; readonly what: SdkExportKind; readonly name: string; readonly module: string }
  /** A method of an SDK object that is passed around: `const { sendNotification } = extra`. */
  | { readonly kind: 'sdk-method'; readonly owner: SdkTypeId; readonly member: string }
  /** A whole SDK module: `import * as types`, `require(...)`. */
  | { readonly kind: 'sdk-module'; readonly module: string }
  /** Anything that another package gives; `path` says how the value was reached from the module. */
  | { readonly kind: 'external'; readonly module: string; readonly path: readonly string[]; readonly typeArguments?: readonly Known[] }
  | { readonly kind: 'function'; readonly node: FunctionNode; readonly file: SourceFile; readonly types?: TypeArguments }
  | { readonly kind: 'class'; readonly node: ClassNode; readonly file: SourceFile }
  | { readonly kind: 'instance'; readonly node: ClassNode; readonly file: SourceFile; readonly types?: TypeArguments }
  | { readonly kind: 'object'; readonly node: TSESTree.ObjectExpression; readonly file: SourceFile }
  | { readonly kind: 'shape'; readonly node: ShapeNode; readonly file: SourceFile; readonly types?: TypeArguments }
  /** The `T` of a generic class, interface or function, where nothing says what it is. */
  | { readonly kind: 'type-parameter'; readonly node: TSESTree.TSTypeParameter; readonly file: SourceFile }
  /** A collection that the program makes or annotates: `new Map()`, `[]`, `Record<string, T>`. */
  | { readonly kind: 'collection'; readonly of: CollectionKind; readonly node: TSESTree.Node; readonly file: SourceFile }
  /** A module of the project, as a namespace. */
  | { readonly kind: 'module'; readonly file: SourceFile }
  /** A name that the language or the platform gives: `process`, `console`, `Promise`. */
  | { readonly kind: 'global'; readonly path: readonly string[] }
  | { readonly kind: 'text'; readonly text: string }
  /** The protocol's session id, or something made from it. */
  | { readonly kind: 'session-id'; readonly from: SessionIdSource };

export type SessionIdSource = 'header' | 'transport' | 'context' | 'callback' | 'query' | 'generator';

/** What the type parameters of a generic class or interface stand for in one use of it. */
export type TypeArguments = ReadonlyMap<TSESTree.TSTypeParameter, readonly Known[]>;

export type SdkExportKind = 'class' | 'function' | 'type' | 'enum' | 'value';
export type CollectionKind = 'Map' | 'Set' | 'WeakMap' | 'WeakSet' | 'Array' | 'Record';

export type Why = 'import' | 'annotation' | 'new' | 'member' | 'returned' | 'callback' | 'argument' | 'field' | 'element' | 'name' | 'assigned';

/** One step of the way from an import to a place, the nearest step first. */
export interface Step {
  readonly file: string;
  readonly range: Range;
  readonly why: Why;
  readonly before: Step | undefined;
}

export interface Known {
  readonly value: Value;
  readonly because: Step | undefined;
}

export const NOTHING: readonly Known[] = [];

export function step(file: SourceFile, node: TSESTree.Node, why: Why, before?: Step): Step {
  return { file: file.path, range: node.range, why, before };
}

/** The steps from the import to the place. */
export function chain(last: Step | undefined): readonly Step[] {
  const steps: Step[] = [];
  for (let s = last; s && steps.length < 12; s = s.before) steps.push(s);
  return steps.reverse();
}

/** Whether two values are the same thing. */
export function isSameValue(a: Value, b: Value): boolean {
  switch (a.kind) {
    case 'sdk':
      return b.kind === 'sdk' && a.type === b.type;
    case 'sdk-export':
      return b.kind === 'sdk-export' && a.id === b.id;
    case 'sdk-method':
      return b.kind === 'sdk-method' && a.owner === b.owner && a.member === b.member;
    case 'sdk-module':
      return b.kind === 'sdk-module' && a.module === b.module;
    case 'external':
      return b.kind === 'external' && a.module === b.module && isSamePath(a.path, b.path);
    case 'global':
      return b.kind === 'global' && isSamePath(a.path, b.path);
    case 'text':
      return b.kind === 'text' && a.text === b.text;
    case 'session-id':
      return b.kind === 'session-id' && a.from === b.from;
    case 'module':
      return b.kind === 'module' && a.file.path === b.file.path;
    case 'collection':
      return b.kind === 'collection' && a.node === b.node && a.of === b.of;
    case 'instance':
    case 'shape':
    case 'function':
      return b.kind === a.kind && a.node === b.node && a.types === b.types;
    default:
      return b.kind === a.kind && a.node === b.node;
  }
}

function isSamePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i]);
}

/** Beyond this many values, comparing each with each takes longer than sorting them by what they are. */
const MANY = 40;

/** All values of the lists, each once, the first evidence kept. */
export function union(...lists: readonly (readonly Known[])[]): readonly Known[] {
  let first = NOTHING;
  let size = 0;
  for (const list of lists) {
    if (first.length === 0) first = list;
    size += list.length;
  }
  if (size < 2) return first;
  return size > MANY ? mergedByGist(lists) : merged(first, lists);
}

/** Nearly always there are few values, and the first list has them all: then it is taken as it is. */
function merged(first: readonly Known[], lists: readonly (readonly Known[])[]): readonly Known[] {
  let all = first;
  let own: Known[] | undefined;
  /** How many of `all` have been looked at. */
  let count = 0;
  for (const list of lists) {
    for (const known of list) {
      if (!isAmong(known, all, count)) {
        if (own) own.push(known);
        else if (known !== first[count]) all = own = [...first.slice(0, count), known];
        count++;
      } else if (!own && count < first.length) all = own = first.slice(0, count);
    }
  }
  return all;
}

function isAmong({ value }: Known, list: readonly Known[], end: number): boolean {
  for (let i = 0; i < end; i++) {
    const other = list[i];
    if (other && (other.value === value || isSameValue(other.value, value))) return true;
  }
  return false;
}

function mergedByGist(lists: readonly (readonly Known[])[]): readonly Known[] {
  const byGist = new Map<unknown, Known[]>();
  const all: Known[] = [];
  for (const known of lists.flat()) {
    const gist = gistOf(known.value);
    const alike = byGist.get(gist);
    if (!alike) byGist.set(gist, [known]);
    else if (isAmong(known, alike, alike.length)) continue;
    else alike.push(known);
    all.push(known);
  }
  return all;
}

/** The same for values that are the same, and for few others. */
function gistOf(value: Value): unknown {
  switch (value.kind) {
    case 'sdk':
      return value.type;
    case 'sdk-export':
      return value.id;
    case 'sdk-method':
      return value.member;
    case 'sdk-module':
      return value.module;
    case 'external':
      return value.path.at(-1) ?? value.module;
    case 'global':
      return value.path.at(-1);
    case 'text':
      return value.text;
    case 'session-id':
      return value.from;
    case 'module':
      return value.file.path;
    default:
      return value.node;
  }
}

export function isFunctionNode(node: TSESTree.Node | undefined): node is FunctionNode {
  return node?.type === 'FunctionDeclaration' || node?.type === 'FunctionExpression' || node?.type === 'ArrowFunctionExpression';
}

export function isClassNode(node: TSESTree.Node | undefined): node is ClassNode {
  return node?.type === 'ClassDeclaration' || node?.type === 'ClassExpression';
}
