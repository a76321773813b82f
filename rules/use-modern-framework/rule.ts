import { beginsBelow, dependencyEntries, manifestAt } from '../../src/config/manifests.js';
import { commandLines, configOf } from '../../src/config/read.js';
import { defineRule, type TextContext } from '../../src/rule.js';

interface Framework {
  readonly package: RegExp;
  readonly clause: string;
  /** The first major version on the second SDK line; none where no release is. */
  readonly since?: number;
  /** What code must name for the dependency to be about MCP. */
  readonly names?: string;
}

const FRAMEWORKS: readonly Framework[] = [
  { package: /^(?:fastmcp|firecrawl-fastmcp|litemcp)$/, clause: 'fw-fastmcp' },
  { package: /^mcp-handler$/, clause: 'fw-mcp-handler-v1', since: 2 },
  { package: /^@vercel\/mcp-adapter$/, clause: 'fw-mcp-handler-v1' },
  { package: /^agents$/, clause: 'fw-cloudflare-mcpagent', names: 'McpAgent' },
  { package: /^mcp-framework$/, clause: 'fw-mcp-framework' },
  { package: /^@rekog\/mcp-nest$/, clause: 'fw-mcp-nest-v1', since: 2 },
  { package: /^xmcp$/, clause: 'fw-xmcp-v0', since: 1 },
  { package: /^mcp-use$/, clause: 'fw-mcp-use-v1', since: 2, names: 'mcp-use/server' },
  { package: /^(?:@hono\/mcp|muppet|fastify-mcp)$/, clause: 'fw-web-adapters-v1' },
];

export default defineRule({
  id: 'use-modern-framework',
  title: 'The framework has to speak the new revision',
  clauses: ['sdk-v1-package', 'fw-fastmcp', 'fw-mcp-handler-v1', 'fw-cloudflare-mcpagent', 'fw-mcp-framework', 'fw-mcp-nest-v1', 'fw-xmcp-v0', 'fw-mcp-use-v1', 'fw-web-adapters-v1', 'fw-stdio-bridges'],
  words: ['fastmcp', 'litemcp', 'mcp-handler', '@vercel/mcp-adapter', '"agents"', 'mcp-framework', '@rekog/mcp-nest', '"xmcp"', '"mcp-use"', '@hono/mcp', '"muppet"', 'fastify-mcp', 'supergateway', 'mcp-proxy'],
  kinds: ['manifest', 'config'],
  scan: context => {
    if (/(?:^|\/)package\.json$/.test(context.file.path)) scanManifest(context);
    scanBridges(context);
  },
});

function scanManifest(context: TextContext): void {
  const { file, report } = context;
  const tree = configOf(file);
  for (const { package: name, clause, since, names } of FRAMEWORKS) {
    const [entry] = dependencyEntries(tree, name);
    if (entry?.value === undefined || (since !== undefined && (!beginsBelow(entry.value, since, 0) || !/\d/.test(entry.value)))) continue;
    if (names !== undefined && !isNamedBeside(context, names)) continue;
    report(entry, {
      clause,
      also: ['sdk-v1-package'],
      subject: `framework:${entry.key}`,
      message: since === undefined ? `No release of ${entry.key} speaks the new revision.` : `This release of ${entry.key} is built on the first SDK line; ${entry.key} ${since} speaks the new revision.`,
      unit: `sdk:${file.path}`,
    });
  }
}

function isNamedBeside({ file, project }: TextContext, name: string): boolean {
  const folder = manifestAt(project, file.path)?.folder ?? '';
  return project.codeFiles().some(path => (folder === '' || path.startsWith(`${folder}/`)) && (project.bytes(path)?.includes(name) ?? false));
}

/** `npx supergateway@3 --stdio "..." --stateful`: a bridge of an older kind, or one that is told to keep sessions. */
function scanBridges({ file, report }: TextContext): void {
  for (const { text, start } of commandLines(file.text)) {
    if (!/\b(?:supergateway|mcp-proxy)\b/.test(text)) continue;
    const stateful = /--(?:stateful|sessionTimeout|no-modern)\b/.test(text);
    const older = /\bsupergateway@v?[0-3]\b/.test(text);
    const sse = /\bsupergateway\b.*--stdio\b/.test(text) && !/--outputTransport\s+streamableHttp/.test(text);
    if (!stateful && !older && !sse) continue;
    report({ range: [start + text.length - text.trimStart().length, start + text.trimEnd().length] }, {
      clause: 'fw-stdio-bridges',
      subject: 'framework:bridge',
      message: stateful ? 'This bridge is told to keep a session and a process for each client.' : older ? 'This release of the bridge speaks the older revisions only.' : 'This bridge serves HTTP+SSE unless it is told otherwise, which cannot carry the new revision.',
      unit: 'bridge',
    });
  }
}
