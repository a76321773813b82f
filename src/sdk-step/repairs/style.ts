import { applyEdits, type Edit } from '../../edits/edit.js';
import { styleOf } from '../../edits/style.js';
import { parseSource } from '../../parse/parse.js';
import type { SourceFile } from '../../parse/source.js';
import { specifiersOf } from './homes.js';

/** Quotes, semicolons and line ends that the codemod wrote become those of the file. */
export function restoreStyle(before: SourceFile, text: string): string {
  const { quote, semicolon, eol } = styleOf(before);
  const unified = eol === '\r\n' ? text.replace(/\r?\n/g, '\r\n') : text;
  const after = parseSource(before.path, unified);
  if (after.problems.length > 0) return unified;
  const edits: Edit[] = [];
  const requote = (range: readonly [number, number], value: string): void => {
    if (after.text[range[0]] !== quote && !value.includes(quote)) edits.push({ range, text: `${quote}${value}${quote}` });
  };
  for (const literal of specifiersOf(after.program)) if (literal.value.startsWith('@modelcontextprotocol/') && !before.text.includes(after.text.slice(...literal.range))) requote(literal.range, literal.value);
  // Methods of handlers are always written with single quotes.
  for (const match of after.text.matchAll(/set(?:Request|Notification)Handler\(\s*'([a-z/_A-Z]+)'/g)) {
    const end = match.index + match[0].length;
    const literal = match[0].slice(match[0].indexOf("'"));
    if (!before.text.includes(literal)) requote([end - literal.length, end], match[1] ?? '');
  }
  for (const statement of after.program.body) {
    if (semicolon !== '' || statement.type !== 'ImportDeclaration' || !statement.source.value.startsWith('@modelcontextprotocol/')) continue;
    if (after.text[statement.range[1] - 1] === ';' && !before.text.includes(after.text.slice(...statement.range))) edits.push({ range: [statement.range[1] - 1, statement.range[1]], text: '' });
  }
  return applyEdits(after.text, edits);
}
