import type { LineIndex, SourceFile } from '../parse/source.js';

/** What a comment turns off: rules of ours, in some lines of its file. */
export interface Directive {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly kind: 'disable' | 'enable' | 'disable-line' | 'disable-next-line';
  /** Ids without our prefix; empty for an `enable` of everything. */
  readonly rules: readonly string[];
  readonly reason: string | undefined;
  /** The line that a `-line` directive is about; the line of the comment otherwise. */
  readonly target: number;
}

const PREFIX = 'mcp-stateless/';
const DIRECTIVE = /^\s*eslint-(disable-next-line|disable-line|disable|enable)(?:\s+([^]*))?$/;
/** Comments of YAML, shells, nginx, Terraform, SQL, HTML and templates, with the directive in them. */
const IN_TEXT = /(?:^|\s)(?:#+|\/\/|;+|--|<!--|\/\*|\{\{-?\s*\/\*)\s*(eslint-(?:disable|enable)\b.*?)\s*(?:-->|\*\/(?:\s*-?\}\})?)?\s*$/;

/** Only files with our prefix in them can have directives for us. */
export function mayHaveDirectives(bytes: Buffer): boolean {
  return bytes.includes(PREFIX) && bytes.includes('eslint-');
}

/** As ESLint reads them: in line comments only for one line. */
export function directivesOfCode(file: SourceFile, lines: LineIndex): readonly Directive[] {
  return file.comments.flatMap(({ value, range, block }) => {
    const start = lines.position(range[0]);
    const end = lines.position(range[1]);
    const found = read(value, { file: file.path, ...start, after: end.line + 1 });
    return found && (block || found.kind.endsWith('-line')) ? [found] : [];
  });
}

export function directivesOfText(path: string, text: string): readonly Directive[] {
  return text.split('\n').flatMap((line, index) => {
    const match = IN_TEXT.exec(line.replace(/\r$/, ''));
    const comment = match?.[1];
    if (!match || comment === undefined) return [];
    const found = read(comment, { file: path, line: index + 1, column: match.index + 1, after: index + 2 });
    return found ? [found] : [];
  });
}

function read(comment: string, at: { readonly file: string; readonly line: number; readonly column: number; readonly after: number }): Directive | undefined {
  const match = DIRECTIVE.exec(comment);
  if (!match) return undefined;
  const kind = kindOf(match[1]);
  const [list = '', ...rest] = (match[2] ?? '').split(/(?:^|\s)-{2,}(?:\s|$)/u);
  const names = list.split(',').flatMap(name => name.trim() || []);
  const rules = names.flatMap(name => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []));
  // A comment that names no rule of ours is about other rules, or about code that ESLint alone checks.
  if (rules.length === 0 && !(kind === 'enable' && names.length === 0)) return undefined;
  const reason = rest.join(' -- ').trim();
  return { file: at.file, line: at.line, column: at.column, kind, rules, reason: reason === '' ? undefined : reason, target: kind === 'disable-next-line' ? at.after : at.line };
}

function kindOf(name: string | undefined): Directive['kind'] {
  return name === 'disable-next-line' || name === 'disable-line' || name === 'enable' ? name : 'disable';
}
