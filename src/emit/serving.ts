import type { Project } from '../project.js';

const HTTP = /^@modelcontextprotocol\/(?:sdk\/server\/(?:streamableHttp|sse|express)|express|hono|fastify|node)\b/;
const STDIO = /^@modelcontextprotocol\/(?:sdk\/server|server)\/stdio\b/;

/** How the servers below a folder are reached, as far as imports and the names of the SDK say. */
export function servingOf(project: Project, folder: string): { readonly http: boolean; readonly stdio: boolean } {
  const paths = project.codeFiles().filter(path => (folder === '' || path.startsWith(`${folder}/`)) && project.mentionsMcp(path));
  const has = (specifier: RegExp, ...words: readonly string[]): boolean => paths.some(path => project.specifiers(path).some(s => specifier.test(s)) || words.some(word => project.hasWord(path, word)));
  return { http: has(HTTP, 'createMcpHandler', 'StreamableHTTPServerTransport', 'SSEServerTransport'), stdio: has(STDIO, 'serveStdio', 'StdioServerTransport') };
}

/** Whether all of them are reached over HTTP and run in Node: their operators collect logs, nobody reads standard error beside them. */
export function servesHttpOnly(project: Project, folder: string): boolean {
  const { http, stdio } = servingOf(project, folder);
  return http && !stdio && !project.tree.files.some(({ path }) => (folder === '' || path.startsWith(`${folder}/`)) && /(?:^|\/)wrangler\.(?:toml|jsonc?)$/.test(path));
}
