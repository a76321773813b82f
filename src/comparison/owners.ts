import type { FileTree } from '../files/tree.js';
import { isUnreadable } from '../files/tree.js';

/** Where GitHub, GitLab and Bitbucket look, in their order. */
const PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS', '.bitbucket/CODEOWNERS'];

interface Line {
  readonly matches: RegExp;
  readonly owners: readonly string[];
  readonly section: string;
}

/** Who owns a file, by the last line that matches in each section. */
export type Owners = (file: string) => readonly string[];

export function ownersIn(tree: FileTree, prefix: string): Owners {
  for (const place of PLACES) {
    const bytes = tree.read(place);
    if (!isUnreadable(bytes)) return ownersFrom(bytes.toString('utf8'), prefix);
  }
  return () => [];
}

export function ownersFrom(text: string, prefix = ''): Owners {
  const lines = parse(text);
  return file => {
    const bySection = new Map<string, readonly string[]>();
    for (const line of lines) if (line.matches.test(`/${prefix}${file}`)) bySection.set(line.section, line.owners);
    return [...new Set([...bySection.values()].flat())];
  };
}

function parse(text: string): readonly Line[] {
  const lines: Line[] = [];
  let section = '';
  let defaults: readonly string[] = [];
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const words = raw.replace(/(?:^|\s)#.*$/, '').match(/(?:\\.|[^\s\\])+/g) ?? [];
    const header = /^\s*\^?\[([^\]]+)\](?:\[\d+\])?/.exec(raw);
    if (header) {
      section = header[1]?.toLowerCase() ?? '';
      defaults = raw.slice(header[0].length).split(/\s+/).filter(isOwner);
      continue;
    }
    const [pattern, ...rest] = words;
    if (pattern === undefined) continue;
    const owners = rest.filter(isOwner);
    lines.push({ matches: expression(pattern), owners: owners.length > 0 ? owners : section === '' ? [] : defaults, section });
  }
  return lines;
}

function isOwner(word: string): boolean {
  return /^@\S|^[^@\s]+@[^@\s]+$/.test(word);
}

/** The patterns of ignore files without `!`, and `folder/*` means the files of that folder only. */
function expression(pattern: string): RegExp {
  const plain = pattern.replace(/\\(.)/g, '$1');
  const anchored = plain.slice(0, -1).includes('/');
  const folder = plain.endsWith('/');
  const source = plain
    .replace(/^\//, '')
    .replace(/\/$/, '')
    .split('/')
    .map(part => (part === '**' ? '\0' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '[^/]*').replace(/\?/g, '[^/]')))
    .join('/')
    .replace(/\0\//g, '(?:.*/)?')
    .replace(/\0/g, '.*');
  const end = folder ? '/.*' : plain.endsWith('*') && anchored ? '' : '(?:/.*)?';
  return new RegExp(`^${anchored ? '/' : '/(?:.*/)?'}${source}${end}$`);
}
