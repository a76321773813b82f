// Findings that are not rewritten, with what a person has to do.
import type { ProjectRewriteContext } from '../../src/transform.js';
import type { Finding, SourceFile, TSESTree } from '../../src/define-transform.js';
import { indexOf } from '../../src/mcp/file-index.js';
import type { Decline } from '../../src/transform.js';

export function authPlan({ fingerprint }: Finding): Decline {
  return { for: fingerprint, marker: 'session-auth', reason: 'Who somebody is comes with each request: read it from the credentials of the request where it is needed, and keep nothing of it between requests. This is not rewritten, because a mistake lets strangers in.' };
}

/** The session's own record goes. What tools keep there is data, and gets another key. `why` says what stood in the way of that. */
export function storePlan(context: ProjectRewriteContext, finding: Finding, why: string): Decline {
  return { for: finding.fingerprint, marker: 'session-store', reason: planOf(context, finding, why) };
}

function planOf({ project, state }: ProjectRewriteContext, finding: Finding, why: string): string {
  const file = project.source(finding.file);
  const store = finding.subject.replace(/^store:/, '');
  const call = file && callAt(file, finding);
  const tools = call ? [...state().reach.leadingTo(call)].filter(h => h.kind !== 'http' && h.kind !== 'hook').map(h => h.name) : [];
  const [first] = tools;
  if (first === undefined) return `This is the record of the session itself in ${store}: remove it, with what reads it. There is nothing to restore between requests.`;
  return `${[...new Set(tools)].sort().join(', ')} ${tools.length === 1 ? 'keeps' : 'keep'} data in ${store} under the session id. Let a tool give out an id (192 random bits), take it as an argument here, and use it with the owner of the request (ownerOf) in the key instead. Records under old ids expire or can be deleted. Not rewritten: ${why}`;
}

function callAt(file: SourceFile, { range }: Finding): TSESTree.Node | undefined {
  return indexOf(file).calls.find(c => c.range[0] <= range[0] && range[1] <= c.range[1] && c.range[0] === range[0]);
}
