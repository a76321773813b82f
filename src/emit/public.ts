import type { SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';

const MAX_BARRELS = 4;

/** What others may import under this name, out of our sight: of an entry of a package, or of a module that one exports again. */
export function isPublic(project: Project, { path }: SourceFile, depth = 0): boolean {
  if (isEntry(project, path)) return true;
  return depth < MAX_BARRELS && project.importersOf(path).some(importer => {
    const barrel = /\bexport\b[^;]*\bfrom\b/.test(project.text(importer) ?? '') ? project.source(importer) : undefined;
    return barrel !== undefined && exportsAgain(project, barrel, path) && isPublic(project, barrel, depth + 1);
  });
}

function exportsAgain(project: Project, { path: from, program }: SourceFile, path: string): boolean {
  return program.body.some(s => (s.type === 'ExportAllDeclaration' || s.type === 'ExportNamedDeclaration') && s.source !== null && project.resolve(from, s.source.value) === path);
}

function isEntry(project: Project, path: string): boolean {
  return project.manifests.some(({ json, folder }) => {
    const entry = [json['main'], json['exports'], json['module'], json['types']].flatMap(e => (e === undefined ? [] : [JSON.stringify(e)])).join(' ');
    const inside = folder === '' ? path : path.slice(folder.length + 1);
    const compiled = inside.replace(/^src\//, '').replace(/\.[cm]?[jt]sx?$/, '');
    return json['bin'] === undefined && json['private'] !== true && (folder === '' || path.startsWith(`${folder}/`)) && new RegExp(`(?:^|[/"])${compiled.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\.[cm]?[jt]s`).test(entry);
  });
}
