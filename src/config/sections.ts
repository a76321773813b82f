import { openNode, type ConfigNode, type OpenNode } from './tree.js';

const SECTION = /^(?:global|defaults|frontend|backend|listen|peers|resolvers|userlist|cache|program|ring|http-errors|mailers)\b/;

/** HAProxy: a section begins at its keyword, and everything up to the next one belongs to it. */
export function readSections(text: string): readonly ConfigNode[] {
  const roots: OpenNode[] = [];
  let section: OpenNode | undefined;
  let offset = 0;
  for (const line of text.split('\n')) {
    const start = offset;
    offset += line.length + 1;
    const bare = line.replace(/(^|\s)#.*$/, '$1').trimEnd();
    const words = /^(\s*)(\S+)\s*(.*)$/.exec(bare);
    if (!words) continue;
    const at = start + (words[1] ?? '').length;
    const isSection = SECTION.test(words[2] ?? '');
    const node = openNode(isSection ? undefined : section, words[2] ?? '', [at, start + bare.length]);
    node.value = words[3] === '' ? undefined : words[3];
    if (isSection) section = node;
    if (isSection || !node.parent) roots.push(node);
    if (section) section.whole = [section.range[0], start + bare.length];
  }
  return roots;
}
