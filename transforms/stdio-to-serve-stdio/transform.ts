import { defineTransform, type Finding } from '../../src/define-transform.js';
import { EditConflict } from '../../src/edits/edit.js';
import { nodeAt } from '../../src/edits/locate.js';
import { Draft } from '../../src/hosting/draft.js';
import { isObstacle, obstacle, type Obstacle } from '../../src/hosting/obstacle.js';
import { originOf } from '../../src/hosting/origin.js';
import type { Decline, ProjectRewrite, ProjectRewriteContext } from '../../src/transform.js';
import { connectionOf, type Connection } from './connection.js';
import { HANDLE, serve } from './serve.js';

export default defineTransform({
  id: 'stdio-to-serve-stdio',
  title: 'Serve stdio from a factory instead of connecting one server',
  tests: 'a factory makes the server, for each connection',
  fixes: [{ rule: 'use-stateless-stdio' }],
  safety: 'review',
  targets: ['2026-07-28'],
  // What asks the client goes first: a helper that then has nothing to do with a server stays where it is.
  after: ['set-level-to-nothing', 'logging-to-logger', 'sampling-to-provider', 'roots-to-params'],
  rewriteProject(context, findings) {
    const rewrites: ProjectRewrite[] = [];
    const declines: Decline[] = [];
    const taken = new Set<string>();
    for (const finding of findings) {
      if (finding.subject !== 'stdio:transport') {
        declines.push({ for: finding.fingerprint, reason: 'A framework serves here: it has to support the new revision itself.' });
        continue;
      }
      const result = rewriteOne(context, finding, taken);
      if (isObstacle(result)) declines.push({ for: finding.fingerprint, reason: result.reason, marker: result.marker });
      else rewrites.push(result);
    }
    return { rewrites, declines };
  },
});

function rewriteOne(context: ProjectRewriteContext, finding: Finding, taken: Set<string>): ProjectRewrite | Obstacle {
  const { project, mcp } = context;
  const file = project.source(finding.file);
  const callee = file ? nodeAt(file, finding.range) : undefined;
  const made = callee?.parent;
  if (!file || made?.type !== 'NewExpression') return obstacle('The file does not parse.');
  const connection = connectionOf(mcp, file, made);
  if (isObstacle(connection)) return connection;
  const draft = new Draft(project);
  const origin = originOf({ mcp, draft, handle: HANDLE, oneAtATime: true }, file, connection.server, [connection.call]);
  if (isObstacle(origin)) return origin;
  const problem = serve(draft, file, connection, origin);
  if (problem) return problem;
  return finished(draft, finding, connection, taken);
}

/** Two servers of one file are rewritten one after the other. */
function finished(draft: Draft, finding: Finding, { call }: Connection, taken: Set<string>): ProjectRewrite | Obstacle {
  try {
    const edits = draft.finish();
    if ([...edits.keys()].some(path => taken.has(path))) return obstacle(`Another server of the same files is rewritten first; run the migration again for the one at offset ${call.range[0]}.`);
    for (const path of edits.keys()) taken.add(path);
    return { unit: finding.unit, title: 'Serve stdio from a factory', answers: [finding.fingerprint], edits, removedComments: draft.removedComments };
  } catch (error) {
    if (error instanceof EditConflict) return obstacle('What moves into the factory overlaps with what is removed.');
    throw error;
  }
}

