// Servers with something open between calls.
const HEAD = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { z } from 'zod';\n`;
const text = (value: string): string => `{ content: [{ type: 'text', text: ${value} }] }`;
const factory = (tools: readonly string[]): string => `export function createServer() {\n  const server = new McpServer({ name: 's', version: '1.0.0' });\n${tools.map(t => `  ${t}\n`).join('')}  return server;\n}\n`;

export const SHELL = `${HEAD}import { spawn, type ChildProcess } from 'node:child_process';

let shell: ChildProcess | null = null;

${factory([
  `server.registerTool('open_shell', { description: 'Open a shell' }, async () => {\n    shell = spawn('cat');\n    return ${text("'open'")};\n  });`,
  `server.registerTool('pid', { description: 'Which process' }, async () => {\n    if (!shell) return { content: [{ type: 'text', text: 'open a shell first' }], isError: true };\n    return ${text('String(shell.pid)')};\n  });`,
])}`;

export const PAGES = `${HEAD}import { chromium, type Browser, type Page } from 'playwright-core';

interface Tab {
  browser: Browser;
  page: Page;
  opened: number;
}

const tabs = new Map<string, Tab>();

async function tabFor(sessionId: string | undefined): Promise<Tab> {
  const key = sessionId ?? 'none';
  let tab = tabs.get(key);
  if (!tab) {
    const browser = await chromium.launch();
    const page = await browser.newPage();
    tab = { browser, page, opened: Date.now() };
    tabs.set(key, tab);
  }
  return tab;
}

${factory([
  `server.registerTool('go', { inputSchema: { url: z.string() } }, async ({ url }, extra) => {\n    const { page } = await tabFor(extra.sessionId);\n    await page.goto(url);\n    return ${text('await page.title()')};\n  });`,
  `server.registerTool('opened', {}, async extra => {\n    const tab = await tabFor(extra.sessionId);\n    return ${text('String(tab.opened)')};\n  });`,
])}`;

export const ATTRIBUTED = `${HEAD}import { Device } from 'serialport';

let device: Device | undefined;

${factory([
  `server.registerTool('plug', { inputSchema: { path: z.string() } }, async ({ path }) => {\n    device = new Device(path);\n    return ${text("'plugged'")};\n  });`,
  `server.registerTool('send', { inputSchema: { line: z.string() } }, async ({ line }) => {\n    if (!device) return { content: [{ type: 'text', text: 'nothing is plugged in' }], isError: true };\n    device.write(line);\n    return ${text("'sent'")};\n  });`,
])}`;

const nothing = (what: string): string => `{ content: [{ type: 'text', text: '${what}' }], isError: true }`;

/** One transaction at a time, begun, used and ended by tools. */
export const TRANSACTION = `${HEAD}import { Pool, type PoolClient } from 'pg';

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
let tx: PoolClient | undefined;

${factory([
  `server.registerTool('begin', { description: 'Begin a transaction' }, async () => {\n    const client = await pool.connect();\n    await client.query('BEGIN');\n    tx = client;\n    return ${text("'begun'")};\n  });`,
  `server.registerTool('run', { inputSchema: { sql: z.string() } }, async ({ sql }) => {\n    if (!tx) return ${nothing('begin first')};\n    const { rows } = await tx.query(sql);\n    return ${text('JSON.stringify(rows)')};\n  });`,
  `server.registerTool('commit', {}, async () => {\n    if (!tx) return ${nothing('begin first')};\n    await tx.query('COMMIT');\n    tx.release();\n    tx = undefined;\n    return ${text("'done'")};\n  });`,
])}`;

/** Other libraries, in a map by session. */
const bySession = (imports: string, type: string, begin: string, use: string): string => `${HEAD}${imports}

const transactions = new Map<string, ${type}>();

