// DynamoDB cannot be run here: a stand-in that checks conditions as the service documents them.
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DynamoBackend } from '../../templates/handles/dynamodb-backend.js';
import { HandleStore } from '../../templates/handles/handle-store.js';

interface PutRequest {
  readonly Key?: { readonly key: { readonly S: string } };
  readonly Item?: Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;
  readonly ConditionExpression?: string;
  readonly ConsistentRead?: boolean;
  readonly ExpressionAttributeValues?: { readonly ':rev'?: { readonly N: string } };
}

const table = new Map<string, NonNullable<PutRequest['Item']>>();
const seen: PutRequest[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as PutRequest;
    seen.push(body);
    const operation = String(request.headers['x-amz-target']).split('.')[1];
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    if (operation === 'GetItem') {
      const Item = table.get(body.Key?.key.S ?? '');
      response.end(JSON.stringify(Item ? { Item } : {}));
      return;
    }
    const key = body.Item?.['key']?.S ?? '';
    const known = table.get(key);
    const met = body.ConditionExpression === 'attribute_not_exists(#key)' ? !known : body.ConditionExpression === '#rev = :rev' && known?.['rev']?.N === body.ExpressionAttributeValues?.[':rev']?.N;
    if (met && body.Item) table.set(key, body.Item);
    response.statusCode = met ? 200 : 400;
    response.end(JSON.stringify(met ? {} : { __type: `com.amazonaws.dynamodb.v20120810#${ConditionalCheckFailedException.name}`, message: 'The conditional request failed' }));
  });
});
let backend: DynamoBackend;

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  backend = new DynamoBackend(new DynamoDBClient({ region: 'eu-central-1', endpoint: `http://127.0.0.1:${String(port)}`, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }), 'handles');
});
afterAll(() => { server.close(); });

it('loses nothing of 20 calls at once, reads consistently, and says when an item can go', async () => {
  const store = new HandleStore<{ n: number }>({ kind: 'box', createTool: 'create_box', initial: () => ({ n: 0 }), backend });
  const handle = await store.create('me');
  await Promise.all(Array.from({ length: 20 }, () => store.use(handle, 'me', ({ value }) => { value.n++; })));
  expect((await store.read(handle, 'me')).n).toBe(20);
  expect(seen.filter(r => r.Key).every(r => r.ConsistentRead === true)).toBe(true);
  const [item] = [...table.values()];
  expect(Number(item?.['expires']?.N)).toBeGreaterThan(Date.now() / 1000 + 23 * 60 * 60);
  await expect(store.read(handle, 'you')).rejects.toThrow('Unknown or expired box');
});
