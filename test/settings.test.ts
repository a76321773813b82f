import { describe, expect, it } from 'vitest';
import { rules } from '../rules/index.js';
import { clauses } from '../src/catalogue/clauses.js';
import { DEFAULT_CHOICES } from '../src/choices.js';
import { nearest } from '../src/settings/nearest.js';
import { settingsSchema } from '../src/settings/schema.js';
import type { Settings } from '../src/settings/settings.js';
import { checkSettings } from '../src/settings/validate.js';
import { transforms } from '../transforms/index.js';
import type { AuditArguments } from '../src/commands/audit.js';
import { runInProcess, type Ran } from './support/cli.js';
import { auditIn, findingsIn } from './support/command.js';
import { tempFolder } from './support/temp.js';

const HEADER = `export const id = (req) => req.headers['mcp-session-id'];\n`;
const NAMES = { rules: rules.map(r => r.id), clauses: [...clauses().keys()], transforms: transforms.map(t => t.id) };

const audit = (files: Readonly<Record<string, string>>, given: Partial<AuditArguments> = {}): Promise<Ran> => auditIn(tempFolder(files), given);

describe('a configuration', () => {
  const off = `{ rules: { 'no-session-header': 'off' } }`;

  it.each([
    ['JSON', { 'mcp-stateless.config.json': '{ "rules": { "no-session-header": "off" } }' }],
    ['a module', { 'mcp-stateless.config.mjs': `export default ${off};` }],
    ['JavaScript of a CommonJS package', { 'mcp-stateless.config.js': `module.exports = ${off};` }],
    ['JavaScript of a module package', { 'package.json': '{ "type": "module" }', 'mcp-stateless.config.js': `export default ${off};` }],
    ['TypeScript', { 'mcp-stateless.config.mts': `type Level = 'off';\nconst level: Level = 'off';\nexport default { rules: { 'no-session-header': level } };` }],
    ['TypeScript that imports its neighbours', { 'mcp-stateless.config.ts': `import { rules } from './ours.js';\nexport default { rules };`, 'ours.ts': `export const rules: Record<string, string> = { 'no-session-header': 'off' };` }],
    ['a key of package.json', { 'package.json': '{ "mcp-stateless": { "rules": { "no-session-header": "off" } } }' }],
  ])('may be %s', async (_, files: Readonly<Record<string, string>>) => {
    expect(await audit({ 'a.ts': HEADER, ...files })).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(findingsIn(await audit({ 'a.ts': HEADER, ...files }, { config: false }))).toHaveLength(1);
  });

  it('may import its types where the package is not installed', async () => {
    const config = `import { defineConfig, type Settings } from 'mcp-stateless';\nconst rules: Settings['rules'] = { 'no-session-header': 'off' };\nexport default defineConfig({ rules });`;
    const root = tempFolder({ 'a.ts': HEADER, 'mcp-stateless.config.ts': config });
    expect(await runInProcess(root, ['audit', '-f', 'jsonl'])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect((await runInProcess(root, ['audit', '-f', 'jsonl', '--no-config'])).status).toBe(1);
  });

  it('is not looked for in folders above', async () => {
    const root = tempFolder({ 'mcp-stateless.config.mjs': `throw new Error('run');`, 'app/a.ts': HEADER });
    expect(await auditIn(root, { path: 'app' })).toMatchObject({ status: 1, stderr: '' });
    expect((await auditIn(root)).stderr).toContain('mcp-stateless.config.mjs cannot be run: run');
  });

  it('changes severities, the strongest word that of the clause', async () => {
    const config = (value: Settings): string => JSON.stringify(value);
    const severities = async (value: Settings): Promise<readonly string[]> => findingsIn(await audit({ 'a.ts': HEADER, 'mcp-stateless.config.json': config(value) })).map(f => f.severity);
    expect(await severities({ rules: { 'no-session-header': 'info' } })).toEqual(['info']);
    expect(await severities({ rules: { 'no-session-header': 'info' }, clauses: { 'session-id-header': 'warning' } })).toEqual(['warning']);
    expect(await severities({ rules: { 'no-session-header': 'off' }, clauses: { 'session-id-header': 'warning' } })).toEqual(['warning']);
    expect(await severities({ clauses: { 'session-id-header': 'off' } })).toEqual([]);
  });

  it('gives way to the command line', async () => {
    const files = { 'a.ts': HEADER, 'b.ts': HEADER, 'test/c.ts': HEADER, 'mcp-stateless.config.json': '{ "ignore": ["a.ts"], "failOn": "never", "includeTests": true }' };
    const plain = await audit(files);
    expect([plain.status, findingsIn(plain).map(f => f.file)]).toEqual([0, ['b.ts', 'test/c.ts']]);
    expect((await audit(files, { failOn: 'error' })).status).toBe(1);
    expect(findingsIn(await audit(files, { ignore: ['test'] })).map(f => f.file)).toEqual(['b.ts']);
  });

  it('decides for migrate too', async () => {
    const files = { 'mcp-stateless.config.json': '{ "migrate": { "only": ["set-level-to-nothing"], "store": "redis" } }', 'a.ts': `import { McpError } from '@modelcontextprotocol/sdk/types.js';\nexport const gone = () => new McpError(-32002, 'Resource not found');\n` };
    expect(JSON.parse((await runInProcess(tempFolder(files), ['migrate', '--json'])).stdout)).toMatchObject({ steps: [] });
  });
});

describe('a wrong configuration', () => {
  const said = async (files: Readonly<Record<string, string>>): Promise<string> => {
    const { status, stdout, stderr } = await audit({ 'a.ts': HEADER, ...files });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    return stderr;
  };

  it('is told by key and place, with what was meant', async () => {
    expect(await said({ 'mcp-stateless.config.json': '{\n  "ignore": [],\n  "rules": { "no-session-headr": "off" },\n  "migrate": { "store": "redi" }\n}' })).toBe(
      'mcp-stateless: the configuration is wrong.\n' +
        '  mcp-stateless.config.json:3:14 rules.no-session-headr: there is no such key. Did you mean no-session-header?\n' +
        '  mcp-stateless.config.json:4:16 migrate.store: "redi" is none of memory, file, redis, postgres, dynamodb. Did you mean redis?\n',
    );
  });

  it.each([
    ['a value of another type', '{ "all": "yes" }', 'mcp-stateless.config.json:1:3 all: "yes" is no boolean.'],
    ['something in a list', '{ "ignore": ["a", 1] }', 'ignore.1: 1 is no string.'],
    ['a setting of one container', '{ "migrate": { "handles": { "state:carts": { "acton": "leave" } } } }', 'migrate.handles.state:carts.acton: there is no such key. Did you mean action?'],
    ['an owner of a container', '{ "migrate": { "handles": { "state:carts": { "owner": "admin" } } } }', 'mcp-stateless.config.json:1:46 migrate.handles.state:carts.owner: "admin" must match pattern'],
    ['a kind that no name can be made of', '{ "migrate": { "handles": { "state:carts": { "kind": "My Cart" } } } }', 'migrate.handles.state:carts.kind: "My Cart" must match pattern'],
    ['no object at all', '[]', 'the configuration: [] is no object.'],
    ['no JSON', '{', 'mcp-stateless.config.json is no JSON: '],
  ])('may be %s', async (_, text, message) => {
    expect(await said({ 'mcp-stateless.config.json': text })).toContain(message);
  });

  it('may be two of them, code that fails, or code that exports nothing', async () => {
    expect(await said({ 'mcp-stateless.config.json': '{}', 'mcp-stateless.config.mjs': '' })).toBe('mcp-stateless: There are several configurations: mcp-stateless.config.json, mcp-stateless.config.mjs. Keep one of them.\n');
    expect(await said({ 'mcp-stateless.config.json': '{}', 'package.json': '{ "mcp-stateless": {} }' })).toContain('There are two configurations');
    expect(await said({ 'mcp-stateless.config.ts': 'export const rules = {};' })).toContain('has no default export');
    expect(await said({ 'mcp-stateless.config.ts': 'const = 1;' })).toMatch(/^mcp-stateless: mcp-stateless\.config\.ts cannot be run: .+\n$/);
  });

  it('gets no suggestion where nothing is near', () => {
    expect(nearest('zzzzzz', NAMES.rules)).toBeUndefined();
    expect(nearest('', NAMES.rules)).toBeUndefined();
    expect(nearest('no-samplng', NAMES.rules)).toBe('no-sampling');
  });
});

describe('the schema of the configuration', () => {
  it('takes a configuration with every key in it', () => {
    // Another key in the types makes this fail to compile, another one in the schema makes the comparison fail.
    const full: Required<Omit<Settings, 'migrate'>> & { migrate: Required<NonNullable<Settings['migrate']>> } = {
      ignore: ['x'],
      rules: { 'no-roots': 'off' },
      clauses: { ping: 'info' },
      includeTests: true,
      all: false,
      types: false,
      failOn: 'never',
      baseline: 'known.json',
      migrate: { ...DEFAULT_CHOICES, only: [], handles: { 'state:carts': { action: 'handle', kind: 'cart', creator: 'open_cart', ttlMinutes: 5, owner: 'claim:email', per: 'container' } } },
    };
    expect(checkSettings(full, NAMES)).toEqual({ settings: full });
    const schema = settingsSchema(NAMES) as { properties: Record<string, { properties?: object }> };
    expect(Object.keys(schema.properties).filter(k => k !== '$schema').sort()).toEqual(Object.keys(full).sort());
    expect(Object.keys(schema.properties['migrate']?.properties ?? {}).sort()).toEqual(Object.keys(full.migrate).sort());
  });
});