${factory([
  `server.registerTool('begin', {}, async extra => {\n    const key = extra.sessionId ?? '';\n    ${begin}\n    return ${text("'begun'")};\n  });`,
  `server.registerTool('run', { inputSchema: { sql: z.string() } }, async ({ sql }, extra) => {\n    const tx = transactions.get(extra.sessionId ?? '');\n    if (!tx) return ${nothing('begin first')};\n    const rows = await ${use};\n    return ${text('JSON.stringify(rows)')};\n  });`,
])}`;

export const KNEX = bySession(`import knex, { type Knex } from 'knex';\n\nconst db = knex({ client: 'pg' });`, 'Knex.Transaction', `transactions.set(key, await db.transaction());`, 'tx.raw(sql)');
export const MYSQL = bySession(`import mysql, { type PoolConnection } from 'mysql2/promise';\n\nconst pool = mysql.createPool('mysql://localhost/app');`, 'PoolConnection', `const connection = await pool.getConnection();\n    await connection.beginTransaction();\n    transactions.set(key, connection);`, 'tx.query(sql)');
export const MONGO = bySession(`import { MongoClient, type ClientSession } from 'mongodb';\n\nconst client = new MongoClient('mongodb://localhost');`, 'ClientSession', `const session = client.startSession();\n    session.startTransaction();\n    transactions.set(key, session);`, `client.db('app').collection(sql).findOne({}, { session: tx })`);
export const TYPEORM = bySession(`import { DataSource, type QueryRunner } from 'typeorm';\n\nconst source = new DataSource({ type: 'postgres' });`, 'QueryRunner', `const runner = source.createQueryRunner();\n    await runner.startTransaction();\n    transactions.set(key, runner);`, 'tx.query(sql)');

/** Tabs that are closed when their session ends, when nobody has used them for long, and when the process ends. */
export const CLOSED = `${HEAD}import { randomUUID } from 'node:crypto';
import express from 'express';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { chromium, type Browser } from 'playwright-core';

interface Tab {
  browser: Browser;
  used: number;
}

const tabs = new Map<string, Tab>();

async function closeTab(sessionId: string): Promise<void> {
  const tab = tabs.get(sessionId);
  if (!tab) return;
  try {
    await tab.browser.close();
  } catch (error) {
    console.error('close', error);
  }
  tabs.delete(sessionId);
}

${factory([
  `server.registerTool('go', { inputSchema: { url: z.string() } }, async ({ url }, extra) => {\n    const key = extra.sessionId ?? '';\n    let tab = tabs.get(key);\n    if (!tab) {\n      tab = { browser: await chromium.launch(), used: 0 };\n      tabs.set(key, tab);\n    }\n    tab.used++;\n    const page = await tab.browser.newPage();\n    await page.goto(url);\n    return ${text('await page.title()')};\n  });`,
  `server.registerTool('used', {}, async extra => (${text("String(tabs.get(extra.sessionId ?? '')?.used ?? 0)")}));`,
])}
const app = express();
app.use(express.json());
const transports: Record<string, StreamableHTTPServerTransport> = {};

app.post('/mcp', async (req, res) => {
  const sessionId = req.headers['mcp-session-id'] as string | undefined;
  let transport = sessionId ? transports[sessionId] : undefined;
  if (!transport) {
    const created = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: id => {
        transports[id] = created;
      },
      onsessionclosed: async id => {
        await closeTab(id);
      },
    });
    created.onclose = () => {
      if (created.sessionId) {
        delete transports[created.sessionId];
        void closeTab(created.sessionId);
      }
    };
    await createServer().connect(created);
    transport = created;
  }
  await transport.handleRequest(req, res, req.body);
});

setInterval(() => {
  for (const [id, tab] of tabs) {
    if (!tab.browser.isConnected()) tabs.delete(id);
  }
}, 60_000).unref();

process.on('SIGINT', async () => {
  for (const tab of tabs.values()) await tab.browser.close();
  tabs.clear();
  process.exit(0);
});

app.listen(3000);
`;
