// Servers of fixtures/handles with the session block of HTTP around them, as they are found: one migration does all of it.
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { expect } from 'vitest';
import { transforms } from '../../transforms/index.js';
import { auditFolder } from '../../src/audit.js';
import type { Choices } from '../../src/choices.js';
import { diskTree } from '../../src/files/disk.js';
import { planChecked, type CheckedPlan } from '../../src/migrate/checked.js';
import type { PlanOptions } from '../../src/migrate/plan.js';
import { prepareSteps } from '../../src/migrate/steps.js';
import { writePlan } from '../../src/migrate/write.js';
import { typeCheck } from '../../src/program/check.js';
import { Project } from '../../src/project.js';
import { registry } from '../../src/registry.js';
import { copyOf } from './run.js';

const root = join(import.meta.dirname, '../..');
const STATE = /^no-(?:session|process)-state$/;

/** A copy of a server with an entry that keeps a transport for each session. */
export function sessionServer(name: string): string {
  const folder = copyOf(name);
  const server = readdirSync(folder).find(f => /^server\.(?:ts|c?js)$/.test(f)) ?? 'server.ts';
  const kind = server.slice('server.'.length);
  writeFileSync(join(folder, `http.${kind}`), entryOf(kind));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ name, version: '1.0.0', private: true, type: 'module', dependencies: { '@modelcontextprotocol/sdk': '^1.25.0', express: '^5.0.0', zod: '^4.0.0' } }, null, 2)}\n`);
  if (kind === 'ts') writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...OPTIONS, target: 'ES2023', module: 'NodeNext', moduleResolution: 'NodeNext' }, include: ['**/*.ts'] }));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

const OPTIONS = { strict: true, noEmit: true, skipLibCheck: true, types: ['node'] };

function entryOf(kind: string): string {
  const names: readonly (readonly [string, string])[] = [
    ['{ randomUUID }', 'node:crypto'],
    ['express', 'express'],
    ['{ StreamableHTTPServerTransport }', '@modelcontextprotocol/sdk/server/streamableHttp.js'],
    ['{ isInitializeRequest }', '@modelcontextprotocol/sdk/types.js'],
    ['{ createServer }', `./server.${kind === 'cjs' ? 'cjs' : 'js'}`],
  ];
  const typed = (type: string): string => (kind === 'ts' ? type : '');
  const imports = names.map(([what, from]) => (kind === 'cjs' ? `const ${what} = require('${from}');` : `import ${what} from '${from}';`)).join('\n');
  return `${imports}

const app = express();
app.use(express.json());

const transports${typed(': Record<string, StreamableHTTPServerTransport>')} = {};

app.post('/mcp', async (req, res) => {
  const sessionId = req.headers['mcp-session-id']${typed(' as string | undefined')};
  let transport${typed(': StreamableHTTPServerTransport')};
  if (sessionId && transports[sessionId]) {
    transport = transports[sessionId];
  } else if (!sessionId && isInitializeRequest(req.body)) {
    transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: id => {
        transports[id] = transport;
      },
    });
    transport.onclose = () => {
      if (transport.sessionId) delete transports[transport.sessionId];
    };
    await createServer().connect(transport);
  } else {
    res.status(400).json({ jsonrpc: '2.0', error: { code: -32000, message: 'Bad Request: No valid session ID provided' }, id: null });
    return;
  }
  await transport.handleRequest(req, res, req.body);
});

const bySession = async (req${typed(': express.Request')}, res${typed(': express.Response')}) => {
  const sessionId = req.headers['mcp-session-id']${typed(' as string | undefined')};
  if (!sessionId || !transports[sessionId]) {
    res.status(400).send('Invalid or missing session ID');
    return;
  }
  await transports[sessionId].handleRequest(req, res);
};
app.get('/mcp', bySession);
app.delete('/mcp', bySession);

app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => console.log('ready'));
`;
}

/** All transforms and the step to the second SDK line, unless some are left out; written. */
export function migrateWhole(folder: string, choices: Partial<Choices>, only: Pick<PlanOptions, 'transforms' | 'skip'> = {}, typed = true): CheckedPlan {
  const plan = planChecked(new Project(diskTree(folder)), transforms, registry, { includeTests: true, prepare: prepareSteps, markLeft: true, choices, ...only }, typed ? () => typeCheck(folder) : undefined);
  expect(plan.dropped, 'dropped').toEqual([]);
  if (Object.keys(plan.result).length > 0) writePlan(plan);
  return plan;
}

export function expectNoState(folder: string): void {
  const { findings } = auditFolder(folder, registry);
  expect(findings.filter(f => STATE.test(f.rule) || /^no-session-(?:transport|header)$/.test(f.rule)).map(f => `${f.file}:${String(f.line)} ${f.subject}`)).toEqual([]);
}

/** What the folder holds, without what was there only for the run. */
export function textsIn(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(codeIn(folder).map(path => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]));
}

export function codeIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.flatMap(e => (e.isDirectory() && e.name !== 'node_modules' && e.name !== 'out' ? codeIn(join(folder, e.name)) : e.isFile() && /\.[cm]?[jt]s$/.test(e.name) ? [join(folder, e.name)] : [])).sort();
}

export function compileErrors(folders: readonly string[]): readonly string[] {
  const files = folders.flatMap(codeIn).filter(f => f.endsWith('.ts'));
  const program = ts.createProgram(files, { ...OPTIONS, target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, typeRoots: [join(root, 'node_modules/@types')] });
  return ts.getPreEmitDiagnostics(program).map(d => `${d.file?.fileName ?? ''} ${ts.flattenDiagnosticMessageText(d.messageText, ' ').slice(0, 300)}`);
}

/** JavaScript of the whole folder; its entry. */
export function buildWhole(folder: string): string {
  const out = join(folder, 'out');
  rmSync(out, { recursive: true, force: true });
  for (const path of codeIn(folder)) {
    const target = join(out, path.slice(folder.length + 1)).replace(/\.ts$/, '.js');
    mkdirSync(dirname(target), { recursive: true });
    const text = readFileSync(path, 'utf8');
    writeFileSync(target, path.endsWith('.ts') ? ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true } }).outputText : text);
  }
  return join(out, readdirSync(out).find(f => /^http\.c?js$/.test(f)) ?? 'http.js');
}
