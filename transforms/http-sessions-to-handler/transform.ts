import { defineTransform, type Finding } from '../../src/define-transform.js';
import { EditConflict } from '../../src/edits/edit.js';
import { nodeAt } from '../../src/edits/locate.js';
import { Draft, FileDraft } from '../../src/hosting/draft.js';
import { isObstacle, obstacle, type Obstacle } from '../../src/hosting/obstacle.js';
import { neededPackages, unusedPackages } from '../../src/hosting/packages.js';
import type { SourceFile } from '../../src/parse/source.js';
import type { Decline, Marker, ProjectRewrite, ProjectRewriteContext } from '../../src/transform.js';
import { blockOf, type SessionBlock } from '../../src/hosting/http/block.js';
import { rewriteCors } from '../../src/hosting/http/cors.js';
import { orphanedStores, removeManager } from '../../src/hosting/http/managers.js';
import { sessionClassOf } from '../../src/hosting/http/session-class.js';
import { writeSessionClass } from './session-class.js';
import { splitByEra } from './split.js';
import { writeBlock } from './write.js';

export default defineTransform({
  id: 'http-sessions-to-handler',
  title: 'Serve HTTP with one handler instead of a transport per session',
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
  after: ['stdio-to-serve-stdio'],
  safety: 'review',
  targets: ['2026-07-28'],
  rewriteProject(context, findings) {
    const rewrites: ProjectRewrite[] = [];
    const declines: Decline[] = [];
    for (const path of filesWithSessions(findings)) {
      const own = findings.filter(f => f.file === path);
      const result = rewriteFile(context, path, own);
      if (isObstacle(result)) declines.push(...own.filter(isHosting).map(f => ({ for: f.fingerprint, reason: result.reason, marker: markerFor(f, result) })));
      else rewrites.push(result);
    }
    return { rewrites, declines };
  },
});

/** A transport with sessions, or the routes of HTTP+SSE: the other findings are parts of the block. */
function isHosting({ subject, era }: Finding): boolean {
  if (era === 'older') return false;
  return subject === 'transport:stateful' || subject === 'legacy-only:http' || subject === 'sse:server';
}

/** Where no session is kept, nothing ran when one began. */
function markerFor({ subject }: Finding, { marker }: Obstacle): string {
  return subject === 'legacy-only:http' && marker === 'session-lifecycle' ? 'legacy-only' : marker;
}

function filesWithSessions(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.filter(isHosting).map(f => f.file))].sort();
}

function rewriteFile({ project, mcp, choices }: ProjectRewriteContext, path: string, findings: readonly Finding[]): ProjectRewrite | Obstacle {
  const file = project.source(path);
  if (!file) return obstacle('The file does not parse.');
  const keepsSessions = choices.legacy === 'sessions';
  if (isFirstLine(file)) return obstacle('This file is still on the first SDK line. Move it to the second first.');
  const asClass = keepsSessions ? undefined : rewriteClass(project, mcp, choices.legacy, file, findings);
  if (asClass && !isObstacle(asClass)) return asClass;
  const draft = new Draft(project);
  const block = blockOf({ mcp, draft, file, findings, keepSse: choices.legacy === 'sse' || keepsSessions, legacy: choices.legacy });
  if (isObstacle(block)) return asClass ?? block;
  const fileDraft = draft.of(file);
  const lists = new FileDraft(file);
  const listed = rewriteCors(lists, findings, keepsSessions);
  fileDraft.lay(lists);
  const problem = keepsSessions ? splitByEra(fileDraft, block) : writeBlock(fileDraft, block, draft);
  if (problem) return problem;
  const kept = keepsSessions ? [] : (block.managers ?? []).map(m => removeManager(draft, project, m, path));
  try {
    const edits = draft.finish();
    const removed = [...new Set([...kept.flatMap(k => k.removed), ...orphanedStores(draft, project)])];
    return {
      unit: findings.find(isHosting)?.unit ?? `http-sessions:${path}`,
      title: keepsSessions ? 'Serve the new revision beside the sessions' : 'Serve HTTP without sessions',
      // With the sessions stay their findings, as information about older clients.
      answers: keepsSessions ? [] : answered(fileDraft, findings, listed),
      edits,
      removed,
      removedComments: draft.removedComments,
      dependencies: [...neededPackages(project, draft), ...unusedPackages(project, draft, removed)],
      ...(!keepsSessions && block.names.untold.size > 0 && { markers: markersOf(block) }),
      notes: keepsSessions ? ['Clients of older revisions keep their sessions: they still need the same process for all requests of one.'] : [...notesOf(block), ...kept.flatMap(k => k.notes)],
    };
  } catch (error) {
    if (error instanceof EditConflict) return obstacle('The parts of the session block overlap.');
    throw error;
  }
}

