import { keyName } from '../../mcp/exports.js';
import { indexOf } from '../../mcp/file-index.js';
import type { Pass } from '../pass.js';

/** What verifies tokens was called `provider` in early releases of the first major, and is called `verifier` since. */
export const bearerAuth: Pass = {
  id: 'bearer-auth',
  words: /\brequireBearerAuth\b/,
  rewrite({ mcp, file, editor }) {
    for (const call of indexOf(file).calls) {
      const [options] = call.arguments;
      if (options?.type !== 'ObjectExpression' || mcp.export(file, call.callee, /^requireBearerAuth$/) === undefined) continue;
      const named = new Map(options.properties.flatMap(p => (p.type === 'Property' && !p.computed ? [[keyName(p.key) ?? '', p] as const] : [])));
      const provider = named.get('provider');
      if (!provider || named.has('verifier')) continue;
      if (provider.shorthand) editor.replace(provider, 'verifier: provider');
      else editor.replace(provider.key, 'verifier');
    }
  },
};
