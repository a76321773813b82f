import { isAuthName } from '../../src/state/auth.js';
import { credentialsGivenToServers, credentialsInRecords } from '../../src/state/credentials.js';
import { listed, places } from '../../src/state/describe.js';
import { sessionClaims } from '../../src/state/session-claims.js';
import { sessionOwners } from '../../src/state/session-owners.js';
import { defineRule } from '../../src/rule.js';

export default defineRule({
  id: 'no-session-auth',
  title: 'Every request proves who it is from',
  clauses: ['session-auth-binding'],
  words: [],
  project({ mcp, state, report }) {
    for (const group of state.groups()) {
      if (group.class !== 'session' || !isAuthName(group.name)) continue;
      report(group.file, group.at, {
        clause: 'session-auth-binding',
        subject: `auth:${group.name}`,
        message: `The state in ${group.name} remembers who a session belongs to, and there are no sessions. Written by ${listed(group.writers)}, read by ${listed(group.readers)}.`,
        confidence: 'likely',
        related: places(group),
      });
    }
    for (const { file, node, name } of [...credentialsInRecords(mcp, state), ...credentialsGivenToServers(mcp, state)]) {
      report(file, node, {
        clause: 'session-auth-binding',
        subject: `auth:${name}`,
        message: `The value of ${name} is taken from the request that opens the session and used for all later ones; on the new revision every request has to be checked.`,
        confidence: 'likely',
      });
    }
    for (const { file, node, name } of sessionClaims(mcp, state.ids)) {
      report(file, node, {
        clause: 'session-auth-binding',
        subject: `claim:${name}`,
        message: 'This gives something only to the session that made it; on the new revision there is none to compare, and all callers look alike.',
        confidence: 'likely',
      });
    }
    for (const { file, node, name } of sessionOwners(mcp, state)) {
      report(file, node, {
        clause: 'session-auth-binding',
        subject: `owner:${name}`,
        message: `The call of ${name} ties who somebody is to a session; on the new revision every request says for itself who it is from.`,
        confidence: 'likely',
      });
    }
  },
});
