import { inert } from './paint.js';

/**
 * Text as Markdown that shows exactly it: no markup, no HTML, no links, and nobody is called by `@name`. Everything on one line.
 */
export function markdownText(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_[\]<>&|~$]/g, '\\$&')
    .replace(/:(?=\/\/)|(?<=\bwww)\./gi, '\\$&')
    .replace(/[@#](?=\w)/g, '$&<!-- -->');
}

/** Code inside a line. */
export function markdownCode(text: string): string {
  const line = oneLine(text);
  if (line === '') return '` `';
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(m => m[0].length));
  const fence = '`'.repeat(longest + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A block of code, whatever stands in it. */
export function markdownBlock(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(m => m[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${inert(text.replace(/\r\n?/g, '\n'))}\n${fence}`;
}

/** Text inside HTML, where Markdown allows it, as in a `<summary>`. */
export function htmlText(text: string): string {
  return oneLine(text).replace(/[&<>"'`*_[\]\\~@#$|:]/g, c => `&#${c.charCodeAt(0)};`);
}

export function markdownLink(text: string, url: string | undefined): string {
  return url === undefined ? text : `[${text}](${url})`;
}

function oneLine(text: string): string {
  return inert(text.replace(/[\r\n\t]+/g, ' ')).trim();
}
