// The plugin as people meet it: in an editor, through the language server that VS Code uses.
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clause } from '../src/catalogue/clauses.js';
import { ROOT } from './support/imports.js';
import { Editor, edited } from './support/language-server.js';
import { tempFolder } from './support/temp.js';

const SERVER = join(ROOT, 'node_modules/vscode-langservers-extracted/bin/vscode-eslint-language-server');

/** The try-out project, installed: what it depends on is this project and what this project has. */
export function installedEditorProject(eslint: 'eslint' | 'eslint-9'): string {
  const folder = tempFolder();
  cpSync(join(ROOT, 'fixtures/editor'), folder, { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  for (const name of ['@typescript-eslint', '@modelcontextprotocol', 'zod', 'typescript']) symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  symlinkSync(join(ROOT, 'node_modules', eslint), join(folder, 'node_modules/eslint'));
  symlinkSync(ROOT, join(folder, 'node_modules/mcp-stateless'));
  return folder;
}

describe.each(['eslint', 'eslint-9'] as const)('the language server of VS Code with %s', eslint => {
  const folder = installedEditorProject(eslint);
  const settings = { validate: 'on', useFlatConfig: true, experimental: { useFlatConfig: false }, workingDirectory: { mode: 'location' }, nodePath: null, packageManager: 'npm', run: 'onType', quiet: false, rulesCustomizations: [], problems: { shortenToSingleLine: false }, codeAction: { disableRuleComment: { enable: false, location: 'separateLine' }, showDocumentation: { enable: true } }, codeActionOnSave: { mode: 'all' }, format: false, onIgnoredFiles: 'off', options: {}, workspaceFolder: { name: 'editor', uri: pathToFileURL(folder).href } };
  const editor = new Editor(SERVER, folder, settings);
  beforeAll(() => editor.open());
  afterAll(() => editor.close());

  it('shows findings while somebody types, with a link to the page of the rule', async () => {
    const uri = pathToFileURL(join(folder, 'src/server.ts')).href;
    const text = readFileSync(join(folder, 'src/server.ts'), 'utf8');
    const found = await editor.show(uri, text, 1);
    expect(found.map(d => `${d.range.start.line + 1} ${d.code ?? ''}`)).toEqual([
      '6 mcp-stateless/no-session-state',
      '10 mcp-stateless/no-logging',
      '12 mcp-stateless/no-logging',
      '12 mcp-stateless/use-sdk-v2',
      '21 mcp-stateless/use-error-codes',
    ]);
    const last = found.at(-1);
    expect(last?.codeDescription?.href).toMatch(/\/rules\/use-error-codes\/README\.md$/);
    expect(last?.message).toContain(clause('resource-not-found-code').spec.requirement);
    const asking = text.replace('    const cart = ', `    await server.server.elicitInput({ message: 'Sure?', requestedSchema: { type: 'object', properties: {} } });\n    const cart = `);
    expect((await editor.show(uri, asking, 2)).map(d => `${d.range.start.line + 1} ${d.code ?? ''}`)).toContain('15 mcp-stateless/no-pushed-elicitation');
  });

  it('applies a suggestion that says what will happen', async () => {
    const uri = pathToFileURL(join(folder, 'src/level.ts')).href;
    const text = readFileSync(join(folder, 'src/level.ts'), 'utf8');
    const finding = (await editor.show(uri, text, 1)).find(d => d.code === 'mcp-stateless/no-logging');
    if (!finding) throw new Error('nothing found');
    const action = (await editor.actions(uri, finding)).find(a => a.title.startsWith('Drop the handler of logging/setLevel'));
    if (!action) throw new Error('nothing offered');
    expect(action.title).toMatch(/in this file only\. Other files have to follow: npx mcp-stateless migrate/);
    const after = edited(text, await editor.run(action));
    expect(after).toBe(`import type { Server } from '@modelcontextprotocol/sdk/server/index.js';\n\nexport function acceptLevel(server: Server): void {\n}\n`);
    expect((await editor.show(uri, after, 2)).filter(d => d.code === 'mcp-stateless/no-logging')).toEqual([]);
  });
});
