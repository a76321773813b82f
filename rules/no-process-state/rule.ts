import { listed, places } from '../../src/state/describe.js';
import type { StateGroup } from '../../src/state/model.js';
import { isCalledPerSession } from '../../src/state/served.js';
import { defineRule, type ProjectContext } from '../../src/rule.js';

export default defineRule({
  id: 'no-process-state',
  title: 'What one call leaves behind, another caller finds',
  clauses: ['stdio-process-lifetime-state', 'connection-state-closure', 'resource-subscriber-registry'],
  words: [],
  project({ mcp, state, report }: ProjectContext) {
    for (const group of state.groups()) {
      if (group.class !== 'process') continue;
      const subscribers = group.writers.length > 0 && group.writers.every(w => w === 'resources/subscribe' || w === 'resources/unsubscribe');
      const closure = isClosure(group);
      report(group.file, group.at, {
        clause: subscribers ? 'resource-subscriber-registry' : closure ? 'connection-state-closure' : 'stdio-process-lifetime-state',
        subject: `${isOfSession(mcp, group) ? 'session-closure' : subscribers ? 'subscribers' : closure ? 'closure' : 'state'}:${group.name}`,
        message: messageOf(group, closure),
        confidence: 'likely',
        related: places(group),
        unit: `state:${group.file.path}:${group.name}`,
        data: { name: group.name, writers: [...group.writers], readers: [...group.readers], keyed: 'none' },
      });
    }
  },
});

/** Made by a function that builds servers: anew for each request when a factory serves. */
function isClosure({ cells }: StateGroup): boolean {
  return cells.some(c => c.kind === 'variable' && c.closure !== undefined);
}

/** Made by a function that is called once for each session. */
function isOfSession(mcp: ProjectContext['mcp'], { cells }: StateGroup): boolean {
  return cells.some(c => c.kind === 'variable' && c.closure !== undefined && isCalledPerSession(mcp, c.file, c.closure));
}

function messageOf(group: StateGroup, closure: boolean): string {
  const used = group.writers.length > 0 ? `Written by ${listed(group.writers)}, read by ${listed(group.readers)}.` : `Used by ${listed(group.readers)}.`;
  return closure
    ? `The state in ${group.name} lives in the function that builds the server, which runs for each request on the new revision: it is lost between calls. ${used}`
    : `The state in ${group.name} lives as long as the process and is shared by all callers: another replica does not have it. ${used}`;
}
