import pg from 'pg';
import type { HandleBackend, HandleRecord } from './handle-store.js';

const TABLE = `create table if not exists mcp_handle
  (key text primary key, rev bigint not null, expires_at timestamptz not null, record jsonb not null)`;
const INSERT = 'insert into mcp_handle (key, rev, expires_at, record) values ($1, $2, $3, $4) on conflict (key) do nothing';
const UPDATE = 'update mcp_handle set rev = $2, expires_at = $3, record = $4 where key = $1 and rev = $5';
const SWEEP_MS = 60 * 60_000;

/** Any number of processes and machines. Makes its table on first use. */
export class PostgresBackend implements HandleBackend {
  readonly #pool: pg.Pool;
  #ready: Promise<unknown> | undefined;
  #sweepAt = 0;

  constructor(connectionString: string | undefined) {
    this.#pool = new pg.Pool({ connectionString });
    this.#pool.on('error', error => {
      console.error(`handles: ${error.message}`);
    });
  }

  async load(key: string): Promise<HandleRecord | undefined> {
    await this.#prepare();
    const { rows } = await this.#pool.query<{ record: HandleRecord }>('select record from mcp_handle where key = $1', [key]);
    return rows[0]?.record;
  }

  async save(key: string, record: HandleRecord, expectedRev: number): Promise<boolean> {
    await this.#prepare();
    const values = [key, record.rev, new Date(record.expiresAt).toISOString(), JSON.stringify(record)];
    const { rowCount } = expectedRev === 0 ? await this.#pool.query(INSERT, values) : await this.#pool.query(UPDATE, [...values, expectedRev]);
    return rowCount === 1;
  }

  async #prepare(): Promise<void> {
    // Two processes that make the table at the same moment: one is told that it is there.
    this.#ready ??= this.#pool.query(TABLE).catch(() => this.#pool.query('select 1 from mcp_handle limit 1'));
    try {
      await this.#ready;
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
    if (Date.now() < this.#sweepAt) return;
    this.#sweepAt = Date.now() + SWEEP_MS;
    await this.#pool.query('delete from mcp_handle where expires_at < now()');
  }
}

export const handleBackend = new PostgresBackend(process.env['DATABASE_URL']);
