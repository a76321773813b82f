import type { Decline, ProjectRewrite, ProjectRewriteContext } from '../../src/transform.js';
import { defineTransform, keyName, memberName, outermost, type Finding, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import type { Edit } from '../../src/edits/edit.js';
import { styleOf } from '../../src/edits/style.js';
import { nodeAt } from '../../src/edits/locate.js';
import { innermost } from '../../src/mcp/file-index.js';
import type { ClassifiedCell } from '../../src/state/model.js';

const RECORDS = /^console\.|(?:^|\.)(?:log\w*|debug|info|warn|error|trace|setAttributes?)$/i;
const LIMITS = /limit|throttl|quota/i;

export default defineTransform({
  id: 'session-id-to-request',
  title: 'Tell calls apart by their request, and callers by who signed in',
  tests: 'there is no session id',
  fixes: [{ rule: 'no-session-id-use' }, { rule: 'no-session-state', clauses: ['session-keyed-state'] }],
  after: ['http-sessions-to-handler'],
  safety: 'review',
  targets: ['2026-07-28'],
  rewriteProject(context, findings) {
    const rewrites: ProjectRewrite[] = [];
    const declines: Decline[] = [];
    for (const finding of findings) {
      const file = context.project.source(finding.file);
      if (!file) continue;
      if (finding.clause === 'session-keyed-state') rewrites.push(...limiterRewrites(context, finding));
      else {
        const edits = finding.subject === 'session-id:telemetry' ? recordEdits(context, file, finding) : undefined;
        if (edits) rewrites.push({ unit: finding.unit, answers: [finding.fingerprint], edits: new Map([[file.path, edits]]), notes: ['Logs and spans name the request where they named the session.'] });
        else declines.push({ for: finding.fingerprint, marker: 'session-telemetry', reason: finding.subject === 'session-id:result' ? 'There is no id that means something to the model in place of that of the session: take it out of the answer.' : 'Use the id of the request, or the principal, in place of the id of the session.' });
      }
    }
    return { rewrites, declines };
  },
});

/** `extra.sessionId` in a tool: what stands beside it in the context. */
interface Read {
  readonly node: TSESTree.MemberExpression;
  readonly context: string;
}

function readOf({ mcp }: ProjectRewriteContext, file: SourceFile, node: TSESTree.Node | undefined): Read | undefined {
  const inner = node ? innermost(node) : undefined;
  if (inner?.type !== 'MemberExpression' || memberName(inner) !== 'sessionId' || inner.object.type !== 'Identifier') return undefined;
  if (!mcp.values(file, inner).some(k => k.value.kind === 'session-id' && k.value.from === 'context')) return undefined;
  // On the first SDK line the context has other members: its step comes before.
  const isModern = mcp.values(file, inner.object).some(({ value }) => value.kind === 'sdk' && value.type.startsWith('server#'));
  return isModern ? { node: inner, context: inner.object.name } : undefined;
}

/** A line of a log, an attribute of a span, the key of a limiter. */
function recordEdits(context: ProjectRewriteContext, file: SourceFile, finding: Finding): readonly Edit[] | undefined {
  const read = readOf(context, file, nodeAt(file, finding.range));
  if (!read) return undefined;
  const call = enclosingCall(read.node);
  if (call && LIMITS.test(file.text.slice(...call.callee.range))) return [principalEdit(file, read)];
  const whole = withFallback(read.node);
  if (isHandedOn(file, whole)) return undefined;
  const property = whole.parent?.type === 'Property' && whole.parent.value === whole ? whole.parent : undefined;
  const id = `${read.context}.mcpReq.id`;
  // In a text or an object any value will do; where a parameter may want a string it gets one.
  const takesAny = property !== undefined || whole.parent?.type === 'TemplateLiteral' || (call !== undefined && /^console\./.test(file.text.slice(...call.callee.range)));
  const edits: Edit[] = [{ range: whole.range, text: takesAny ? id : `String(${id})` }];
  if (property?.key.type === 'Identifier' && !property.computed && !property.shorthand && /^session_?id$/i.test(keyName(property.key) ?? '')) edits.push({ range: property.key.range, text: property.key.name.includes('_') ? 'request_id' : 'requestId' });
  return edits;
}

/** A variable of it goes to code that may tell sessions apart by it: with the id of a request nothing would be found again. */
function isHandedOn(file: SourceFile, node: TSESTree.Node): boolean {
  const { parent } = outermost(node);
  const variable = parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? file.variableOf(parent.id) : undefined;
  return variable?.references.some(({ init, identifier: { parent: use }, identifier }) => init !== true && use.type === 'CallExpression' && use.arguments.some(a => a === identifier) && !RECORDS.test(file.text.slice(...use.callee.range))) ?? false;
}

/** `extra.sessionId ?? 'none'`: a request always has an id. */
function withFallback(node: TSESTree.Node): TSESTree.Node {
  const { parent } = node;
  if (parent?.type === 'LogicalExpression' && parent.left === node && parent.operator !== '&&') return withFallback(parent);
  return parent?.type === 'TSNonNullExpression' ? withFallback(parent) : node;
}

/** Who signed in; whoever did not is one caller. */
function principalEdit(file: SourceFile, { node, context }: Read): Edit {
  const principal = `${context}.http?.authInfo?.clientId`;
  const outer = node.parent.type === 'TSNonNullExpression' ? node.parent : node;
  const hasFallback = outer.parent.type === 'LogicalExpression' && outer.parent.left === outer && outer.parent.operator !== '&&';
  const { quote } = styleOf(file);
  const whole = `${principal} ?? ${quote}anonymous${quote}`;
  const isWhole = /^(?:CallExpression|VariableDeclarator|Property|TemplateLiteral)$/.test(outer.parent.type);
  return { range: outer.range, text: hasFallback ? principal : isWhole ? whole : `(${whole})` };
}

function enclosingCall(node: TSESTree.Node): TSESTree.CallExpression | undefined {
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
    if (n.type === 'CallExpression') return n;
    if (/Statement$|Function/.test(n.type)) return undefined;
  }
  return undefined;
}

