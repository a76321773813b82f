import type { TSESTree } from '@typescript-eslint/types';
import { innermost, memberName } from '../../mcp/file-index.js';
import { walkTree } from '../../parse/walk.js';
import type { CompileError } from '../../migrate/types.js';
import { addNamedImport } from '../imports.js';
import type { PassFile } from '../pass.js';
import { editedWhere, type TypeRepair } from './attempt.js';
import { moduleOf } from './result-types.js';

const UNKNOWN = /^'([\w$]+)\.content' is of type 'unknown'/;
/** `const [first] = result.content` */
const NOT_ITERABLE = 2488;

/**
 * A callback of the second major may also ask for input instead of answering. Who calls one directly, as tests do, and reads `content`,
 * knows that it answers.
 */
export const resultsOfCalls: TypeRepair = {
  fits: ({ code, message }) => UNKNOWN.test(message) || (code === NOT_ITERABLE && message.startsWith("Type 'unknown'")),
  ways: [(project, errors) => editedWhere(project, errors, { id: 'results-of-calls', words: /\.content\b/ }, declareIn)],
};

/** What a tool gives as structured content had any members in the first major, and is any JSON in the second. */
export const structuredContents: TypeRepair = {
  fits: ({ code, message }) => (code === NO_PROPERTY && /on type '\{\}'/.test(message)) || (code === IS_UNKNOWN && /structuredContent/.test(message)),
  ways: [(project, errors) => editedWhere(project, errors, { id: 'results-of-calls', words: /\bstructuredContent\b/ }, recordIn)],
};

/** The same where the result is handed on to what only takes answers. */
export const handedResults: TypeRepair = {
  fits: ({ code, message }) => (code === 2345 || code === 2322) && message.includes("'InputRequiredResult'"),
  ways: [(project, errors) => editedWhere(project, errors, { id: 'results-of-calls', words: /\bawait\b/ }, answerIn)],
};

/**
 * `result.contents[0].text`, `result.content.text`: both had any members in the first major; in the second they are one of several things. Who
 * reads a text expects one. What a client says of itself when it begins has no further members either; they are read as before.
 */
export const textsOfContents: TypeRepair = {
  fits: ({ code, message }) => code === NO_PROPERTY && readOf(message) !== undefined,
  ways: [(project, errors) => editedWhere(project, errors, { id: 'results-of-calls', words: /\bcontents?\b|\bparams\b/ }, sayContents)],
};

interface Read {
  readonly name: string;
  /** What is read from, as it is written. */
  readonly from: RegExp;
  readonly type: string;
  /** Where the type comes from the SDK. */
  readonly isOfSdk: boolean;
}

const NO_SUCH = /^Property '([\w$]+)' does not exist on type '(\{[^]*)/;

function readOf(message: string): Read | undefined {
  const [, name = '', type = ''] = NO_SUCH.exec(message) ?? [];
  if (/^\{ uri: string; (?:text|blob): string;[^]*\} \| \{ uri: string; (?:text|blob): string;/.test(type) && (name === 'text' || name === 'blob')) return { name, from: /\bcontents?\b/i, type: name === 'text' ? 'TextResourceContents' : 'BlobResourceContents', isOfSdk: true };
  if (/^\{ type: "text"; text: string;[^]*\} \| \{/.test(type) && name === 'text') return { name, from: /\bcontents?\b/i, type: 'TextContent', isOfSdk: true };
  return type.startsWith('{ protocolVersion: string; capabilities:') ? { name, from: /\bparams$/, type: 'Record<string, unknown>', isOfSdk: false } : undefined;
}

const NO_PROPERTY = 2339;
const IS_UNKNOWN = 18046;

function declareIn({ file, project, editor }: PassFile, errors: readonly CompileError[]): void {
  const lines = project.lines(file.path);
  const done = new Set<TSESTree.Node>();
  walkTree(file.program, node => {
    if (node.type !== 'MemberExpression' || node.object.type !== 'Identifier' || memberName(node) !== 'content') return;
    const { line } = lines.position(node.object.range[0]);
    const name = node.object.name;
    if (!errors.some(e => e.line === line && (UNKNOWN.exec(e.message)?.[1] ?? name) === name)) return;
    const declared = file.variableOf(node.object)?.defs[0]?.node;
    if (declared?.type !== 'VariableDeclarator' || !declared.init || declared.init.type === 'TSAsExpression' || done.has(declared)) return;
    done.add(declared);
    const isSimple = declared.init.type !== 'AwaitExpression';
    editor.insert(declared.init.range[0], isSimple ? '' : '(');
    editor.insert(declared.init.range[1], `${isSimple ? '' : ')'} as CallToolResult`);
    addNamedImport(editor, moduleOf(file), 'CallToolResult', 'type');
  });
}

function answerIn({ file, project, editor }: PassFile, errors: readonly CompileError[]): void {
  const lines = project.lines(file.path);
  const done = new Set<TSESTree.Node>();
  walkTree(file.program, node => {
    if (node.type !== 'Identifier' || !errors.some(e => e.line === lines.position(node.range[0]).line)) return;
    const declared = file.variableOf(node)?.defs[0]?.node;
    if (declared?.type !== 'VariableDeclarator' || declared.id.type !== 'Identifier' || declared.id.typeAnnotation || declared.init?.type !== 'AwaitExpression' || done.has(declared)) return;
    if (declared.init.argument.type !== 'CallExpression') return;
    done.add(declared);
    editor.insert(declared.init.range[0], '(');
    editor.insert(declared.init.range[1], ') as CallToolResult');
    addNamedImport(editor, moduleOf(file), 'CallToolResult', 'type');
  });
}

function sayContents({ file, project, editor }: PassFile, errors: readonly CompileError[]): void {
  const lines = project.lines(file.path);
  walkTree(file.program, node => {
    if (node.type !== 'MemberExpression' || node.computed) return;
    const { line } = lines.position(node.property.range[0]);
    const object = file.text.slice(...node.object.range);
    const read = errors.flatMap(e => (e.line === line ? (readOf(e.message) ?? []) : [])).find(r => r.name === memberName(node) && r.from.test(object));
    if (!read) return;
    const isOptional = object.includes('?.');
    editor.insert(node.object.range[0], '(');
    editor.insert(node.object.range[1], ` as ${read.type}${node.optional || isOptional ? ' | undefined' : ''})`);
    // The chain ends at the cast.
    if (!node.optional && isOptional) editor.insert(node.object.range[1], '?');
    if (read.isOfSdk) addNamedImport(editor, moduleOf(file), read.type, 'type');
  });
}

function recordIn({ file, project, editor }: PassFile, errors: readonly CompileError[]): void {
  const lines = project.lines(file.path);
  const done = new Set<TSESTree.Node>();
  walkTree(file.program, node => {
    if (node.type !== 'MemberExpression') return;
    const { line } = lines.position(node.property.range[0]);
    if (!errors.some(e => e.line === line)) return;
    const object = innermost(node.object);
    const declared = object.type === 'Identifier' ? file.variableOf(object)?.defs[0]?.node : undefined;
    const given = declared?.type === 'VariableDeclarator' && declared.init ? innermost(declared.init) : object;
    if (given.type !== 'MemberExpression' || memberName(given) !== 'structuredContent' || done.has(given)) return;
    done.add(given);
    const isDirect = given === object;
    editor.insert(given.range[0], isDirect ? '(' : '');
    editor.insert(given.range[1], ` as Record<string, any>${node.optional ? ' | undefined' : ''}${isDirect ? ')' : ''}`);
  });
}
