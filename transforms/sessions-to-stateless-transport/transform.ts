import { defineTransform, memberName, type Finding } from '../../src/define-transform.js';
import { EditConflict } from '../../src/edits/edit.js';
import { nodeAt } from '../../src/edits/locate.js';
import { lineOf } from '../../src/hosting/closure.js';
import { Draft, type FileDraft } from '../../src/hosting/draft.js';
import { blockOf } from '../../src/hosting/http/block.js';
import { orphanedStores, removeManager } from '../../src/hosting/http/managers.js';
import { unusedPackages } from '../../src/hosting/packages.js';
import { rewriteCors } from '../../src/hosting/http/cors.js';
import { isObstacle, obstacle, type Obstacle } from '../../src/hosting/obstacle.js';
import { indexOf } from '../../src/mcp/file-index.js';
import { isServerSide } from '../../src/mcp/roles.js';
import type { Decline, ProjectRewrite, ProjectRewriteContext } from '../../src/transform.js';
import { writeStateless } from './write.js';

export default defineTransform({
  id: 'sessions-to-stateless-transport',
  title: 'A new server and transport for each request, on the first SDK line',
  tests: 'there are no session ids, nor errors about them; GET and DELETE are answered with 405',
  fixes: [
    { rule: 'no-session-transport' },
    { rule: 'no-session-header' },
    { rule: 'no-sse-transport', clauses: ['http-sse-transport'] },
    { rule: 'no-initialize-handshake', clauses: ['handshake-initialize-request'] },
    { rule: 'no-shared-server' },
    { rule: 'no-resumability' },
    { rule: 'no-session-id-use' },
  ],
  safety: 'review',
  targets: ['v1-stateless'],
  rewriteProject(context, findings) {
    const rewrites: ProjectRewrite[] = [];
    const declines: Decline[] = [];
    for (const path of [...new Set(findings.filter(isHosting).map(f => f.file))].sort()) {
      const own = findings.filter(f => f.file === path);
      const result = rewriteFile(context, path, own);
      if (isObstacle(result)) declines.push(...own.filter(isHosting).map(f => ({ for: f.fingerprint, reason: result.reason, marker: result.marker })));
      else rewrites.push(result);
    }
    return { rewrites, declines };
  },
});

function isHosting({ subject }: Finding): boolean {
  return subject === 'transport:stateful' || subject === 'sse:server';
}

const PUSHES = /^(?:createMessage|elicitInput|listRoots)$/;

/** Without a session there is no way back to the client: a question would wait until it times out. */
function pushOf({ project, mcp }: ProjectRewriteContext): string | undefined {
  for (const path of project.codeFiles()) {
    if (!/createMessage|elicitInput|listRoots/.test(project.text(path) ?? '') || !project.mentionsMcp(path)) continue;
    const file = project.source(path);
    for (const call of file ? indexOf(file).calls : []) {
      if (!file || call.callee.type !== 'MemberExpression' || !PUSHES.test(memberName(call.callee) ?? '')) continue;
      const use = mcp.call(file, call);
      if (use && isServerSide(use.owner)) return `${path}:${lineOf(file, call)}`;
    }
  }
  return undefined;
}

function rewriteFile(context: ProjectRewriteContext, path: string, findings: readonly Finding[]): ProjectRewrite | Obstacle {
  const { project, mcp, choices } = context;
  const file = project.source(path);
  if (!file) return obstacle('The file does not parse.');
  const push = pushOf(context);
  if (push !== undefined) return obstacle(`${push} asks the client something, which cannot be answered without a session on the first SDK line.`, 'stage1-push');
  const draft = new Draft(project);
  const block = blockOf({ mcp, draft, file, findings, keepSse: choices.legacy === 'sse', legacy: choices.legacy });
  if (isObstacle(block)) return block;
  const fileDraft = draft.of(file);
  const problem = writeStateless(mcp, fileDraft, block, draft);
  if (problem) return problem;
  const kept = (block.managers ?? []).map(m => removeManager(draft, project, m, path));
  const listed = rewriteCors(fileDraft, findings);
  try {
    const edits = draft.finish();
    const removed = [...new Set([...kept.flatMap(k => k.removed), ...orphanedStores(draft, project)])];
    return {
      unit: findings.find(isHosting)?.unit ?? `http-sessions:${path}`,
      title: 'Serve HTTP without sessions on the first SDK line',
      answers: findings.filter(f => listed.includes(f) || isGone(fileDraft, f)).map(f => f.fingerprint),
      edits,
      removed,
      dependencies: unusedPackages(project, draft, removed),
      removedComments: draft.removedComments,
      notes: ['GET and DELETE are answered with 405; what is sent outside of a request reaches nobody.', ...kept.flatMap(k => k.notes)],
    };
  } catch (error) {
    if (error instanceof EditConflict) return obstacle('The parts of the session block overlap.');
    throw error;
  }
}

function isGone(draft: FileDraft, finding: Finding): boolean {
  return draft.isGone(nodeAt(draft.file, finding.range) ?? { range: finding.range });
}
