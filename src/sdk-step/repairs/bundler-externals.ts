import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../../files/kinds.js';
import { manifestOf } from '../../graph/workspace.js';
import type { Project } from '../../project.js';
import { walkTree } from '../../parse/walk.js';
import type { Pass, PassFile } from '../pass.js';

const FORMER = /^@modelcontextprotocol\/sdk(?:\/.*)?$/;

/** Lists of packages that are not bundled, or are: the first major in them makes way for what is imported now. */
export const bundlerExternals: Pass = {
  id: 'bundler-externals',
  words: /['"`]@modelcontextprotocol\/sdk/,
  rewrite(pass) {
    walkTree(pass.file.program, node => {
      if (node.type === 'ArrayExpression') replaceIn(pass, node);
    });
  },
};

function replaceIn({ file, project, editor }: PassFile, list: TSESTree.ArrayExpression): void {
  const former = list.elements.filter(e => e?.type === 'Literal' && typeof e.value === 'string' && FORMER.test(e.value));
  const [first, ...others] = former;
  if (!first) return;
  const names = importedPackages(project, file.path);
  if (names.length === 0) return;
  const quote = file.text[first.range[0]] ?? "'";
  const ownLine = /\n[ \t]*$/.test(file.text.slice(0, first.range[0]));
  const indent = /[ \t]*$/.exec(file.text.slice(0, first.range[0]))?.[0] ?? '';
  editor.replace(first, names.map(n => `${quote}${n}${quote}`).join(ownLine ? `,${editor.style.eol}${indent}` : ', '));
  const rest = others.flatMap(o => (o ? [o] : []));
  if (rest.length > 0) editor.removeElements(rest, list);
}

/** The packages of the second major that the program of the same package imports. */
function importedPackages(project: Project, path: string): readonly string[] {
  const own = manifestOf(project.manifests, path);
  const names = new Set<string>();
  for (const file of project.codeFiles()) {
    if (manifestOf(project.manifests, file) !== own || zoneOf(file) === 'test') continue;
    for (const specifier of project.specifiers(file)) {
      const name = /^@modelcontextprotocol\/(?!sdk(?:\/|$))[\w-]+/.exec(specifier)?.[0];
      if (name !== undefined) names.add(name);
    }
  }
  return [...names].sort();
}
