import { styleOf, type Style } from '../edits/style.js';
import { templateText } from '../files/template.js';
import type { SourceFile } from '../parse/source.js';
import { toCommonJs, withoutTypes } from './language.js';

/** How a project writes its code, so that a new file looks like the others. */
export interface Language {
  /** Extension of new files, with the dot. */
  readonly extension: string;
  readonly types: boolean;
  readonly commonJs: boolean;
  readonly style: Style;
}

/** The language of the file that needs the new one. */
export function languageOf(file: SourceFile): Language {
  const extension = /\.[cm]?[jt]sx?$/.exec(file.path)?.[0] ?? '.js';
  const types = /^\.[cm]?tsx?$/.test(extension);
  return { extension: extension.replace(/x$/, ''), types, commonJs: !types && isCommonJs(file), style: styleOf(file) };
}

/** Whether a file says `require`, not `import`. */
export function isCommonJs({ program, path }: SourceFile): boolean {
  if (/\.mjs$/.test(path)) return false;
  if (/\.cjs$/.test(path)) return true;
  return !program.body.some(s => s.type === 'ImportDeclaration' || s.type === 'ExportNamedDeclaration' || s.type === 'ExportAllDeclaration' || s.type === 'ExportDefaultDeclaration');
}

/** A template as a file of a project. `replaced` are exact pieces of its text. */
export function fromTemplate(name: string, { types, commonJs, style }: Language, replaced: ReadonlyMap<string, string> = new Map()): string {
  let text = templateText(name);
  for (const [from, to] of replaced) {
    if (!text.includes(from)) throw new Error(`The template ${name} has no ${from}.`);
    text = text.replaceAll(from, () => to);
  }
  if (!types) text = withoutTypes(text);
  if (commonJs) text = toCommonJs(text);
  return styled(text, style);
}

/** Templates have single quotes, semicolons, two spaces, and nothing in their texts that this could damage. */
export function styled(text: string, { quote, semicolon, indent, eol }: Style): string {
  let result = text;
  if (quote === '"') result = result.replaceAll("'", '"');
  if (semicolon === '') result = result.replace(/;$/gm, '');
  if (indent !== '  ') result = result.replace(/^(?: {2})+/gm, spaces => indent.repeat(spaces.length / 2));
  return eol === '\n' ? result : result.replaceAll('\n', eol);
}
