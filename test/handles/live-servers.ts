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
