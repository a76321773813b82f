// How many receivers of SDK members does the inference recognise, against a type checker's answer?
//   npm run receivers -- DIR [DIR ...]
// Each DIR is a project with its node_modules installed: the type checker reads them, the inference does not.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Project as TypedProject, SyntaxKind, ts, type Type } from 'ts-morph';
import { diskTree } from '../src/files/disk.js';
import { indexOf } from '../src/mcp/file-index.js';
import { McpModel } from '../src/mcp/model.js';
import { nameOfType } from '../src/mcp/sdk.js';
import { Project } from '../src/project.js';

/** Members that rules and transforms ask about, on servers, clients, transports and handler contexts. */
const MEMBERS = new Set(
  ('createMessage elicitInput listRoots sendLoggingMessage sendResourceUpdated sendToolListChanged sendResourceListChanged sendPromptListChanged ' +
    'setRequestHandler setNotificationHandler registerTool tool registerResource resource registerPrompt prompt connect close handleRequest handlePostMessage ' +
    'sessionId sendNotification sendRequest notification request getClientCapabilities getClientVersion requestInfo server ping onclose onerror oninitialized ' +
    'authInfo signal requestId callTool listTools readResource terminateSession setLoggingLevel subscribeResource start send mcpReq http').split(' '),
);

const SDK_PATH = /\/@modelcontextprotocol\/(?:sdk|server|client|core|node|express|hono|fastify|server-legacy)\//;

interface Measure {
  truth: number;
  found: number;
  wrong: string[];
  missed: string[];
  ms: number;
}

export function measure(dir: string): Measure {
  const started = performance.now();
  const project = new Project(diskTree(dir));
  const model = new McpModel(project);
  const result: Measure = { truth: 0, found: 0, wrong: [], missed: [], ms: 0 };
  const typed = typedProject(dir, project.codeFiles());
  let spent = performance.now() - started;
  for (const path of project.codeFiles()) {
    const file = project.source(path);
    const checked = typed.getSourceFile(join(dir, path));
    if (!file || !checked || file.problems.length > 0) continue;
    for (const [name, nodes] of indexOf(file).members) {
      if (!MEMBERS.has(name)) continue;
      for (const node of nodes) {
        if (node.object.type === 'Super') continue;
        const before = performance.now();
        const mine = model.types(file, node.object).map(t => nameOfType(t.type));
        spent += performance.now() - before;
        const at = `${path}:${project.lines(path).position(node.range[0]).line} ${file.text.slice(...node.range).replace(/\s+/g, ' ').slice(0, 70)}`;
        const offset = node.property.range[0];
        const parent = checked.getDescendantAtPos(offset)?.getParent();
        const access = parent?.asKind(SyntaxKind.PropertyAccessExpression);
        const real = access ? sdkNames(access.getExpression().getType()) : new Set<string>();
        if (real.size > 0) {
          result.truth++;
          if (mine.length === 0) result.missed.push(`${at} [${[...real].join(' ')}]`);
          else {
            result.found++;
            if (!mine.some(m => real.has(m))) result.wrong.push(`${at} [${[...real].join(' ')}] not [${mine.join(' ')}]`);
          }
        } else if (mine.length > 0 && access && isKnownOther(access.getExpression().getType())) result.wrong.push(`${at} [no SDK type] not [${mine.join(' ')}]`);
      }
    }
  }
  result.ms = Math.round(spent);
  return result;
}

function typedProject(dir: string, files: readonly string[]): TypedProject {
  const tsconfig = join(dir, 'tsconfig.json');
  const typed = existsSync(tsconfig)
    ? new TypedProject({ tsConfigFilePath: tsconfig, skipAddingFilesFromTsConfig: true, compilerOptions: { noEmit: true, allowJs: true } })
    : new TypedProject({ compilerOptions: { strict: true, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, allowJs: true, target: ts.ScriptTarget.ESNext } });
  for (const file of files) typed.addSourceFileAtPath(join(dir, file));
  return typed;
}

function sdkNames(type: Type): Set<string> {
  const names = new Set<string>();
  const add = (t: Type, depth: number): void => {
    if (depth > 2) return;
    // `this` and type parameters stand for what constrains them.
    const constraint = t.isTypeParameter() ? t.getApparentType() : undefined;
    if (constraint && constraint !== t) {
      add(constraint, depth);
      return;
    }
    if (t.isUnion()) {
      for (const u of t.getUnionTypes()) add(u, depth + 1);
      return;
    }
    for (const symbol of [t.getAliasSymbol(), t.getSymbol()]) {
      const declaration = symbol?.getDeclarations()[0];
      const name = symbol?.getName();
      if (!declaration || !name || name.startsWith('__') || !SDK_PATH.test(declaration.getSourceFile().getFilePath())) continue;
      names.add(name.replace(/\$\d+$/, ''));
      return;
    }
    // A class of the project that extends one of the SDK's; what other packages build on it is theirs.
    const declared = t.getSymbol();
    if (declared && !declared.getDeclarations()[0]?.getSourceFile().isInNodeModules()) for (const base of declared.getDeclaredType().getBaseTypes()) add(base, depth + 1);
  };
  add(type, 0);
  return names;
}

/** A type that the checker knows and that is not the SDK's: claiming it is an error, whereas `any` says nothing. */
function isKnownOther(type: Type): boolean {
  return !type.isAny() && !type.isUnknown() && Boolean(type.getSymbol()) && type.getSymbol()?.getName() !== '__type' && type.getSymbol()?.getName() !== '__object';
}

const dirs = process.argv.slice(2).filter(a => !a.startsWith('--'));
const verbose = process.argv.includes('--verbose');
let truth = 0;
let found = 0;
let wrong = 0;
for (const dir of dirs) {
  const r = measure(resolve(dir));
  truth += r.truth;
  found += r.found;
  wrong += r.wrong.length;
  console.log(`${dir}: ${r.found} of ${r.truth} recognised (${percent(r.found, r.truth)}), ${r.wrong.length} wrong, ${r.ms} ms`);
  for (const line of r.wrong) console.log(`  WRONG  ${line}`);
  if (verbose) for (const line of r.missed) console.log(`  MISSED ${line}`);
}
if (dirs.length > 1) console.log(`all: ${found} of ${truth} recognised (${percent(found, truth)}), ${wrong} wrong`);
if (dirs.length === 0) {
  console.error('usage: npm run receivers -- [--verbose] DIR [DIR ...]   (each with node_modules installed)');
  process.exitCode = 2;
}

function percent(a: number, b: number): string {
  return b === 0 ? '-' : `${((100 * a) / b).toFixed(1)}%`;
}
