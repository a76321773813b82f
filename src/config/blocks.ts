import { openNode, unquote, type ConfigNode, type OpenNode } from './tree.js';

/** Languages of words and blocks in braces: they differ in what ends a statement and in how comments begin. */
export type BlockLanguage = 'nginx' | 'caddy' | 'hcl' | 'bicep';

interface Dialect {
  readonly comments: RegExp;
  /** Whether the end of a line ends a statement. */
  readonly lines: boolean;
  /** Whether lists stand in brackets. */
  readonly lists: boolean;
}

const DIALECTS: Readonly<Record<BlockLanguage, Dialect>> = {
  nginx: { comments: /#.*/y, lines: false, lists: false },
  caddy: { comments: /#.*/y, lines: true, lists: false },
  hcl: { comments: /#.*|\/\/.*|\/\*[\s\S]*?\*\//y, lines: true, lists: true },
  bicep: { comments: /\/\/.*|\/\*[\s\S]*?\*\//y, lines: true, lists: true },
};
const STRING = /"(?:[^"\\\n]|\\.)*"|'''[\s\S]*?'''|'(?:[^'\\\n]|\\.)*'/y;
const HEREDOC = /<<[-~]?\s*"?(\w+)"?[^\n]*\n[\s\S]*?\n\s*\1\b/y;
/** `$ {name}` and `#{name}` of templates are no blocks. */
const VARIABLE = /[$#%]\{[^{}\n]*\}|\{\{[^{}\n]*\}\}|\{%[^\n]*?%\}/y;

/** Reads as far as it can: braces that do not match end the reading of a block, never the run. */
export function readBlocks(text: string, language: BlockLanguage, from = 0, to = text.length): readonly ConfigNode[] {
  const { comments, lines, lists } = DIALECTS[language];
  const root = openNode(undefined, '', [from, to]);
  let open = root;
  let start = -1;
  let end = -1;
  const word = (at: number, length: number): void => {
    if (start === -1) start = at;
    end = at + length;
  };
  const statement = (): OpenNode | undefined => {
    const node = start === -1 ? undefined : readStatement(open, text.slice(start, end), start, end);
    start = -1;
    return node;
  };
  const match = (pattern: RegExp, at: number): number => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0].length ?? 0;
  };
  for (let i = from; i < to; ) {
    const c = text.charAt(i);
    // A comment begins where a word could: `a#b` is a word of nginx.
    const comment = c === '#' || c === '/' ? (/[\s;{}[\],]/.test(text.charAt(i - 1)) || i === from ? match(comments, i) : 0) : 0;
    if (comment > 0) i += comment;
    else if (c === '"' || c === "'" || (c === '<' && language === 'hcl') || ((c === '$' || c === '#' || c === '%' || c === '{') && match(VARIABLE, i) > 0)) {
      const length = c === '"' || c === "'" ? match(STRING, i) : c === '<' ? match(HEREDOC, i) : match(VARIABLE, i);
      word(i, Math.max(1, length));
      i += Math.max(1, length);
    } else if (c === '{' || (c === '[' && lists)) {
      open = statement() ?? openNode(open, '', [i, i + 1]);
      i++;
    } else if (c === '}' || (c === ']' && lists)) {
      statement();
      open.whole = [open.range[0], i + 1];
      open = open.parent ?? root;
      i++;
    } else if (c === ';' || (c === ',' && lists) || (c === '\n' && lines)) {
      statement();
      i++;
    } else {
      if (!/\s/.test(c)) word(i, 1);
      i++;
    }
  }
  statement();
  return root.children;
}

/** `key = value`, `key: value`, `directive word word`, `resource "type" "name"`. */
function readStatement(parent: OpenNode, text: string, start: number, end: number): OpenNode {
  const assigned = /^("[^"]*"|'[^']*'|[\w.$/-]+)\s*[:=](?!=)\s*([\s\S]*)$/.exec(text);
  const plain = /^(\S+)\s*([\s\S]*)$/.exec(text);
  const [, key = '', rest = ''] = assigned ?? plain ?? [];
  const isItem = !assigned && (/^["'\d]/.test(text) || (parent.key !== '' && rest === '' && /^["']/.test(key)));
  const node = openNode(parent, isItem ? '' : unquote(key), [start, end]);
  const value = (isItem ? text : rest).replace(/\s*[:=]\s*$/, '');
  node.value = value === '' ? undefined : unquote(value);
  return node;
}
