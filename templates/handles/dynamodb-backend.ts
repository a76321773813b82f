import { ConditionalCheckFailedException, DynamoDBClient, GetItemCommand, PutItemCommand, type PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { HandleBackend, HandleRecord } from './handle-store.js';

/** Any number of processes and machines. A table with the partition key `key` (a string), and `expires` as its time to live. */
export class DynamoBackend implements HandleBackend {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async load(key: string): Promise<HandleRecord | undefined> {
    const { Item } = await this.#client.send(new GetItemCommand({ TableName: this.#table, Key: { key: { S: key } }, ConsistentRead: true }));
    const text = Item?.['record']?.S;
    return text === undefined ? undefined : (JSON.parse(text) as HandleRecord);
  }

  async save(key: string, record: HandleRecord, expectedRev: number): Promise<boolean> {
    const Item = { key: { S: key }, rev: { N: String(record.rev) }, record: { S: JSON.stringify(record) }, expires: { N: String(Math.ceil(record.expiresAt / 1000)) } };
    const condition: Partial<PutItemCommandInput> =
      expectedRev === 0
        ? { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': 'key' } }
        : { ConditionExpression: '#rev = :rev', ExpressionAttributeNames: { '#rev': 'rev' }, ExpressionAttributeValues: { ':rev': { N: String(expectedRev) } } };
    try {
      await this.#client.send(new PutItemCommand({ TableName: this.#table, Item, ...condition }));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

export const handleBackend = new DynamoBackend(new DynamoDBClient({}), process.env['MCP_HANDLE_TABLE'] ?? 'mcp-handles');
