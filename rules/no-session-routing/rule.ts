import { roleOf } from '../../src/mcp/roles.js';
import { isAuthName } from '../../src/state/auth.js';
import { routingReads, upstreamsOfSessions } from '../../src/state/routing.js';
import { defineRule, type ProjectContext } from '../../src/rule.js';

export default defineRule({
  id: 'no-session-routing',
  title: 'A gateway routes by the request, not by the session',
  clauses: ['gateway-session-routing', 'list-varies-per-connection'],
  words: [],
  project(context) {
    for (const { file, node, what } of upstreamsOfSessions(context.mcp, context.state)) {
      context.report(file, node, {
        clause: 'gateway-session-routing',
        subject: `upstream:${what}`,
        message: `Messages go to the upstream in ${what} that belongs to their session; on the new revision nothing says which session a request is of.`,
        confidence: 'likely',
      });
    }
    if (!isGateway(context)) return;
    for (const { file, node, what, list } of routingReads(context.mcp, context.state)) {
      if (isAuthName(what)) continue;
      context.report(file, node, {
        clause: 'gateway-session-routing',
        ...(list && { also: ['list-varies-per-connection'] }),
        subject: `routing:${what}`,
        message: list ? `The list depends on ${what}, which is looked up by session; lists must not vary by connection.` : `Where the message goes depends on ${what}, which is looked up by session.`,
        confidence: 'likely',
      });
    }
  },
});

/** A program that is a client of other servers. */
function isGateway({ mcp, project }: ProjectContext): boolean {
  return project.codeFiles().some(path => {
    const text = project.text(path);
    if (!text || !/\bnew \w*Client\s*[<(]/.test(text) || !/modelcontextprotocol/.test(text)) return false;
    const file = project.source(path);
    return file !== undefined && clientIn(mcp, file);
  });
}

function clientIn(mcp: ProjectContext['mcp'], file: NonNullable<ReturnType<ProjectContext['project']['source']>>): boolean {
  return mcp.newExpressions(file).some(node => {
    const constructed = mcp.constructed(file, node, /Client$/);
    return constructed !== undefined && roleOf(constructed.type) === 'client';
  });
}
