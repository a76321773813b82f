import type { TSESTree } from '@typescript-eslint/types';
import type { Editor } from '../edits/editor.js';
import { isCommonJs } from '../emit/emit.js';
import type { WantedName } from '../emit/imports.js';
import type { Range } from '../parse/source.js';
import { homeOfTaskName, isFormerModule, type TaskFile, type TaskHome, type WirePackage } from './names.js';

interface Item {
  readonly node: TSESTree.Node;
  readonly name: string;
  readonly text: string;
}

/** What was in lines of its own stays so when it is longer. */
const MAX_NAMES = 70;

type Listing = TSESTree.ImportDeclaration | TSESTree.ExportNamedDeclaration | TSESTree.VariableDeclaration;

interface Source {
  readonly statement: Listing;
  readonly literal: TSESTree.StringLiteral;
  readonly items: readonly Item[];
  /** A default or a namespace is among them. */
  readonly others: boolean;
}

/** Imports and exports of the experimental modules that have a place to come from. */
export class FormerImports {
  readonly #sources: readonly Source[];

  constructor(
    private readonly editor: Editor,
    private readonly wire: WirePackage,
  ) {
    this.#sources = editor.file.program.body.flatMap(statement => sourceOf(statement, editor) ?? []).filter(s => isFormerModule(s.literal.value));
  }

  /** Which files of the project are asked for something. */
  get files(): readonly TaskFile[] {
    return [...new Set(this.#sources.flatMap(s => s.items.flatMap(i => (this.#isGone(i.node) ? [] : (fileOf(this.#home(i)) ?? [])))))];
  }

  /** What earlier edits took out of the statements stays out. `more` is wanted of the project's file too. */
  write(specifierOf: (file: TaskFile) => string, more: readonly WantedName[]): { readonly ranges: readonly Range[]; readonly hasMore: boolean } {
    const taker = this.#sources.find(s => !(s.statement.type === 'ImportDeclaration' && s.statement.importKind === 'type') && s.statement.type !== 'ExportNamedDeclaration' && s.items.some(i => !this.#isGone(i.node) && fileOf(this.#home(i)) === 'tasks'));
    const wanted = more.map(({ name, as }) => (as === undefined || as === name ? name : taker?.statement.type === 'VariableDeclaration' ? `${name}: ${as}` : `${name} as ${as}`));
    const ranges = this.#sources.filter(source => this.#rewrite(source, specifierOf, source === taker ? wanted : [])).map(s => s.statement.range);
    return { ranges, hasMore: taker !== undefined };
  }


  #rewrite({ statement, literal, items, others }: Source, specifierOf: (file: TaskFile) => string, added: readonly string[]): boolean {
    const { editor } = this;
    const { quote, eol } = editor.style;
    const used = items.filter(i => !this.#isGone(i.node));
    const staying = used.filter(i => this.#home(i) === undefined);
    const groups = new Map<string, string[]>();
    for (const { name, text } of used) {
      const home = this.#home({ name });
      if (!home) continue;
      const module = 'file' in home ? specifierOf(home.file) : home.module;
      groups.set(module, [...(groups.get(module) ?? []), text]);
    }
    if (groups.size === 0) return false;
    if (added.length > 0) groups.get(specifierOf('tasks'))?.push(...added);
    editor.forget(statement.range);
    this.#dropMark(statement);
    const apart = [...groups].filter(([module, names]) => !this.#addToExisting(statement, module, names));
    const [first] = apart;
    if (first && apart.length === 1 && groups.size === 1 && staying.length === 0 && !others && used.length === items.length && added.length === 0) {
      editor.replace(literal, quote + first[0] + quote);
      return true;
    }
    const lines = apart.map(([module, names]) => this.#line(statement, module, names));
    if (staying.length > 0 || others) {
      editor.removeElements(items.filter(i => !staying.includes(i)).map(i => i.node), listOf(statement));
      if (lines.length > 0) editor.insert(statement.range[1], eol + lines.join(eol));
    } else if (lines.length > 0) editor.replace(statement, lines.join(eol));
    else editor.removeStatement(statement);
    return true;
  }

  #home({ name }: Pick<Item, 'name'>): TaskHome | undefined {
    return homeOfTaskName(name, this.wire);
  }

  #isGone({ range }: TSESTree.Node): boolean {
    return this.editor.edits.some(e => e.text === '' && e.range[0] <= range[0] && range[1] <= e.range[1]);
  }

  /** What an earlier step has said about these names is no longer so. */
  #dropMark({ range: [start] }: Listing): void {
    const { comments, text } = this.editor.file;
    const mark = comments.find(c => c.value.includes('mcp-stateless:sdk-removed') && c.range[1] <= start && text.slice(c.range[1], start).trim() === '');
    if (mark) this.editor.replace({ range: [mark.range[0], start] }, '');
  }

  /** An import of the same module, of the same kind. */
  #addToExisting(statement: Listing, module: string, names: readonly string[]): boolean {
    if (statement.type !== 'ImportDeclaration') return false;
    const existing = this.editor.file.program.body.find(s => s.type === 'ImportDeclaration' && s !== statement && s.source.value === module && s.importKind === statement.importKind && s.specifiers.some(p => p.type === 'ImportSpecifier'));
    const last = existing?.type === 'ImportDeclaration' ? existing.specifiers.at(-1) : undefined;
    if (!last) return false;
    this.editor.insert(last.range[1], names.map(name => `, ${name}`).join(''));
    return true;
  }

  #line(statement: Listing, module: string, list: readonly string[]): string {
    const { file, style } = this.editor;
    const { quote, semicolon, eol, indent } = style;
    const isLong = file.text.slice(...statement.range).includes('\n') && list.join(', ').length > MAX_NAMES;
    const names = isLong ? `${eol}${list.map(name => `${indent}${name},${eol}`).join('')}` : ` ${list.join(', ')} `;
    const from = `${quote}${module}${quote}`;
    if (statement.type === 'VariableDeclaration') return `${statement.kind} {${names}} = require(${from})${semicolon}`;
    const [word, kind] = statement.type === 'ImportDeclaration' ? ['import', statement.importKind] : ['export', statement.exportKind];
    return `${word} ${kind === 'type' ? 'type ' : ''}{${names}} from ${from}${semicolon}`;
  }
}

