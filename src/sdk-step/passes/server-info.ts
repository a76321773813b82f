import type { TSESTree } from '@typescript-eslint/types';
import { keyName, propertyValue } from '../../mcp/exports.js';
import { indexOf } from '../../mcp/file-index.js';
import { addNamedImport } from '../imports.js';
import type { Pass, PassFile } from '../pass.js';

const CLASSES = /^(?:McpServer|Server|Client)$/;
const KNOWN = new Set(['name', 'title', 'version', 'websiteUrl', 'description', 'icons']);
/** What belongs into the second argument, and has no effect in the first. */
const OPTIONS = new Set(['capabilities', 'instructions']);

/** What a client has said of itself without meaning: only servers have these. */
const OF_SERVERS = new Set(['prompts', 'resources', 'tools', 'logging', 'completions']);

/** The first major let anything stand beside name and version, and among the capabilities; the second knows what a server or client says of itself. */
export const serverInfo: Pass = {
  id: 'server-info',
  words: /\bnew\s+[\w.]*(?:Server|Client)\b/,
  rewrite(pass) {
    if (!/\.[cm]?tsx?$/.test(pass.file.path)) return;
    for (const made of indexOf(pass.file).news) {
      const [info, options] = made.arguments;
      const unknown = info?.type === 'ObjectExpression' ? named(info, name => !KNOWN.has(name)) : [];
      const capabilities = options?.type === 'ObjectExpression' ? propertyValue(options, 'capabilities') : undefined;
      const ofServers = capabilities?.type === 'ObjectExpression' ? named(capabilities, name => OF_SERVERS.has(name)) : [];
      if (unknown.length === 0 && ofServers.length === 0) continue;
      const type = pass.mcp.constructed(pass.file, made, CLASSES)?.type;
      // What comes by `await import()` is not always what was asked for.
      if (!/^sdk#(?:McpServer|Server|Client)$/.test(type ?? '')) continue;
      if (info?.type === 'ObjectExpression' && unknown.length > 0) declare(pass, info, unknown);
      if (type === 'sdk#Client') pass.editor.removeProperties(ofServers);
    }
  },
};

function named(object: TSESTree.ObjectExpression, is: (name: string) => boolean): readonly TSESTree.Property[] {
  return object.properties.flatMap(p => (p.type === 'Property' && !p.computed && is(keyName(p.key) ?? 'name') ? [p] : []));
}

function declare({ editor, mark }: PassFile, info: TSESTree.ObjectExpression, unknown: readonly TSESTree.Property[]): void {
  editor.insert(info.range[1], ' as Implementation');
  addNamedImport(editor, '@modelcontextprotocol/sdk/types.js', 'Implementation', 'type');
  for (const property of unknown) {
    const name = keyName(property.key) ?? '';
    if (OPTIONS.has(name)) mark(property.range[0], 'sdk-server-info', name);
  }
}
