import type { TSESTree } from '@typescript-eslint/types';
import { indentAt } from '../../edits/indent.js';
import { sdk } from '../../mcp/sdk.js';
import type { Pass, PassFile } from '../pass.js';
import { specifierIn } from '../passes/specifiers.js';
import { walkTree } from '../../parse/walk.js';

/** In the order in which a name is looked for. */
const PACKAGES = ['@modelcontextprotocol/server', '@modelcontextprotocol/client', '@modelcontextprotocol/core', '@modelcontextprotocol/node', '@modelcontextprotocol/express', '@modelcontextprotocol/server/stdio', '@modelcontextprotocol/client/stdio', '@modelcontextprotocol/server-legacy/auth', '@modelcontextprotocol/server-legacy/sse', '@modelcontextprotocol/server-legacy'];

/** Every name is imported from a package that has it; what none has stays with the first major, with a mark. */
export const importHomes: Pass = {
  id: 'import-homes',
  words: /@modelcontextprotocol\/(?!sdk)/,
  rewrite(pass) {
    for (const statement of pass.file.program.body) {
      if (statement.type === 'ImportDeclaration') fromImport(pass, statement);
      else if (statement.type === 'ExportNamedDeclaration' && statement.source) fromExport(pass, statement);
    }
    if (!/\bimport\s*\(/.test(pass.file.text)) return;
    walkTree(pass.file.program, node => {
      if (node.type === 'VariableDeclaration' && node.declarations.length === 1) fromLoad(pass, node);
    });
  },
};

/** Where v2 has a name; undefined when nowhere. */
export function homeOf(name: string, preferred: string): string | undefined {
  return [preferred, ...PACKAGES].find(module => sdk().exportsOf(module).includes(name));
}

/** The module of v1 that has a name. */
export function formerHomeOf(name: string): string | undefined {
  const found = FORMER.find(module => sdk().exportsOf(module).includes(name));
  return found;
}

const FORMER = ['types', 'server/mcp', 'server/index', 'client/index', 'shared/protocol', 'shared/transport', 'shared/auth', 'shared/auth-utils', 'server/zod-compat', 'server/zod-json-schema-compat', 'server/auth/provider', 'server/auth/clients', 'server/auth/router', 'server/auth/errors', 'server/auth/middleware/bearerAuth', 'server/auth/providers/proxyProvider', 'server/auth/handlers/authorize', 'server/auth/handlers/token', 'server/auth/handlers/metadata', 'server/auth/handlers/register', 'server/auth/handlers/revoke', 'server/auth/types', 'server/streamableHttp', 'server/sse', 'server/express', 'client/auth', 'client/streamableHttp', 'client/sse', 'client/websocket', 'client/middleware', 'experimental/tasks', 'experimental/tasks/interfaces', 'experimental/tasks/types', 'experimental/tasks/helpers', 'experimental/tasks/mcp-server', 'experimental/tasks/stores/in-memory', 'shared/uriTemplate', 'shared/responseMessage', 'inMemory', 'validation/types'].map(path => `@modelcontextprotocol/sdk/${path}${path === 'experimental/tasks' ? '' : '.js'}`);

interface Move {
  readonly text: string;
  readonly module: string;
}

function movesOf(names: readonly { readonly name: string; readonly text: string }[], module: string): readonly (Move | undefined)[] {
  const known = sdk().exportsOf(module);
  return names.map(({ name, text }) => {
    if (known.length === 0 || known.includes(name) || name === 'default') return undefined;
    const home = homeOf(name, module) ?? formerHomeOf(name);
    return home === undefined ? undefined : { text, module: home };
  });
}

function fromImport(pass: PassFile, statement: TSESTree.ImportDeclaration): void {
  const module = statement.source.value;
  if (!/^@modelcontextprotocol\/(?!sdk)/.test(module)) return;
  const { file, editor } = pass;
  const named = statement.specifiers.filter(s => s.type === 'ImportSpecifier');
  const moves = movesOf(named.map(s => ({ name: nameOf(s.imported), text: file.text.slice(...s.range) })), module);
  const moved = named.filter((_, i) => moves[i]);
  if (moved.length === 0) return;
  const lines = linesOf(editor.style, moves, `import ${statement.importKind === 'type' ? 'type ' : ''}`);
  if (moved.length === statement.specifiers.length) editor.replace(statement, lines.join(editor.style.eol));
  else {
    editor.removeElements(moved, statement);
    editor.insert(statement.range[1], `${editor.style.eol}${lines.join(editor.style.eol)}`);
  }
}

function fromExport(pass: PassFile, statement: TSESTree.ExportNamedDeclaration): void {
  const module = statement.source?.value ?? '';
  if (!/^@modelcontextprotocol\/(?!sdk)/.test(module)) return;
  const { file, editor } = pass;
  const moves = movesOf(statement.specifiers.map(s => ({ name: nameOf(s.local), text: file.text.slice(...s.range) })), module);
  const moved = statement.specifiers.filter((_, i) => moves[i]);
  if (moved.length === 0) return;
  const lines = linesOf(editor.style, moves, `export ${statement.exportKind === 'type' ? 'type ' : ''}`);
  const kept = statement.specifiers.filter(s => !moved.includes(s)).map(s => file.text.slice(...s.range));
  const { quote, semicolon, eol } = editor.style;
  if (kept.length > 0) lines.unshift(`export ${statement.exportKind === 'type' ? 'type ' : ''}{ ${kept.join(', ')} } from ${quote}${module}${quote}${semicolon}`);
  editor.replace(statement, lines.join(eol));
}

/** `const { A, B } = await import('x')`. */
function fromLoad({ file, editor }: PassFile, statement: TSESTree.VariableDeclaration): void {
  const [{ id, init }] = statement.declarations;
  const source = init?.type === 'AwaitExpression' && init.argument.type === 'ImportExpression' ? init.argument.source : undefined;
  if (id.type !== 'ObjectPattern' || source?.type !== 'Literal' || typeof source.value !== 'string' || !/^@modelcontextprotocol\/(?!sdk)/.test(source.value)) return;
  const properties = id.properties.flatMap(p => (p.type === 'Property' && p.key.type === 'Identifier' ? [{ name: p.key.name, text: file.text.slice(...p.range) }] : []));
  const moves = movesOf(properties, source.value);
  if (properties.length !== id.properties.length || moves.every(m => m === undefined)) return;
  const { quote, semicolon, eol } = editor.style;
  const modules = new Map<string, string[]>();
  for (const [i, { text }] of properties.entries()) {
    const module = moves[i]?.module ?? source.value;
    modules.set(module, [...(modules.get(module) ?? []), text]);
  }
  const [only, another] = modules.keys();
  if (only !== undefined && another === undefined) editor.replace(source, quote + only + quote);
  else editor.replace(statement, [...modules].map(([module, names]) => `${statement.kind} { ${names.join(', ')} } = await import(${quote}${module}${quote})${semicolon}`).join(eol + indentAt(file, statement.range[0])));
}

function linesOf({ quote, semicolon }: PassFile['editor']['style'], moves: readonly (Move | undefined)[], keyword: string): string[] {
  const byModule = new Map<string, string[]>();
  for (const move of moves) if (move) byModule.set(move.module, [...(byModule.get(move.module) ?? []), move.text]);
  return [...byModule].map(([module, names]) => `${keyword}{ ${names.join(', ')} } from ${quote}${module}${quote}${semicolon}`);
}

function nameOf(node: TSESTree.Identifier | TSESTree.StringLiteral): string {
  return node.type === 'Identifier' ? node.name : node.value;
}

/** All specifiers of a tree, for what is asked about modules. */
export function specifiersOf(program: TSESTree.Program): readonly TSESTree.StringLiteral[] {
  const found: TSESTree.StringLiteral[] = [];
  walkTree(program, node => {
    const literal = specifierIn(node);
    if (literal) found.push(literal);
  });
  return found;
}
