import { manifestOf } from '../../graph/workspace.js';
import type { Project } from '../../project.js';
import { runPass, type PassFile } from '../pass.js';
import type { TypeRepair } from './attempt.js';

/** The last is the `server` of a class that extends one of a framework. */
const NOT_ASSIGNABLE = new Set([2322, 2345, 2769, 2416]);
/** `Type 'McpServer' is missing the following properties from type 'McpServer'`: one of each major. */
const TWO_MAJORS = /\b[Tt]ype '(McpServer|Server|Client|RegisteredTool)(?:<[^']*>)?' is (?:missing the following properties from|not assignable to) type '\1(?:<[^']*>)?'/;
/** What is said in a package that waits. */
const WAITS = 'mcp-stateless:sdk-framework';

/** The packages in which an earlier run has said that they wait for a framework. */
export function waitingPackages(project: Project): ReadonlySet<string> {
  return new Set(project.codeFiles().flatMap(path => (project.text(path)?.includes(WAITS) ? [packageOf(project, path)] : [])));
}

export function packageOf(project: Project, path: string): string {
  return manifestOf(project.manifests, path)?.folder ?? '';
}

/**
 * A server that is handed to a framework which is built on the first major has to be one of the first major. Which framework that is only its
 * types tell. The package then stays as it was: half of it on each major would advertise what the other half cannot do.
 */
export const otherMajor = (before: Project): TypeRepair => ({
  fits: ({ code, message }) => NOT_ASSIGNABLE.has(code) && TWO_MAJORS.test(message),
  ways: [(project, errors) => asBefore(before, project, new Set(errors.map(e => e.file)))],
});

function asBefore(before: Project, project: Project, wrong: ReadonlySet<string>): ReadonlyMap<string, string> {
  const packages = new Set([...wrong].map(path => packageOf(project, path)));
  const marked = runPass(before, { id: 'other-major', words: /@modelcontextprotocol\/sdk/, rewrite: markFirst }, [...wrong]);
  const there = project.codeFiles().filter(path => packages.has(packageOf(project, path)));
  return new Map(there.flatMap(path => (marked.text(path) === project.text(path) ? [] : [[path, marked.text(path) ?? '']])));
}

function markFirst({ file, mark }: PassFile): void {
  const first = file.program.body.find(s => s.type === 'ImportDeclaration' && s.source.value.startsWith('@modelcontextprotocol/sdk'));
  if (first) mark(first.range[0], 'sdk-framework');
}
