import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { JsonObject } from '../../finding.js';
import { startBalancer } from '../balancer.js';
import { MODERN_VERSION, type Era } from '../wire.js';
import { couldNotTell, fail, notApplicable, pass, replicaOf, type Bench, type Check, type Verdict } from './check.js';

/** The official SDK client, when it is installed: it must connect, list and call like ours. */
export const official: readonly Check[] = [
  { id: 'official-client', clause: 'client-version-negotiation', era: 'modern', run: bench => connects(bench, 'modern') },
  { id: 'official-client', clause: 'client-version-negotiation', era: 'older', run: bench => connects(bench, 'older') },
];

/** The part of the SDK client that is used here. */
interface SdkClient {
  connect(transport: unknown): Promise<void>;
  close(): Promise<void>;
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>;
  callTool(params: { readonly name: string; readonly arguments?: JsonObject }): Promise<JsonObject>;
  setRequestHandler(method: string, handler: () => Promise<JsonObject>): void;
}
interface Sdk {
  readonly Client: new (info: JsonObject, options: JsonObject) => SdkClient;
  readonly StreamableHTTPClientTransport: new (url: URL) => unknown;
}

const INSTALL = 'The official client is not installed: npm install --save-dev @modelcontextprotocol/client';

async function connects(bench: Bench, era: Era): Promise<Verdict> {
  if (bench.arena.transport === 'stdio') return notApplicable('The official client starts stdio servers itself; the pipe was driven by ours.');
  const sdk = await loadSdk(process.cwd());
  if (!sdk) return couldNotTell(INSTALL);
  let next = 0;
  const balancer = await startBalancer(() => replicaOf(bench, next++).url, { path: replicaOf(bench, 0).url.pathname });
  const options: JsonObject = { capabilities: {}, ...(era === 'modern' && { versionNegotiation: { mode: { pin: MODERN_VERSION } } }) };
  const client = new sdk.Client({ name: 'mcp-stateless-prove', version: '1.0.0' }, options);
  try {
    await client.connect(new sdk.StreamableHTTPClientTransport(balancer.url));
    const survey = era === 'modern' ? bench.modern : bench.older;
    if (survey?.capabilities['tools'] === undefined) return pass('The official client connects over the replicas.');
    const { tools } = await client.listTools();
    const names = tools.map(t => t.name).join(', ');
    const ours = survey.tools.map(t => t.name).join(', ');
    return names === ours ? pass(`The official client connects over the replicas and lists ${tools.length} tools.`) : fail(`The official client lists ${names}; the server named ${ours}.`);
  } catch (error) {
    return fail(`The official client over the replicas: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await client.close().catch(() => undefined);
    await balancer.close();
  }
}

/** From the folder of the user first, then from beside us. */
async function loadSdk(cwd: string): Promise<Sdk | undefined> {
  for (const from of [join(cwd, 'package.json'), import.meta.url]) {
    try {
      const path = createRequire(from).resolve('@modelcontextprotocol/client');
      const loaded: unknown = await import(pathToFileURL(path).href);
      if (isSdk(loaded)) return loaded;
    } catch {
      // not installed there
    }
  }
  return undefined;
}

function isSdk(loaded: unknown): loaded is Sdk {
  return typeof loaded === 'object' && loaded !== null && 'Client' in loaded && 'StreamableHTTPClientTransport' in loaded;
}
