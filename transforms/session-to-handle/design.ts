import type { Variable } from '@typescript-eslint/scope-manager';
import type { ClassNode, FunctionNode } from '../../src/mcp/values.js';
import type { SourceFile, TSESTree } from '../../src/define-transform.js';
import type { ClassifiedCell, StateGroup } from '../../src/state/model.js';
import type { Choices, HandleOwner } from '../../src/choices.js';
import type { Finding } from '../../src/define-transform.js';
import type { Closing } from './live.js';

/** Something that keeps state: a map by session, a variable, a field. It becomes a property of the stored state. */
export interface Container {
  readonly cell: ClassifiedCell;
  readonly group: StateGroup;
  /** `map`: one entry for each session; only the entry is kept. `set`: the sessions for which something is on. `key`: data in a store outside. */
  readonly form: 'map' | 'record' | 'set' | 'variable' | 'field' | 'key';
  readonly file: SourceFile;
  readonly variable: Variable | undefined;
  readonly cls: ClassNode | undefined;
  /** Name in the stored state. */
  readonly property: string;
  /** As TypeScript; undefined in plain JavaScript. */
  readonly type: string | undefined;
  /** Expression of the value that a fresh state has. */
  readonly initial: string;
  /** How what it holds is closed; undefined when that is JSON. */
  readonly closings: readonly Closing[] | undefined;
  /** What goes when the container goes: declarations, first assignments in a constructor. */
  readonly declarations: readonly TSESTree.Node[];
  /** Of a key: where the session id was taken from the call. */
  readonly places?: readonly KeyPlace[];
}

export interface KeyPlace {
  readonly file: SourceFile;
  readonly node: TSESTree.Node;
  /** With what stood in for a session without an id. */
  readonly whole: TSESTree.Node;
}

export interface Store {
  readonly containers: readonly Container[];
  readonly finding: Finding;
  /** What a handle stands for: `cart`. */
  readonly kind: string;
  /** Variable that holds the store: `carts`. */
  readonly variable: string;
  /** Name of the argument of tools: `cart_id`. */
  readonly argument: string;
  /** Name of the tool that gives handles out. */
  readonly creator: string;
  /** The tool that does so already. */
  readonly existing: Unit | undefined;
  /** Interface of the state. */
  readonly type: string;
  /** Name of the state in functions. */
  readonly local: string;
  /** Undefined: that of the store. */
  readonly ttlMs: number | undefined;
  readonly owner: HandleOwner;
  readonly per: Choices['handlePer'];
  /** It holds connections, which stay in this process. */
  readonly live: boolean;
  readonly file: SourceFile;
}

/** What is done for one call of one tool: a handler, or the case of a handler that serves several tools. */
export type Unit = RegisteredTool | DispatchedTool;

export interface RegisteredTool {
  readonly kind: 'registered';
  readonly name: string;
  readonly file: SourceFile;
  readonly call: TSESTree.CallExpression;
  readonly member: 'registerTool' | 'tool';
  /** The second major of the SDK: schemas are objects. */
  readonly modern: boolean;
  /** Where the schema is, or where it would go. */
  readonly config: TSESTree.ObjectExpression | undefined;
  readonly schema: TSESTree.Node | undefined;
  readonly schemaFile: SourceFile;
  readonly description: TSESTree.Node | undefined;
  readonly fn: FunctionNode;
  readonly fnFile: SourceFile;
}

export interface DispatchedTool {
  readonly kind: 'dispatched';
  readonly name: string;
  readonly file: SourceFile;
  /** The handler of tools/call. */
  readonly fn: FunctionNode;
  readonly fnFile: SourceFile;
  /** The case, or the if. */
  readonly branch: TSESTree.SwitchCase | TSESTree.IfStatement;
  readonly statements: readonly TSESTree.Statement[];
  /** The entry of the list of tools. */
  readonly entry: TSESTree.ObjectExpression;
  readonly entryFile: SourceFile;
}

/** A place where a container is mentioned, and what comes there instead. */
export interface Use {
  readonly container: Container;
  readonly file: SourceFile;
  readonly node: TSESTree.Node;
  readonly writes: boolean;
  /** Undefined: the statement around it goes. */
  readonly text: ((state: string) => string) | undefined;
}
