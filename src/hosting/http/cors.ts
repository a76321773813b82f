import type { TSESTree } from '@typescript-eslint/types';
import type { Finding } from '../../finding.js';
import { keyName } from '../../mcp/exports.js';
import { nodeAt } from '../../edits/locate.js';
import type { FileDraft } from '../draft.js';

const SESSION = /^mcp-session-id$/i;
const GONE = /^(?:mcp-session-id|last-event-id)$/i;
const NEEDED = ['Mcp-Protocol-Version', 'Mcp-Method', 'Mcp-Name'];

/** The session header leaves the lists of CORS, unless sessions stay; lists of what clients may send get the headers that came instead. */
export function rewriteCors(draft: FileDraft, findings: readonly Finding[], keepsSessions = false): readonly Finding[] {
  const done: Finding[] = [];
  const lists = new Set<TSESTree.Node>();
  for (const finding of findings) {
    if (finding.file !== draft.file.path || !/^(?:cors:session-header|header:constant)$/.test(finding.subject)) continue;
    const node = nodeAt(draft.file, finding.range);
    if (!node || (finding.subject === 'header:constant' && !/^access-control-expose-headers$/i.test(ownerName(node)))) continue;
    const list = node.parent?.type === 'ArrayExpression' ? node.parent : node;
    if (!lists.has(list)) {
      lists.add(list);
      if (list.type === 'ArrayExpression') rewriteArray(draft, list, keepsSessions);
      else rewriteText(draft, list, keepsSessions);
    }
    done.push(finding);
  }
  return done;
}

function rewriteArray(draft: FileDraft, list: TSESTree.ArrayExpression, keepsSessions: boolean): void {
  const names = list.elements.flatMap(e => (e?.type === 'Literal' && typeof e.value === 'string' ? [{ node: e, name: e.value }] : []));
  const exposes = /expose/i.test(ownerName(list));
  const gone = names.filter(n => GONE.test(n.name));
  const quote = names[0] ? draft.editor.text(names[0].node).charAt(0) : draft.editor.style.quote;
  if (exposes && keepsSessions) return;
  if (exposes) {
    const property = list.parent.type === 'Property' ? list.parent : undefined;
    if (gone.length === list.elements.length && property) draft.editor.removeProperty(property);
    else draft.editor.removeElements(gone.map(g => g.node), list);
    return;
  }
  const lower = names.some(n => /^[a-z-]+$/.test(n.name)) && !names.some(n => /^[A-Z]/.test(n.name) && !SESSION.test(n.name));
  const missing = NEEDED.filter(n => !names.some(o => o.name.toLowerCase() === n.toLowerCase())).map(n => quote + (lower ? n.toLowerCase() : n) + quote);
  const first = gone.find(n => SESSION.test(n.name));
  const rest = gone.filter(n => n !== first);
  if (!first) return;
  if (keepsSessions) {
    if (missing.length > 0) draft.editor.insert(first.node.range[1], separator(draft, list) + missing.join(separator(draft, list)));
    return;
  }
  draft.editor.replace(first.node, missing.join(separator(draft, list)));
  if (rest.length > 0) draft.editor.removeElements(rest.map(g => g.node), list);
}

/** As the list is written: on one line, or one name a line. */
function separator(draft: FileDraft, list: TSESTree.ArrayExpression): string {
  const [first, second] = list.elements;
  return first && second ? draft.editor.text({ range: [first.range[1], second.range[0]] }) : ', ';
}

/** `'Content-Type, mcp-session-id'`. */
function rewriteText(draft: FileDraft, node: TSESTree.Node, keepsSessions: boolean): void {
  const text = draft.editor.text(node);
  const inner = text.slice(1, -1);
  const names = inner.split(',').map(n => n.trim());
  const exposes = /expose/i.test(ownerName(node));
  if (exposes && keepsSessions) return;
  if (exposes) {
    const kept = names.filter(n => !GONE.test(n));
    const statement = node.parent?.type === 'CallExpression' && node.parent.parent.type === 'ExpressionStatement' ? node.parent.parent : undefined;
    if (kept.length === 0 && statement) draft.removeStatement(statement);
    else if (kept.length === 0 && node.parent?.type === 'Property') draft.editor.removeProperty(node.parent);
    else draft.editor.replace(node, text.charAt(0) + kept.join(', ') + text.charAt(0));
    return;
  }
  const missing = NEEDED.filter(n => !names.some(o => o.toLowerCase() === n.toLowerCase()));
  const at = names.findIndex(n => SESSION.test(n));
  draft.editor.replace(node, text.charAt(0) + [...names.slice(0, keepsSessions ? at + 1 : at), ...missing, ...names.slice(at + 1).filter(n => keepsSessions || !GONE.test(n))].join(', ') + text.charAt(0));
}

/** `exposedHeaders`, or the header that is set. */
function ownerName(node: TSESTree.Node): string {
  const { parent } = node;
  if (parent?.type === 'Property') return keyName(parent.key) ?? '';
  if (parent?.type === 'CallExpression') return parent.arguments[0]?.type === 'Literal' ? String(parent.arguments[0].value) : '';
  return parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id.name : '';
}
