import { lowestMajor } from '../config/manifests.js';
import { dependenciesOf, manifestOf } from '../graph/workspace.js';
import type { Project } from '../project.js';
import type { PassFile } from './pass.js';

/** A module whose functions and classes take servers of the SDK's first major, or give them to code of the project. */
interface Framework {
  readonly module: RegExp;
  readonly names: RegExp;
  /** Its package, and the version from which on it takes servers of the second major. */
  readonly until?: readonly [string, number];
}

/** Data only. Where packages are installed the types tell of others. */
const FRAMEWORKS: readonly Framework[] = [
  { module: /^agents\/mcp(?:\/index)?$/, names: /^(?:McpAgent|createLegacyMcpHandler|experimental_createMcpHandler)$/ },
  { module: /^mcp-handler$/, names: /^(?:createMcpHandler|createMcpRouteHandler)$/, until: ['mcp-handler', 2] },
  { module: /^@vercel\/mcp-adapter$/, names: /^(?:createMcpHandler|createMcpRouteHandler)$/ },
];

const WORDS = /agents\/mcp|mcp-handler|@vercel\/mcp-adapter/;
const FIRST_MAJOR = /@modelcontextprotocol\/sdk/;

/** Packages that wait for their framework: half of one on each major would advertise what the other half cannot do. */
export function packagesOfFrameworks(project: Project): ReadonlySet<string> {
  const found = new Set<string>();
  for (const path of project.codeFiles()) {
    const folder = manifestOf(project.manifests, path)?.folder ?? '';
    if (!found.has(folder) && WORDS.test(project.text(path) ?? '') && imports(project, path).length > 0) found.add(folder);
  }
  return found;
}

/** Says so where the framework is imported, in packages that use the SDK themselves. */
export const frameworkMarks = {
  id: 'frameworks',
  words: WORDS,
  rewrite({ file, project, mark }: PassFile): void {
    const [first] = imports(project, file.path);
    if (first !== undefined) mark(first, 'sdk-framework');
  },
};

/** Whether the package has code on the first major at all. */
export function usesFirstMajor(project: Project, folder: string): boolean {
  return project.codeFiles().some(path => (manifestOf(project.manifests, path)?.folder ?? '') === folder && FIRST_MAJOR.test(project.text(path) ?? ''));
}

/** Where imports of such a framework begin. */
function imports(project: Project, path: string): readonly number[] {
  const file = project.source(path);
  const manifest = manifestOf(project.manifests, path);
  return (file?.program.body ?? []).flatMap(statement => {
    if (statement.type !== 'ImportDeclaration' || statement.importKind === 'type') return [];
    const isOne = FRAMEWORKS.some(({ module, names, until }) => {
      if (!module.test(statement.source.value)) return false;
      const range = until && manifest ? dependenciesOf(manifest).get(until[0]) : undefined;
      if (until && (lowestMajor(range ?? '') ?? 0) >= until[1]) return false;
      return statement.specifiers.some(s => s.type === 'ImportSpecifier' && s.imported.type === 'Identifier' && names.test(s.imported.name));
    });
    return isOne ? [statement.range[0]] : [];
  });
}