function listOf(statement: Listing): TSESTree.Node {
  const [first] = statement.type === 'VariableDeclaration' ? statement.declarations : [];
  return first?.id ?? statement;
}

function fileOf(home: TaskHome | undefined): TaskFile | undefined {
  return home && 'file' in home ? home.file : undefined;
}

function sourceOf(statement: TSESTree.ProgramStatement, { file }: Editor): Source | undefined {
  const text = ({ range }: TSESTree.Node): string => file.text.slice(...range);
  if (statement.type === 'ImportDeclaration') {
    const named = statement.specifiers.filter(s => s.type === 'ImportSpecifier');
    return { statement, literal: statement.source, items: named.map(node => ({ node, name: nameOf(node.imported), text: text(node) })), others: named.length < statement.specifiers.length };
  }
  if (statement.type === 'ExportNamedDeclaration' && statement.source) {
    return { statement, literal: statement.source, items: statement.specifiers.map(node => ({ node, name: nameOf(node.local), text: text(node) })), others: false };
  }
  if (statement.type !== 'VariableDeclaration' || !isCommonJs(file)) return undefined;
  const [{ id, init }, more] = statement.declarations;
  const [argument] = init?.type === 'CallExpression' && init.callee.type === 'Identifier' && init.callee.name === 'require' ? init.arguments : [];
  if (more || id.type !== 'ObjectPattern' || argument?.type !== 'Literal' || typeof argument.value !== 'string') return undefined;
  const items = id.properties.flatMap(p => (p.type === 'Property' && p.key.type === 'Identifier' ? [{ node: p, name: p.key.name, text: text(p) }] : []));
  return { statement, literal: argument, items, others: items.length < id.properties.length };
}

function nameOf(node: TSESTree.Identifier | TSESTree.StringLiteral): string {
  return node.type === 'Identifier' ? node.name : node.value;
}
