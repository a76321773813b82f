import { createClient } from 'redis';
import type { HandleBackend, HandleRecord } from './handle-store.js';

/** The revision is a field of its own, so the script never takes the state apart. */
const SAVE = `if (redis.call('HGET', KEYS[1], 'rev') or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'rev', ARGV[2], 'record', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`;

/** Any number of processes and machines. */
export class RedisBackend implements HandleBackend {
  readonly #client: ReturnType<typeof createClient>;
  #connected: Promise<unknown> | undefined;

  constructor(url: string) {
    this.#client = createClient({ url });
    this.#client.on('error', (error: Error) => {
      console.error(`handles: ${error.message}`);
    });
  }

  async load(key: string): Promise<HandleRecord | undefined> {
    await this.#connect();
    const text = await this.#client.hGet(`mcp:handle:${key}`, 'record');
    return text ? (JSON.parse(text) as HandleRecord) : undefined;
  }

  async save(key: string, record: HandleRecord, expectedRev: number): Promise<boolean> {
    await this.#connect();
    const ttl = Math.max(1, Math.ceil(record.expiresAt - Date.now()));
    const values = [expectedRev, record.rev, JSON.stringify(record), ttl].map(String);
    return Number(await this.#client.eval(SAVE, { keys: [`mcp:handle:${key}`], arguments: values })) === 1;
  }

  /** On first use; after a failure the next call tries again. */
  async #connect(): Promise<void> {
    this.#connected ??= this.#client.connect();
    try {
      await this.#connected;
    } catch (error) {
      this.#connected = undefined;
      throw error;
    }
  }
}

export const handleBackend = new RedisBackend(process.env['REDIS_URL'] ?? 'redis://localhost:6379');
