import type { TSESTree } from '@typescript-eslint/types';
import type { McpModel } from '../mcp/model.js';
import type { SourceFile } from '../parse/source.js';
import type { Draft } from './draft.js';
import type { Factory } from './factory.js';

/** Where a server is connected, or given to what connects it. */
export type Handover = TSESTree.CallExpression | TSESTree.NewExpression;

/** Where a server comes from, as a way to make a new one. */
export interface Origin {
  readonly factory: Factory;
  /** Calls that closed the one server: they have to close what serves now. */
  readonly closers: readonly { readonly file: SourceFile; readonly node: TSESTree.CallExpression }[];
  readonly notes: readonly string[];
  /** `this.handle = `, where a class closes what serves. */
  readonly assign?: string;
}

export interface OriginContext {
  readonly mcp: McpModel;
  readonly draft: Draft;
  /** What serves now, for code that has to close it. */
  readonly handle: HandleType;
  /** One client, and so one server at a time: standard input and output. Otherwise a server lives as long as one request. */
  readonly oneAtATime: boolean;
}

export interface HandleType {
  readonly names: readonly string[];
  readonly type: { readonly name: string; readonly module: string };
}

/** Why a server has no factory. `marker` says which advice fits. */
export interface Obstacle {
  readonly reason: string;
  readonly marker: string;
}

export function obstacle(reason: string, marker = 'server-escapes'): Obstacle {
  return { reason, marker };
}

export function isObstacle(value: object): value is Obstacle {
  return 'reason' in value;
}
