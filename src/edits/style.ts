import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';

/** How a file is written, so that what is added looks like the rest. */
export interface Style {
  readonly eol: '\n' | '\r\n';
  readonly indent: string;
  readonly quote: "'" | '"';
  readonly semicolon: '' | ';';
}

export function styleOf(file: Pick<SourceFile, 'text' | 'program'>): Style {
  const { text } = file;
  return {
    eol: text.includes('\r\n') ? '\r\n' : '\n',
    indent: indentOf(text),
    quote: quoteOf(file),
    semicolon: semicolonOf(file),
  };
}

/** The smallest step from one line to the next deeper one that is common in the file. */
function indentOf(text: string): string {
  const steps = new Map<string, number>();
  let before = '';
  for (const line of text.split('\n')) {
    const lead = /^[ \t]*/.exec(line)?.[0] ?? '';
    if (line.trim() === '' || /^\s*\*/.test(line)) continue;
    if (lead.length > before.length && lead.startsWith(before)) {
      const step = lead.slice(before.length);
      steps.set(step, (steps.get(step) ?? 0) + 1);
    }
    before = lead;
  }
  let best = '  ';
  let most = 0;
  for (const [step, times] of steps) {
    if (times <= most) continue;
    best = step;
    most = times;
  }
  return best.startsWith('\t') ? '\t' : best;
}

function quoteOf({ text, program }: Pick<SourceFile, 'text' | 'program'>): "'" | '"' {
  for (const statement of program.body) {
    if ('source' in statement && statement.source) return text[statement.source.range[0]] === '"' ? '"' : "'";
  }
  const single = text.split("'").length;
  const double = text.split('"').length;
  return double > single ? '"' : "'";
}

function semicolonOf({ text, program }: Pick<SourceFile, 'text' | 'program'>): '' | ';' {
  let withOne = 0;
  let without = 0;
  for (const statement of program.body) {
    if (!endsInSemicolon(statement)) continue;
    if (text[statement.range[1] - 1] === ';') withOne++;
    else without++;
  }
  return without > withOne ? '' : ';';
}

function endsInSemicolon(statement: TSESTree.ProgramStatement): boolean {
  switch (statement.type) {
    case 'ImportDeclaration':
    case 'ExpressionStatement':
    case 'VariableDeclaration':
    case 'ReturnStatement':
    case 'ThrowStatement':
    case 'ExportAllDeclaration':
      return true;
    default:
      return false;
  }
}
