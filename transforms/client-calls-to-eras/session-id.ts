import { Editor, innermost, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { nodeAt } from '../../src/edits/locate.js';
import type { Change, Place } from './change.js';

/** An id that was kept, or is given to a new transport. */
export function withoutId({ file, finding }: Place): Change | string {
  const node = nodeAt(file, finding.range);
  if (!node) return '';
  const editor = new Editor(file);
  if (finding.subject === 'client:given-id') {
    if (node.type !== 'Property' || node.parent.type !== 'ObjectExpression') return 'Servers of the new revision know no session: the id is not to be given any more.';
    const { parent: call } = node.parent;
    // Options that say nothing else go as a whole.
    if (node.parent.properties.length === 1 && call.type === 'NewExpression' && call.arguments.at(-1) === node.parent) editor.removeElements([node.parent], call);
    else editor.removeProperty(node);
    return { edits: editor.edits, removedComments: editor.removedComments, notes: ['A session from before is not taken up again: each connection begins anew.'] };
  }
  const statement = keptNowhereElse(file, node);
  if (!statement) return 'Something reads this id later. Servers of the new revision give none: see what is stored under it.';
  editor.removeStatement(statement);
  return { edits: editor.edits, removedComments: editor.removedComments };
}

/** `const saved = transport.sessionId;`, where only the options of another transport read it. */
function keptNowhereElse(file: SourceFile, node: TSESTree.Node): TSESTree.Statement | undefined {
  const { parent } = node;
  if (parent?.type !== 'VariableDeclarator' || parent.parent.declarations.length !== 1) return undefined;
  const variable = parent.id.type === 'Identifier' ? file.variableOf(parent.id) : undefined;
  const reads = variable?.references.filter(r => r.init !== true) ?? [];
  return reads.every(r => isGiven(r.identifier)) ? parent.parent : undefined;
}

function isGiven(identifier: TSESTree.Node): boolean {
  const { parent } = identifier;
  const made = parent?.type === 'Property' && parent.parent.type === 'ObjectExpression' ? parent.parent.parent : undefined;
  const callee = made?.type === 'NewExpression' ? innermost(made.callee) : undefined;
  return callee?.type === 'Identifier' && callee.name.endsWith('ClientTransport');
}
