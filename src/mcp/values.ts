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
/** `Context` is an AsyncLocalStorage: what one call runs with. */
export type CollectionKind = 'Map' | 'Set' | 'WeakMap' | 'WeakSet' | 'Array' | 'Record' | 'Context';

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

const nodeIds = new WeakMap<object, number>();
let nextNodeId = 1;

function idOf(node: object): number {
  let id = nodeIds.get(node);
  if (id === undefined) nodeIds.set(node, (id = nextNodeId++));
  return id;
}

/** Equal for values that are the same thing. */
export function valueKey(value: Value): string {
  switch (value.kind) {
    case 'sdk':
      return `s${value.type}`;
    case 'sdk-export':
      return `e${value.id}`;
    case 'sdk-method':
      return `m${value.owner}.${value.member}`;
    case 'sdk-module':
      return `M${value.module}`;
    case 'external':
      return `x${value.module}:${value.path.join('.')}`;
    case 'global':
      return `g${value.path.join('.')}`;
    case 'text':
      return `t${value.text}`;
    case 'session-id':
      return `i${value.from}`;
    case 'module':
      return `f${value.file.path}`;
    case 'collection':
      return `c${value.of}${idOf(value.node)}`;
    case 'instance':
    case 'shape':
    case 'function':
      return `${value.kind}${idOf(value.node)}${value.types ? `<${idOf(value.types)}>` : ''}`;
    default:
      return `${value.kind}${idOf(value.node)}`;
  }
}

/** All values of the lists, each once, the first evidence kept. */
export function union(...lists: readonly (readonly Known[])[]): readonly Known[] {
  const filled = lists.filter(list => list.length > 0);
  if (filled.length === 0) return NOTHING;
  if (filled.length === 1 && filled[0] && filled[0].length === 1) return filled[0];
  const merged = new Map<string, Known>();
  for (const list of filled) {
    for (const known of list) {
      const key = valueKey(known.value);
      if (!merged.has(key)) merged.set(key, known);
    }
  }
  return [...merged.values()];
}

export function isFunctionNode(node: TSESTree.Node | undefined): node is FunctionNode {
  return node?.type === 'FunctionDeclaration' || node?.type === 'FunctionExpression' || node?.type === 'ArrowFunctionExpression';
}

export function isClassNode(node: TSESTree.Node | undefined): node is ClassNode {
  return node?.type === 'ClassDeclaration' || node?.type === 'ClassExpression';
}