/** Counts of calls and limits in a map by session: by principal, so that a new session is no way around them. */
function limiterRewrites(context: ProjectRewriteContext, finding: Finding): readonly ProjectRewrite[] {
  const name = finding.data?.['name'];
  const cells = context.state().cells.filter(c => c.file.path === finding.file && c.name === name && c.class === 'session');
  const [cell, ...others] = cells;
  if (!cell || others.length > 0 || !isLimiter(cell)) return [];
  const reads = new Map<TSESTree.Node, { readonly file: SourceFile; readonly edit: Edit }>();
  for (const { file, key } of cell.accesses) {
    if (key === undefined) continue;
    const read = keyRead(context, file, key, cell);
    if (!read) return [];
    reads.set(read.node, { file, edit: principalEdit(file, read) });
  }
  const edits = new Map<string, Edit[]>();
  for (const { file, edit } of reads.values()) edits.set(file.path, [...(edits.get(file.path) ?? []), edit]);
  return [{ unit: finding.unit, title: `Limits and counts in ${cell.name} by principal`, answers: [finding.fingerprint], edits, notes: [`${cell.name} counts by the client that signed in; whoever did not sign in shares one count. Each replica counts by itself: divide limits by their number, or keep the counts in a store that they share.`] }];
}

function isLimiter({ name }: ClassifiedCell): boolean {
  return /rate_?limit|quota|throttl|(?:request|call|usage|hit)s?_?counts?|metrics?$|usage$/i.test(name.slice(name.lastIndexOf('.') + 1));
}

/** The read in a key, or behind a variable that is nothing but a key of this container. */
function keyRead(context: ProjectRewriteContext, file: SourceFile, key: TSESTree.Node, cell: ClassifiedCell): Read | undefined {
  const inner = innermost(key);
  if (inner.type === 'LogicalExpression') return readOf(context, file, inner.left);
  if (inner.type !== 'Identifier') return readOf(context, file, inner);
  const variable = file.variableOf(inner);
  const definition = variable?.defs[0]?.node;
  if (!variable || definition?.type !== 'VariableDeclarator' || definition.parent.kind !== 'const' || !definition.init) return undefined;
  const onlyKey = variable.references.every(r => r.init === true || cell.accesses.some(a => a.key !== undefined && innermost(a.key) === r.identifier));
  const init = innermost(definition.init);
  return onlyKey ? readOf(context, file, init.type === 'LogicalExpression' ? init.left : init) : undefined;
}
