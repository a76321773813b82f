import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../files/kinds.js';
import { keyName } from '../mcp/exports.js';
import { innermost, memberName } from '../mcp/file-index.js';
import { walkTree } from '../parse/walk.js';
import type { SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';
import type { EnvironmentChange } from './comparison.js';

interface Use {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** Variables of the environment that the code has begun or ceased to read. Only files that differ can tell. */
export function environmentChanges(before: Project, after: Project, changed: readonly string[]): readonly EnvironmentChange[] {
  return [...news(before, after, changed).map(use => ({ ...use, change: 'added' as const })), ...news(after, before, changed).map(use => ({ ...use, change: 'removed' as const }))];
}

/** What the second project reads and the first does not, each name once. */
function news(old: Project, now: Project, changed: readonly string[]): readonly Use[] {
  const code = new Set(now.codeFiles());
  const uses = new Map(changed.filter(path => code.has(path)).flatMap(path => usesIn(now, path)).reverse().map(use => [use.name, use]));
  return [...uses.values()].filter(use => !isRead(old, use.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isRead(project: Project, name: string): boolean {
  return project.codeFiles().some(path => project.text(path)?.includes(name) === true && usesIn(project, path).some(use => use.name === name));
}

function usesIn(project: Project, path: string): readonly Use[] {
  if (zoneOf(path) === 'test' || !/\benv\b/.test(project.text(path) ?? '')) return [];
  const file = project.source(path);
  if (!file) return [];
  const uses: Use[] = [];
  const add = (name: string | undefined, node: TSESTree.Node): void => {
    if (name !== undefined && /^[A-Za-z_]\w*$/.test(name)) uses.push({ name, file: path, line: project.lines(path).position(node.range[0]).line });
  };
  walkTree(file.program, node => {
    if (node.type === 'MemberExpression' && isEnvironment(node.object)) add(memberName(node), node);
    else if (node.type === 'VariableDeclarator' && node.id.type === 'ObjectPattern' && node.init && isEnvironment(node.init)) for (const p of node.id.properties) add(p.type === 'Property' ? keyName(p.key) : undefined, p);
    else if (node.type === 'CallExpression') add(asked(file, node), node);
  });
  return uses;
}

/** `process.env`, `import.meta.env`, `Bun.env`. */
function isEnvironment(node: TSESTree.Node): boolean {
  const inner = innermost(node);
  if (inner.type !== 'MemberExpression' || memberName(inner) !== 'env') return false;
  return inner.object.type === 'MetaProperty' || (inner.object.type === 'Identifier' && (inner.object.name === 'process' || inner.object.name === 'Bun'));
}

/** `Deno.env.get('NAME')`. */
function asked(file: SourceFile, call: TSESTree.CallExpression): string | undefined {
  const [argument] = call.arguments;
  return argument && file.text.slice(...call.callee.range) === 'Deno.env.get' ? keyName(argument) : undefined;
}
