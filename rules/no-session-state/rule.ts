import { isAuthName } from '../../src/state/auth.js';
import type { Handler } from '../../src/state/handlers.js';
import type { StateGroup } from '../../src/state/model.js';
import { listed, places } from '../../src/state/describe.js';
import { servedPerRequest } from '../../src/state/served.js';
import { externalStoreUses } from '../../src/state/stores.js';
import { defineRule, type ProjectContext } from '../../src/rule.js';

export default defineRule({
  id: 'no-session-state',
  title: 'State belongs to a handle, not to a session',
  clauses: ['session-keyed-state', 'session-store-external', 'resource-subscriber-registry'],
  words: [],
  project(context) {
    reportGroups(context);
    reportStores(context);
  },
});

/** What is kept under the session id, in the memory of one process. */
function reportGroups({ mcp, state, report }: ProjectContext): void {
  const served = servedPerRequest(mcp, state.handlers);
  for (const group of state.groups()) {
    if (group.class !== 'session' || isAuthName(group.name)) continue;
    report(group.file, group.at, {
      clause: 'session-keyed-state',
      ...(isSubscriberRegistry(group.writers) && { also: ['resource-subscriber-registry'] }),
      subject: `state:${group.name}`,
      message: `The state in ${group.name} is kept by session, and ${isShared(group, state, served) ? 'this server is built for each request: there is no session id, so all callers share one entry already' : 'there are no sessions: all callers would share one entry'}. Written by ${listed(group.writers)}, read by ${listed(group.readers)}.`,
      confidence: 'likely',
      related: places(group),
      unit: `state:${group.file.path}:${group.name}`,
      data: { name: group.name, writers: [...group.writers], readers: [...group.readers], keyed: 'session' },
    });
  }
}

/** A call of a server that is built for each request looks the container up, by a session id that is undefined. */
function isShared({ cells }: StateGroup, { reach }: ProjectContext['state'], served: ReadonlySet<Handler>): boolean {
  return served.size > 0 && cells.some(c => c.accesses.some(a => a.key !== undefined && [...reach.leadingTo(a.node)].some(h => served.has(h))));
}

function isSubscriberRegistry(writers: readonly string[]): boolean {
  return writers.length > 0 && writers.every(w => w === 'resources/subscribe' || w === 'resources/unsubscribe');
}

/** Redis, SQL and the like with the session id in the key. */
function reportStores({ mcp, state, report }: ProjectContext): void {
  for (const { file, node, key, store } of externalStoreUses(mcp, state.reach, state.ids)) {
    report(file, key ?? node, {
      clause: 'session-store-external',
      also: ['session-keyed-state'],
      subject: `store:${store}`,
      message: `This keeps state under the session id in ${store}; on the new revision there is none to look it up by.`,
      confidence: 'likely',
      unit: `state:${file.path}:${store}`,
    });
  }
}
