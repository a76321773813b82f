import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import { openNode, unquote, type ConfigNode, type OpenNode } from './tree.js';

const require = createRequire(import.meta.url);

/** Templates that are not YAML before somebody fills them in: Helm, Jinja, ERB. Expressions of workflows are. */
const TEMPLATE = /(?<!\$)\{\{|\{%|<%/;

/** YAML and JSON, of one document or several. What is no YAML (yet) is read line by line. */
export function readYaml(text: string): readonly ConfigNode[] {
  if (TEMPLATE.test(text)) return readYamlLines(text);
  const yaml = require('yaml') as typeof Yaml;
  const documents = yaml.parseAllDocuments(text, { keepSourceTokens: false, logLevel: 'silent', uniqueKeys: false, strict: false });
  if ('empty' in documents) return [];
  if (documents.some(d => d.errors.length > 0)) return readYamlLines(text);
  return documents.flatMap(document => {
    const root = openNode(undefined, '', [0, 0]);
    fill(yaml, root, document.contents);
    return root.children;
  });
}

function fill(yaml: typeof Yaml, into: OpenNode, value: unknown): void {
  if (yaml.isMap(value)) {
    for (const { key, value: inner } of value.items) {
      if (!yaml.isScalar(key)) continue;
      const start = key.range?.[0] ?? 0;
      const node = openNode(into, String(key.value), [start, key.range?.[1] ?? start]);
      close(yaml, node, inner);
    }
  } else if (yaml.isSeq(value)) {
    for (const item of value.items) {
      if (!yaml.isNode(item)) continue;
      const start = item.range?.[0] ?? 0;
      close(yaml, openNode(into, '', [start, start]), item);
    }
  }
}

function close(yaml: typeof Yaml, node: OpenNode, value: unknown): void {
  const range = yaml.isNode(value) ? value.range : undefined;
  const end = range?.[1] ?? node.range[1];
  node.whole = [node.range[0], Math.max(end, node.range[1])];
  if (yaml.isScalar(value)) {
    node.value = typeof value.value === 'string' ? value.value : value.value === null ? undefined : value.source;
    node.range = node.whole;
  } else if (yaml.isAlias(value)) node.range = node.whole;
  else {
    fill(yaml, node, value);
    if (node.key === '') node.range = node.children[0]?.range ?? node.range;
  }
}

const LINE = /^(\s*)((?:- +)*)(?:("[^"]*"|'[^']*'|[^\s#"'{[\]},&*!|>%@`-][^\s:#]*(?: [^\s:#]+)*)\s*:(?=\s|$)\s*)?(.*)$/;

/** Keys and scalars by their indentation: what is left when a template makes the file unreadable for a parser. */
export function readYamlLines(text: string): readonly ConfigNode[] {
  const roots: OpenNode[] = [];
  const open: { readonly indent: number; readonly node: OpenNode }[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const start = offset;
    offset += line.length + 1;
    const bare = line.replace(/\r$/, '').replace(/(^|\s)#.*$/, '$1').trimEnd();
    const match = LINE.exec(bare);
    const rest = match?.[4] ?? '';
    if (bare.trim() === '' || !match || (match[3] === undefined && (match[2] === '' || /^(?:\{\{|\{%|<%)/.test(rest)))) continue;
    const dashes = match[2] ?? '';
    const indent = (match[1] ?? '').length + dashes.length;
    while (open.length > 0 && (open.at(-1)?.indent ?? 0) >= indent) open.pop();
    const at = start + indent;
    const node = openNode(open.at(-1)?.node, match[3] === undefined ? '' : unquote(match[3]), [at, start + bare.length]);
    node.value = rest === '' || /^[|>][-+\d]*$/.test(rest) ? undefined : unquote(rest);
    if (!node.parent) roots.push(node);
    open.push({ indent, node });
  }
  return roots;
}
