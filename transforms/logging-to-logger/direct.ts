import type { TSESTree } from '../../src/define-transform.js';
import { innermost } from '../../src/define-transform.js';
import type { NewImport } from '../../src/emit/imports.js';
import { freeName, specifierFor } from '../../src/emit/imports.js';
import type { SourceFile } from '../../src/parse/source.js';
import type { ProjectRewriteContext } from '../../src/transform.js';
import type { Message, Piece } from './messages.js';
import type { OwnLogger } from './targets.js';

/** More than these are better told through one function. */
const FEW = 3;

/** The levels of MCP that pino calls otherwise. */
const METHOD: Readonly<Record<string, string>> = { notice: 'info', warning: 'warn', critical: 'fatal', alert: 'fatal', emergency: 'fatal' };
const SAME = new Set(['debug', 'info', 'error']);

/** A few messages of which level and kind of data are written out: whoever wrote them would call the logger itself. */
export function arePlain(messages: readonly Message[], own: OwnLogger): boolean {
  return own.library === 'pino' && messages.length <= FEW && messages.every(m => m.bound === undefined && levelOf(m.level) !== undefined && dataOf(m.data) !== undefined);
}

function levelOf(piece: Piece): string | undefined {
  const node = 'type' in piece ? innermost(piece) : undefined;
  const level = node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
  return level !== undefined && (SAME.has(level) || level in METHOD) ? level : undefined;
}

function dataOf(piece: Piece): 'text' | 'object' | undefined {
  const node = 'type' in piece ? innermost(piece) : undefined;
  if (node?.type === 'TemplateLiteral' || (node?.type === 'Literal' && typeof node.value === 'string')) return 'text';
  return node?.type === 'ObjectExpression' ? 'object' : undefined;
}

/** `logger.debug({ logger: 'search', data: {...} })`, `logger.warn('Slow')`. */
export function directCall(name: string, { level, data }: Message, text: { readonly data: string; readonly logger: string | undefined }, quote: string): string {
  const said = levelOf(level) ?? 'info';
  const fields = [...(SAME.has(said) ? [] : [`mcpLevel: ${quote}${said}${quote}`]), ...(text.logger === undefined ? [] : [text.logger === 'logger' ? 'logger' : `logger: ${text.logger}`])];
  const method = `${name}.${METHOD[said] ?? said}`;
  if (dataOf(data) === 'object') return `${method}({ ${[...fields, `data: ${text.data}`].join(', ')} })`;
  return `${method}(${fields.length > 0 ? `{ ${fields.join(', ')} }, ` : ''}${text.data})`;
}

/** The name of the logger in a file, and the import that the file needs for it. */
export function loggerIn({ project }: ProjectRewriteContext, file: SourceFile, own: OwnLogger): { readonly name: string; readonly wanted?: NewImport } {
  if (file === own.file) return { name: own.name };
  for (const statement of file.program.body) {
    if (statement.type !== 'ImportDeclaration' || project.resolve(file.path, statement.source.value) !== own.file.path) continue;
    const known = statement.specifiers.find(s => importedName(s) === own.name);
    if (known && statement.importKind !== 'type') return { name: known.local.name };
  }
  const name = freeName(file, ...(own.name === 'default' ? [] : [own.name]), 'logger', 'ownLogger');
  return { name, wanted: { specifier: specifierFor(file.path, own.file.path, [file]), names: [{ name: own.name, ...(own.name !== name && { as: name }) }] } };
}

function importedName(specifier: TSESTree.ImportClause): string {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  return specifier.type === 'ImportSpecifier' && specifier.imported.type === 'Identifier' ? specifier.imported.name : '';
}