/** A class of the file takes the requests of all sessions: it goes, and one handler is asked in its place. */
function rewriteClass(project: ProjectRewriteContext['project'], mcp: ProjectRewriteContext['mcp'], legacy: ProjectRewriteContext['choices']['legacy'], file: SourceFile, findings: readonly Finding[]): ProjectRewrite | Obstacle | undefined {
  const draft = new Draft(project);
  const found = sessionClassOf({ mcp, draft, file, findings, legacy });
  if (!found || isObstacle(found)) return found;
  const fileDraft = draft.of(file);
  writeSessionClass(fileDraft, found);
  const listed = rewriteCors(fileDraft, findings, false);
  try {
    const edits = draft.finish();
    return {
      unit: findings.find(isHosting)?.unit ?? `http-sessions:${file.path}`,
      title: 'Serve HTTP without sessions',
      answers: answered(fileDraft, findings, listed),
      edits,
      removedComments: draft.removedComments,
      dependencies: [...neededPackages(project, draft), ...unusedPackages(project, draft, [])],
      notes: ['GET and DELETE are answered with 405 now; a stream that was open between calls is gone.'],
    };
  } catch (error) {
    if (error instanceof EditConflict) return obstacle('The parts of the session block overlap.');
    throw error;
  }
}

function isFirstLine(file: SourceFile): boolean {
  return file.program.body.some(s => s.type === 'ImportDeclaration' && s.source.value.startsWith('@modelcontextprotocol/sdk'));
}

/** Findings whose place is gone, and those of the lists of CORS. */
function answered(draft: FileDraft, findings: readonly Finding[], listed: readonly Finding[]): readonly string[] {
  return findings.filter(f => listed.includes(f) || isGone(draft, f)).map(f => f.fingerprint);
}

function isGone(draft: FileDraft, finding: Finding): boolean {
  const node = nodeAt(draft.file, finding.range) ?? { range: finding.range };
  return draft.isGone(node);
}

/** At the route: what somebody was told of sessions, for a person to tell of requests. */
function markersOf({ names: { file, untold }, endpoints }: SessionBlock): readonly Marker[] {
  const at = endpoints[0]?.main.statement ?? endpoints[0]?.main.handler.fn;
  const calls = [...untold].map(call => file.text.slice(...call.range).replace(/\s+/g, ' '));
  return at ? [{ id: 'session-lifecycle', file: file.path, offset: at.range[0], detail: `It was: ${calls.join('; ')}` }] : [];
}

function notesOf({ endpoints, sse, names, origin }: SessionBlock): readonly string[] {
  const [lone] = endpoints.filter(e => e.messages);
  return [
    'GET and DELETE are answered with 405 now; a stream that was open between calls is gone.',
    ...(endpoints.some(e => e.body.fed) ? ['What was asked of the first request of a session is asked of each request now.'] : []),
    ...[...names.uncounted].map(call => `Nothing counts sessions any more: ${names.file.text.slice(...call.range).replace(/\s+/g, ' ')} went from ${names.file.path}. Count requests instead, where that is wanted.`),
    ...(origin?.notes ?? []),
    ...[...names.defaulted].map(read => `There is no id of a session to say: ${names.file.text.slice(...read.range)} became ${names.file.text.slice(...read.right.range)} in ${names.file.path}.`),
    ...[...names.tested].map(name => `${name} in ${names.file.path} is used by tests only: remove both.`),
    ...[...names.unsaid].map(id => `There is no id of a session to say: ${names.file.text.slice(...id.range)} became undefined in ${names.file.path}.`),
    ...(lone ? [`HTTP+SSE is served no more: ${lone.main.path} speaks streamable HTTP now. Clients that can do both find out by themselves; others are to be changed.`] : []),
    ...(!lone && sse.length > 0 ? ['HTTP+SSE is served no more: its clients must use the address of the streamable endpoint.'] : []),
  ];
}
