import type { JsonObject } from '../finding.js';
import type { Client } from './clients/client.js';
import { isObject, listAt, objectAt, textAt } from './json.js';
import { describeOutcome, type Era, type Outcome } from './wire.js';

/** A tool as listed. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  /** The tool says of itself that it changes nothing. */
  readonly readOnly: boolean;
}

/** What a server says of itself to a client of one era. */
export interface Survey {
  readonly era: Era;
  readonly opened: Outcome;
  readonly served: boolean;
  readonly serverInfo: JsonObject | undefined;
  readonly capabilities: JsonObject;
  readonly tools: readonly Tool[];
  readonly prompts: readonly JsonObject[];
  readonly resources: readonly JsonObject[];
  /** In a sentence, when this era is not served. */
  readonly refusal: string | undefined;
}

export async function survey(client: Client): Promise<Survey> {
  const { outcome } = await client.open();
  const proof = client.era === 'older' ? 'protocolVersion' : 'supportedVersions';
  const base = { era: client.era, opened: outcome };
  if (outcome.kind !== 'result' || outcome.result[proof] === undefined) return { ...base, served: false, serverInfo: undefined, capabilities: {}, tools: [], prompts: [], resources: [], refusal: describeOutcome(outcome) };
  const capabilities = objectAt(outcome.result, 'capabilities') ?? {};
  const info = objectAt(outcome.result, 'serverInfo') ?? objectAt(objectAt(outcome.result, '_meta'), 'io.modelcontextprotocol/serverInfo');
  const list = async (name: 'tools' | 'prompts' | 'resources'): Promise<readonly JsonObject[]> => (capabilities[name] === undefined ? [] : listAll(client, name));
  return {
    ...base,
    served: true,
    serverInfo: info,
    capabilities,
    tools: (await list('tools')).flatMap(toolOf),
    prompts: await list('prompts'),
    resources: await list('resources'),
    refusal: undefined,
  };
}

const MAX_PAGES = 50;

export async function listAll(client: Client, name: string): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { outcome } = await client.request(`${name}/list`, cursor === undefined ? {} : { cursor });
    if (outcome.kind !== 'result') return found;
    found.push(...listAt(outcome.result, name).filter(isObject));
    cursor = textAt(outcome.result, 'nextCursor');
    if (cursor === undefined) return found;
  }
  return found;
}

function toolOf(listed: JsonObject): Tool[] {
  const name = textAt(listed, 'name');
  if (name === undefined) return [];
  return [
    {
      name,
      description: textAt(listed, 'description') ?? '',
      inputSchema: objectAt(listed, 'inputSchema') ?? { type: 'object' },
      readOnly: objectAt(listed, 'annotations')?.['readOnlyHint'] === true,
    },
  ];
}
