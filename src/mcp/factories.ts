import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import { indexOf } from './file-index.js';
import type { McpModel } from './model.js';
import { nameOfType } from './sdk.js';
import type { FunctionNode } from './values.js';

/** A function that builds a server for an entry point of the second SDK line. */
export interface Factory {
  readonly file: SourceFile;
  readonly fn: FunctionNode;
  /** `request`: it runs for each request (`createMcpHandler`). `connection`: for each connection (`serveStdio`). */
  readonly per: 'request' | 'connection';
  readonly call: TSESTree.CallExpression;
}

const ENTRIES = /^(?:createMcpHandler|serveStdio)$/;
const IN_TEXT = /\b(?:createMcpHandler|serveStdio)\b/;
const known = new WeakMap<McpModel, readonly Factory[]>();

/** The factories of servers in a project, in the order of their files. */
export function factoriesOf(mcp: McpModel): readonly Factory[] {
  let found = known.get(mcp);
  if (!found) known.set(mcp, (found = mcp.project.codeFiles().flatMap(path => (IN_TEXT.test(mcp.project.text(path) ?? '') ? inFile(mcp, path) : []))));
  return found;
}

function inFile(mcp: McpModel, path: string): readonly Factory[] {
  const file = mcp.project.source(path);
  if (!file) return [];
  return indexOf(file).calls.flatMap(call => {
    const entry = mcp.export(file, call.callee, ENTRIES);
    const [factory] = call.arguments;
    if (!entry?.id.startsWith('server#') || !factory || factory.type === 'SpreadElement') return [];
    const per = nameOfType(entry.id) === 'createMcpHandler' ? 'request' : 'connection';
    return mcp.values(file, factory).flatMap(({ value }): Factory[] => (value.kind === 'function' ? [{ file: value.file, fn: value.node, per, call }] : []));
  });
}
