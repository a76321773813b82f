import { zoneOf } from '../../files/kinds.js';
import { indexOf, outermost } from '../../mcp/file-index.js';
import type { Pass } from '../pass.js';

const OLDER = ['tool', 'prompt', 'resource'];

/**
 * `server.tool = (name, ...rest) => {...}`, `const register = server.tool.bind(server)`: a program that puts itself between a server and its
 * registrations. Those go by the newer methods now, with other arguments, and would pass by it; of JavaScript no compiler tells.
 */
export const interceptions: Pass = {
  id: 'interceptions',
  words: /\.(?:tool|prompt|resource)\b(?!\s*\()/,
  rewrite({ file, mcp, mark }) {
    if (zoneOf(file.path) === 'test') return;
    for (const name of OLDER) for (const use of indexOf(file).members.get(name) ?? []) {
      const whole = outermost(use);
      if (use.computed || use.object.type === 'Super' || (whole.parent?.type === 'CallExpression' && whole.parent.callee === whole)) continue;
      if (mcp.types(file, use.object).some(t => t.type === 'sdk#McpServer')) mark(use.range[0], 'sdk-intercepted', name);
    }
  },
};
