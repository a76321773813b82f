import { contains } from '../../src/mcp/nodes.js';
import type { Handler } from '../../src/state/handlers.js';
import { defineRule, walkTree, type ProjectContext, type TSESTree } from '../../src/rule.js';

const PROGRESS = /notifications\/progress|reportProgress|sendProgress|progressToken/;
const STOPS = /\bsignal\b|\baborted\b|throwIfAborted|AbortSignal|cancel/i;

export default defineRule({
  id: 'use-cancel-signal',
  title: 'Work stops when nobody waits for it',
  clauses: ['disconnect-is-cancel'],
  words: [],
  project(context) {
    const told = new Set<TSESTree.Node>();
    for (const handler of context.state.handlers) {
      if (told.has(handler.fn) || (handler.kind !== 'tool' && handler.name !== 'tools/call')) continue;
      told.add(handler.fn);
      reportLong(context, handler);
    }
  },
});

/** Work that tells of its progress step by step is long, and a step is the place to look whether anybody still listens. */
function reportLong({ report }: ProjectContext, { file, fn, name }: Handler): void {
  const text = file.text.slice(...fn.range);
  if (!PROGRESS.test(text) || STOPS.test(text)) return;
  const loop = progressLoop(fn.body, node => file.text.slice(...node.range));
  if (!loop) return;
  report(file, { range: [loop.range[0], loop.range[0] + (loop.type === 'WhileStatement' ? 5 : loop.type === 'DoWhileStatement' ? 2 : 3)] }, {
    clause: 'disconnect-is-cancel',
    subject: 'cancel:loop',
    message: `This work of ${name} goes on step by step without looking at the signal; a connection that is dropped cancels the call.`,
    confidence: 'likely',
  });
}

type Loop = TSESTree.ForStatement | TSESTree.ForOfStatement | TSESTree.ForInStatement | TSESTree.WhileStatement | TSESTree.DoWhileStatement;

/** The first loop that waits and tells of its progress. */
function progressLoop(body: TSESTree.Node, textOf: (node: TSESTree.Node) => string): Loop | undefined {
  let found: Loop | undefined;
  const waits: TSESTree.Node[] = [];
  walkTree(body, node => {
    if (node.type === 'AwaitExpression') waits.push(node);
  });
  walkTree(body, node => {
    if (found || !isLoop(node)) return;
    if (PROGRESS.test(textOf(node)) && waits.some(w => contains(node, w))) found = node;
  });
  return found;
}

function isLoop(node: TSESTree.Node): node is Loop {
  return /^(?:For(?:Of|In)?|While|DoWhile)Statement$/.test(node.type);
}
