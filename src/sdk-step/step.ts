import type { TSESTree } from '@typescript-eslint/types';
import { innermost, memberName, indexOf } from '../mcp/file-index.js';
import { modelOf } from '../mcp/model.js';
import { applyEdits, withoutRepetitions, type Edit } from '../edits/edit.js';
import { applyTexts } from '../migrate/rewrites.js';
import type { Prepared, PrepareStep } from '../migrate/prepare.js';
import type { TypeCheck } from '../migrate/types.js';
import { rewriteTasks, TASK_NOTES } from '../tasks/rewrite.js';
import type { SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';
import type { Choices } from '../choices.js';
import type { Marker } from '../transform.js';
import { runOfficialCodemod } from './codemod.js';
import { frameworkMarks, packagesOfFrameworks, usesFirstMajor } from './frameworks.js';
import { dependencyChanges, importMapChanges, unneededPackages } from './manifests.js';
import { kindsOfPackages } from './package-kinds.js';
import { runPass, takeMarks, type Pass } from './pass.js';
import { bearerAuth } from './passes/bearer-auth.js';
import { callbackTypes } from './passes/callback-types.js';
import { capabilityMembers } from './passes/capability-members.js';
import { contextDoubles } from './passes/context-doubles.js';
import { contextTypes } from './passes/context-types.js';
import { contexts } from './passes/contexts.js';
import { customMethods } from './passes/custom-methods.js';
import { compatTypes } from './passes/compat-types.js';
import { httpStatus } from './passes/http-status.js';
import { interceptions } from './passes/interceptions.js';
import { loadedSchemas } from './passes/loaded-schemas.js';
import { namespaces } from './passes/namespaces.js';
import { registrationDoubles } from './passes/registration-doubles.js';
import { isRegistration, registrations } from './passes/registrations.js';
import { schemaKeys } from './passes/schema-keys.js';
import { schemaTypes } from './passes/schema-types.js';
import { serverInfo } from './passes/server-info.js';
import { shapeReads } from './passes/shape-reads.js';
import { specifiers } from './passes/specifiers.js';
import { wireCodes } from './passes/wire-codes.js';
import { zodFour } from './passes/zod-four.js';
import { bundlerExternals } from './repairs/bundler-externals.js';
import { errorTexts } from './repairs/error-texts.js';
import { formerImports } from './repairs/former-imports.js';
import { importHomes } from './repairs/homes.js';
import { importTypes } from './repairs/import-types.js';
import { restoreLostNames } from './repairs/lost-names.js';
import { moduleMocks } from './repairs/module-mocks.js';
import { restoreRegistry } from './repairs/registry-prefix.js';
import { restoreComments, restoreGaps, restoreStyle } from './repairs/style.js';
import { packageOf, waitingPackages } from './repairs/other-major.js';
import { repairTypes } from './repairs/types.js';

const V1 = /@modelcontextprotocol\/sdk(?:\/|['"`@])/;

/** Before the codemod: what it would get wrong is put into a form that it gets right, or done at once. */
const BEFORE: readonly Pass[] = [specifiers, namespaces, schemaKeys, loadedSchemas, shapeReads, compatTypes, schemaTypes, bearerAuth, serverInfo, capabilityMembers, httpStatus, wireCodes, zodFour, registrationDoubles, interceptions, registrations, contextDoubles, contexts, contextTypes, callbackTypes, customMethods];
/** After it: what it left. */
const AFTER: readonly Pass[] = [moduleMocks, importHomes, importTypes, errorTexts];

/** From the SDK's first major to its second: the official codemod, with what it needs before and after it. */
export const sdkStep: PrepareStep = {
  id: 'sdk-v1-to-v2',
  title: 'Move from the first major of the SDK to the second',
  tests: 'messages of errors no longer begin with the code, and a call of an unknown or disabled tool is an error of the protocol',
  testWords: /\bisError\b|\bMCP error\b|\bMcpError\b|\bErrorCode\b|\bcallTool\b/,
  apply: migrateSdk,
  unneeded: unneededPackages,
};

interface Moved {
  readonly files: readonly string[];
  readonly project: Project;
  readonly notes: readonly string[];
}

const moved = new WeakMap<Project, Moved | undefined>();
const known = new WeakMap<Project, Map<string, Prepared | undefined>>();

/** A plan is made more than once of the same project; this part of it is always the same. */
export function migrateSdk(project: Project, choices: Choices, types?: TypeCheck): Prepared | undefined {
  const made = known.get(project) ?? new Map<string, Prepared | undefined>();
  known.set(project, made);
  const key = `${choices.target} ${String(choices.markers)} ${String(types !== undefined)}`;
  if (!made.has(key)) made.set(key, migrate(project, choices, types));
  return made.get(key);
}

function migrate(project: Project, choices: Choices, types: TypeCheck | undefined): Prepared | undefined {
  if (choices.target !== '2026-07-28') return undefined;
  if (!moved.has(project)) moved.set(project, move(project));
  const after = moved.get(project);
  if (!after) return undefined;
  const prepared = collect(project, types ? repairTypes(project, withManifests(project, after.project), after.files, types) : after.project, choices);
  return prepared && { ...prepared, notes: [...(prepared.notes ?? []), ...after.notes] };
}

/** With the ranges that will be asked for: a compiler looks for the packages of these. */
function withManifests(before: Project, after: Project): Project {
  const { changes } = applyTexts(after, new Map(), dependencyChanges(before, after).dependencies, []);
  return after.with(new Map(changes.map(c => [c.file, c.after])));
}

function move(project: Project): Moved | undefined {
  const saidToWait = waitingPackages(project);
  const withFramework = new Set([...packagesOfFrameworks(project)].filter(folder => !saidToWait.has(folder) && usesFirstMajor(project, folder)));
  const waiting = new Set([...saidToWait, ...withFramework]);
  const touched = project.codeFiles().filter(path => !waiting.has(packageOf(project, path)));
  const files = touched.filter(path => V1.test(project.text(path) ?? ''));
  const said = runPass(project, frameworkMarks, project.codeFiles().filter(path => withFramework.has(packageOf(project, path))));
  if (files.length === 0) return said === project ? undefined : { files, project: said, notes: [] };
  let current = said;
  for (const pass of BEFORE) current = runPass(current, pass, touched);
  current = current.with(officially(current, files));
  for (const pass of AFTER) current = runPass(current, pass, files);
  const ended = withTasks(current, touched);
  const notes = ended === current ? [] : TASK_NOTES;
  current = runPass(ended, formerImports, files);
  const migrated = runPass(current, bundlerExternals, touched);
  const final = migrated.with(new Map(files.map(path => [path, restoreRegistry(project.text(path) ?? '', path, migrated.text(path) ?? '')])));
  // Schemas may stand in files that know nothing of the SDK.
  return { files: touched.filter(path => files.includes(path) || final.text(path) !== project.text(path)), project: final, notes };
}

/** What was about tasks, for which the second major has no runtime, goes to files of the project: one package after the other. */
function withTasks(project: Project, touched: readonly string[]): Project {
  let current = project;
  for (const folder of new Set(touched.map(path => packageOf(project, path)))) {
    const rewritten = rewriteTasks(current, modelOf(current), touched.filter(path => packageOf(project, path) === folder));
    if (!rewritten) continue;
    const texts = [...rewritten.edits].map(([path, edits]) => [path, applyEdits(current.text(path) ?? '', withoutRepetitions(edits))] as const);
    current = current.with(new Map([...texts, ...rewritten.created.map(c => [c.path, c.text] as const)]));
  }
  return current;
}

/** The codemod over the files that import the SDK, with calls of others out of its sight. */
function officially(project: Project, files: readonly string[]): Map<string, string> {
  const kinds = kindsOfPackages(project);
  const hidden = new Map(files.map(path => [path, hideForeignCalls(project, path)]));
  const results = runOfficialCodemod(files.map(path => ({ path, text: hidden.get(path) ?? '', kind: kinds(path) })));
  const texts = new Map<string, string>();
  for (const path of files) {
    const before = project.source(path);
    const result = results.get(path)?.replaceAll(HIDDEN, '').replaceAll(HIDDEN_MODULE, '@modelcontextprotocol/sdk');
    if (!before || result === undefined) continue;
    texts.set(path, restoreComments(before, restoreGaps(before, restoreLostNames(before, restoreStyle(before, result)))));
  }
  return texts;
}

const HIDDEN = '__notOfTheSdk';
/** Modules that the codemod removes, or does not know: what is used of them stays as it is. */
const WITHOUT_SUCCESSOR = /^(@modelcontextprotocol\/sdk)(\/(?:experimental\/|server\/zod-|client\/websocket|shared\/(?:responseMessage|toolNameValidation)|server\/(?:requestBody|sseKeepAlive)))/;
const HIDDEN_MODULE = '@modelcontextprotocol-first/sdk';
const SEEN_BY_NAME = /^(?:tool|prompt|resource|registerTool|registerPrompt|registerResource)$/;

/** The codemod takes any `.tool(...)` in a file with a server for one of the SDK. */
function hideForeignCalls(project: Project, path: string): string {
  const file = project.source(path);
  if (!file || file.problems.length > 0) return project.text(path) ?? '';
  const mcp = modelOf(project);
  const edits: Edit[] = [];
  for (const call of indexOf(file).calls) {
    const callee = innermost(call.callee);
    if (callee.type !== 'MemberExpression' || callee.computed || !SEEN_BY_NAME.test(memberName(callee) ?? '')) continue;
    if (!isRegistration({ mcp, file }, call, callee)) edits.push({ range: [callee.property.range[1], callee.property.range[1]], text: HIDDEN });
  }
  for (const statement of file.program.body) {
    const source = sourceOf(statement) ?? requiredBy(statement);
    if (!source || !(WITHOUT_SUCCESSOR.test(source.value) || isSaidToStay(file, statement))) continue;
    // What is exported again is used by others.
    const isUsed = statement.type !== 'ImportDeclaration' || statement.specifiers.some(s => file.variableOf(s.local)?.references.length !== 0);
    const { range } = source;
    if (isUsed) edits.push({ range, text: file.text.slice(...range).replace('@modelcontextprotocol/sdk', HIDDEN_MODULE) });
  }
  return applyEdits(file.text, edits);
}

/** The module of an import, or of an export from elsewhere. */
function sourceOf(statement: TSESTree.ProgramStatement): TSESTree.StringLiteral | undefined {
  if (statement.type === 'ImportDeclaration' || statement.type === 'ExportAllDeclaration') return statement.source;
  return statement.type === 'ExportNamedDeclaration' ? (statement.source ?? undefined) : undefined;
}

/** The module of `const { A } = require('x')`. */
function requiredBy(statement: TSESTree.ProgramStatement): TSESTree.StringLiteral | undefined {
  const [declarator, another] = statement.type === 'VariableDeclaration' ? statement.declarations : [];
  const init = declarator && !another ? declarator.init : undefined;
  const [argument] = init?.type === 'CallExpression' && init.callee.type === 'Identifier' && init.callee.name === 'require' ? init.arguments : [];
  return argument?.type === 'Literal' && typeof argument.value === 'string' ? argument : undefined;
}

/** An earlier run has found no successor of what is imported here, and has said so. */
function isSaidToStay({ text, comments }: SourceFile, { range: [start] }: TSESTree.Node): boolean {
  return comments.some(c => c.value.includes('mcp-stateless:sdk-removed') && c.range[1] <= start && text.slice(c.range[1], start).trim() === '');
}

function collect(before: Project, after: Project, choices: Choices): Prepared | undefined {
  const changes = new Map<string, string | null>();
  const markers: Marker[] = [];
  for (const path of after.codeFiles()) {
    const marked = after.text(path);
    if (marked === undefined) continue;
    const { text, marks } = takeMarks(path, marked);
    const lines = text.split('\n');
    for (const { line, id, detail } of choices.markers ? marks : []) {
      const start = lines.slice(0, line - 1).reduce((sum, l) => sum + l.length + 1, 0);
      const indent = /^[ \t]*/.exec(lines[line - 1] ?? '')?.[0].length ?? 0;
      markers.push({ id, file: path, offset: start + indent, ...(detail !== undefined && { detail }) });
    }
    if (text !== before.text(path)) changes.set(path, text);
  }
  for (const [path, text] of importMapChanges(before, changes)) changes.set(path, text);
  const final = before.with(changes);
  const { dependencies, notes } = dependencyChanges(before, final);
  if (changes.size === 0 && dependencies.length === 0 && markers.length === 0) return undefined;
  return { changes, markers, notes, dependencies };
}
