import type { TSESTree } from '@typescript-eslint/types';
import { indentAt, withComments } from '../edits/indent.js';
import { contains } from '../mcp/nodes.js';
import { isFunctionNode } from '../mcp/values.js';
import type { FileDraft } from './draft.js';
import type { HandleType } from './obstacle.js';

/** How the statement that serves keeps what can be closed. */
export interface Kept {
  /** What stands before the call of the function that serves: nothing, `const handle = ` or `handle = `. */
  readonly assign: string;
}

/** Code that closed the server closes what serves now. `type` is the handle's type, for a variable that is filled later. */
export function keepHandle(draft: FileDraft, statement: TSESTree.Node, closers: readonly TSESTree.Node[], { names, type }: HandleType): Kept {
  if (closers.length === 0) return { assign: '' };
  const name = draft.freeName(...names);
  const block = statement.parent ?? statement;
  const isVisible = closers.every(c => contains(block, c) && (c.range[0] > statement.range[1] || isFunctionBetween(c, block)));
  const call = isVisible ? `${name}.close()` : `${name}?.close()`;
  for (const closer of closers) draft.replace(closer, call);
  if (isVisible) return { assign: `const ${name} = ` };
  declareBefore(draft, statement, closers, name, type);
  return { assign: `${name} = ` };
}

/** The code runs later: when it does, the variable is there. */
function isFunctionBetween(node: TSESTree.Node, block: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = node; n && n !== block; n = n.parent) if (isFunctionNode(n)) return true;
  return false;
}

function declareBefore(draft: FileDraft, statement: TSESTree.Node, closers: readonly TSESTree.Node[], name: string, type: HandleType['type']): void {
  const { file, editor } = draft;
  const { eol, semicolon } = editor.style;
  const nodes = [statement, ...closers];
  const block = commonBlock(statement, nodes);
  if (!block) return;
  const first = block.body.find(s => nodes.some(n => contains(s, n)) && !draft.isGone(s));
  if (!first) return;
  const isTypeScript = /\.[cm]?tsx?$/.test(file.path);
  if (isTypeScript) draft.addImport(type.name, type.module, true);
  const [start] = withComments(file, first);
  editor.insert(start, `let ${name}${isTypeScript ? `: ${type.name} | undefined` : ''}${semicolon}${eol}${eol}${indentAt(file, start)}`);
}

function commonBlock(statement: TSESTree.Node, nodes: readonly TSESTree.Node[]): TSESTree.BlockStatement | TSESTree.Program | undefined {
  for (let n: TSESTree.Node | undefined = statement.parent; n; n = n.parent) {
    if (n.type !== 'BlockStatement' && n.type !== 'Program') continue;
    const block = n;
    if (nodes.every(other => contains(block, other))) return block;
  }
  return undefined;
}
