// What no transform takes yet, and what the deprecated features leave, is said where it is.
import { describe, expect, it } from 'vitest';
import { memoryTree } from '../src/files/memory.js';
import { planMigration, type Plan, type PlanOptions } from '../src/migrate/plan.js';
import { prepareSteps } from '../src/migrate/steps.js';
import { Project } from '../src/project.js';
import { registry } from '../src/registry.js';
import { transforms } from '../transforms/index.js';

const SERVER = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { CreateMessageResultSchema, SubscribeRequestSchema, UrlElicitationRequiredError } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

export const server = new McpServer({ name: 'everything', version: '1.0.0' }, { capabilities: { resources: { subscribe: true } } });
const watched = new Set<string>();

server.registerTool('ask', { description: 'Ask' }, async () => {
  const { action } = await server.server.elicitInput({ message: 'Sure?', requestedSchema: { type: 'object', properties: {} } });
  return { content: [{ type: 'text', text: action }] };
});
server.registerTool('open', { description: 'Open' }, async () => {
  throw new UrlElicitationRequiredError([]);
});
server.server.setRequestHandler(SubscribeRequestSchema, async ({ params }) => {
  watched.add(params.uri);
  return {};
});
export async function changed(uri: string): Promise<void> {
  if (watched.has(uri)) await server.server.sendResourceUpdated({ uri });
  await server.server.sendResourceUpdated({ uri: 'all' });
}
export function announce(capabilities: Record<string, object>): void {
  capabilities.tasks = { list: {}, requests: { tools: { call: {} } } };
}
server.registerTool('mixed', { description: 'Mixed' }, async (extra) => {
  const answer = await extra.sendRequest({ method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } }, z.union([CreateMessageResultSchema, z.object({ task: z.string() })]));
  return { content: [{ type: 'text', text: JSON.stringify(answer) }] };
});
`;
const MANIFEST = '{ "name": "everything", "private": true, "type": "module", "dependencies": { "@modelcontextprotocol/sdk": "^1.30.0", "zod": "^4.2.0" } }\n';
const FILES = { 'package.json': MANIFEST, 'server.ts': SERVER };

function plan(files: Readonly<Record<string, string>>, options: PlanOptions = {}): Plan {
  return planMigration(new Project(memoryTree(new Map(Object.entries(files)))), transforms, registry, { includeTests: true, prepare: prepareSteps, markLeft: true, ...options });
}

function after(files: Readonly<Record<string, string>>, { result }: Plan): Readonly<Record<string, string>> {
  return { ...files, ...Object.fromEntries(Object.entries(result).flatMap(([path, text]) => (text === null ? [] : [[path, text]]))) };
}

const ids = ({ markers }: Plan): readonly string[] => markers.map(m => m.id).filter(id => id !== 'sdk-removed');

describe('what is left', () => {
  const first = plan(FILES);
  const migrated = after(FILES, first);

  it('is marked at each place: questions, subscriptions, notices, tasks, calls of a model', () => {
    expect(ids(first)).toEqual(['elicit-push', 'elicit-url-error', 'subscribe-request', 'tell-listeners', 'tasks', 'sampling-left']);
    for (const line of ['elicitInput', 'UrlElicitationRequiredError([])', `setRequestHandler('resources/subscribe'`, 'if (watched.has(uri))', 'capabilities.tasks = ', 'sendRequest|mcpReq.send'])
      expect(migrated['server.ts']).toMatch(new RegExp(`// TODO\\(mcp-stateless:[\\w-]+\\): [^\\n]+\\n[^\\n]*${line.replace(/[()[\]']/g, '\\$&').replace('elicitInput', '(?:elicitInput)')}`));
  });

  it('says why a transform left it', () => {
    expect(first.markers.find(m => m.id === 'sampling-left')?.text).toMatch(/run no models for servers\. The answer is read by a schema of its own/);
  });

  it('is marked once: a second run changes nothing', () => {
    expect(plan(migrated).result).toEqual({});
  });

  it('loses its comment when it is done', () => {
    const done = { ...migrated, 'server.ts': (migrated['server.ts'] ?? '').replace(/await [^\n]*elicitInput\([^\n]*\);/, `{ action: 'accept' };`) };
    expect(done['server.ts']).not.toContain('elicitInput(');
    expect(after(done, plan(done))['server.ts']).not.toContain('elicit-push');
  });

  it('is not marked when only a part of the migration runs, in tests, or when no comments are wanted', () => {
    expect(ids(plan(FILES, { transforms: ['logging-to-logger'] }))).toEqual([]);
    expect(ids(plan(FILES, { choices: { markers: false } }))).toEqual([]);
    expect(ids(plan({ 'package.json': MANIFEST, 'test/server.test.ts': SERVER }))).toEqual([]);
  });

  it('is said in the words of the first line where a project stays on it, which has tasks', () => {
    expect(ids(plan(FILES, { choices: { target: 'v1-stateless' } }))).toEqual(['stage1-push', 'elicit-url-error', 'subscribe-request', 'tell-listeners', 'sampling-left']);
  });
});
