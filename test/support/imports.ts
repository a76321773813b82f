import { readFileSync } from 'node:fs';
import { diskTree } from '../../src/files/disk.js';
import { parseSource } from '../../src/parse/parse.js';
import { walkTree } from '../../src/parse/walk.js';
import { Project } from '../../src/project.js';

export const ROOT = new URL('../../', import.meta.url).pathname;

export interface ImportEdge {
  readonly from: string;
  readonly specifier: string;
  /** The file of this project that it means, else undefined. */
  readonly target: string | undefined;
  /** Gone after compilation. */
  readonly typeOnly: boolean;
}

/** Who imports what in the code of this project, seen through the tool's own parser and graph. */
export function importsOfProject(...folders: readonly string[]): readonly ImportEdge[] {
  const project = new Project(diskTree(ROOT, { ignore: ['/fixtures'] }));
  const asked = project.codeFiles().filter(path => folders.some(f => path.startsWith(`${f}/`)));
  return asked.flatMap(from =>
    importsIn(from).map(({ specifier, typeOnly }) => ({ from, specifier, typeOnly, target: project.resolve(from, specifier) })),
  );
}

function importsIn(path: string): readonly { readonly specifier: string; readonly typeOnly: boolean }[] {
  const found: { specifier: string; typeOnly: boolean }[] = [];
  walkTree(parseSource(path, readFileSync(ROOT + path, 'utf8')).program, node => {
    if (node.type === 'ImportDeclaration') found.push({ specifier: node.source.value, typeOnly: node.importKind === 'type' || (node.specifiers.length > 0 && node.specifiers.every(s => s.type === 'ImportSpecifier' && s.importKind === 'type')) });
    else if (node.type === 'ExportAllDeclaration') found.push({ specifier: node.source.value, typeOnly: node.exportKind === 'type' });
    else if (node.type === 'ExportNamedDeclaration' && node.source) found.push({ specifier: node.source.value, typeOnly: node.exportKind === 'type' });
    else if (node.type === 'ImportExpression' && node.source.type === 'Literal') found.push({ specifier: String(node.source.value), typeOnly: false });
    else if (node.type === 'CallExpression' && isRequire(path, node.range, node.callee.range) && node.arguments[0]?.type === 'Literal') found.push({ specifier: String(node.arguments[0].value), typeOnly: false });
  });
  return found;
}

/** `require('x')` and `createRequire(import.meta.url)('x')`. */
function isRequire(path: string, [start]: readonly [number, number], callee: readonly [number, number]): boolean {
  const text = readFileSync(ROOT + path, 'utf8').slice(start, callee[1]);
  return text === 'require' || text.startsWith('createRequire(');
}
