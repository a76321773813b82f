import { dependenciesOf, manifestOf } from '../graph/workspace.js';
import { sdk } from '../mcp/sdk.js';
import type { SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';
import type { DependencyChange } from '../transform.js';
import type { Draft } from './draft.js';

const PACKAGE = /^(?:@[^/]+\/)?[^@./][^/]*/;

/** Packages of the SDK that a file imports now and that its package.json does not declare. */
export function neededPackages(project: Project, draft: Draft): readonly DependencyChange[] {
  const found = new Map<string, DependencyChange>();
  for (const { file, addedModules } of draft.files) {
    const above = project.manifests.filter(m => m.folder === '' || file.path.startsWith(`${m.folder}/`)).sort((a, b) => b.folder.length - a.folder.length);
    const manifest = above.find(m => [...dependenciesOf(m).keys()].some(name => name.startsWith('@modelcontextprotocol/')));
    if (!manifest) continue;
    const declared = dependenciesOf(manifest);
    for (const name of addedModules.flatMap(m => PACKAGE.exec(m)?.[0] ?? [])) if (name.startsWith('@modelcontextprotocol/') && !declared.has(name)) found.set(`${manifest.folder} ${name}`, { name, range: `^${sdk().versionOf(name) ?? '2.0.0'}`, package: manifest.folder });
  }
  return [...found.values()];
}

/** Packages of which the last import goes, with their types. What a script or a tool names stays. */
export function unusedPackages(project: Project, draft: Draft, removed: readonly string[]): readonly DependencyChange[] {
  const gone = new Set(removed);
  const dropped = new Map<SourceFile, readonly string[]>([...draft.files].map(d => [d.file, d.goneModules]));
  for (const path of removed) {
    const file = project.source(path);
    if (file) dropped.set(file, file.program.body.flatMap(s => (s.type === 'ImportDeclaration' ? [s.source.value] : [])));
  }
  return [...dropped].flatMap(([file, modules]) => {
    const manifest = manifestOf(project.manifests, file.path);
    if (!manifest) return [];
    const declared = dependenciesOf(manifest);
    const names = [...new Set(modules.flatMap(m => PACKAGE.exec(m)?.[0] ?? []))].filter(n => declared.has(n) && (!n.startsWith('@modelcontextprotocol/') || /\/(?:server-legacy|sdk)$/.test(n)) && !isNamed(project, manifest.folder, n, dropped, gone) && !JSON.stringify({ ...manifest.json, dependencies: {}, devDependencies: {} }).includes(n));
    return names.flatMap(n => [n, typesOf(n)]).flatMap(name => (declared.has(name) ? [{ name, range: undefined, package: manifest.folder }] : []));
  });
}

function typesOf(name: string): string {
  return `@types/${name.replace(/^@/, '').replace('/', '__')}`;
}

/** Another file of the package says the name, or this one says it again. */
function isNamed(project: Project, folder: string, name: string, dropped: ReadonlyMap<SourceFile, readonly string[]>, gone: ReadonlySet<string>): boolean {
  const said = new RegExp(`['"\`]${name.replaceAll(/[.*+?^$()[\]{}|/\\]/g, '\\$&')}(?:/[^'"\`]*)?['"\`]`, 'g');
  return project.codeFiles().some(path => {
    if (gone.has(path) || (folder !== '' && !path.startsWith(`${folder}/`))) return false;
    const own = [...dropped].find(([file]) => file.path === path)?.[1].filter(m => PACKAGE.exec(m)?.[0] === name).length ?? 0;
    return (project.text(path)?.match(said) ?? []).length > own;
  });
}
