import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Choices } from '../../src/choices.js';

const root = new URL('../../', import.meta.url).pathname;
const FIXTURES = join(root, 'fixtures');

/** Texts by path, forward slashes. */
export type Files = Readonly<Record<string, string>>;

/** A folder `fixtures/<transform>/<case>`. */
export interface TransformFixture {
  readonly name: string;
  readonly transform: string;
  readonly folder: string;
  readonly before: Files;
  /** The same as `before` where the transform must not change anything. */
  readonly after: Files;
  /** What one file alone can prove, where that is less than the whole project can. */
  readonly alone: Files;
  /** Of the findings that the transform takes, those that stay: file and subject. */
  readonly left: readonly string[];
  /** The reasons why it declined. */
  readonly declines: readonly string[];
  /** What a person chose, where that is not the default. */
  readonly choices: Partial<Choices>;
}

export function transformFixtures(transforms: readonly string[]): readonly TransformFixture[] {
  return transforms.flatMap(transform => foldersIn(join(FIXTURES, transform)).map(name => readFixture(transform, name)));
}

function readFixture(transform: string, name: string): TransformFixture {
  const folder = join(FIXTURES, transform, name);
  const before = readFiles(join(folder, 'before'));
  const after = readOptional(join(folder, 'after')) ?? before;
  const expected = existsSync(join(folder, 'expect.json')) ? (JSON.parse(readFileSync(join(folder, 'expect.json'), 'utf8')) as { left?: string[]; declines?: string[]; choices?: Partial<Choices> }) : {};
  const creates = Object.keys(after).some(path => !(path in before));
  return {
    name: `${transform}/${name}`,
    transform,
    folder,
    before,
    after,
    alone: readOptional(join(folder, 'alone')) ?? (creates ? before : after),
    left: expected.left ?? [],
    declines: expected.declines ?? [],
    choices: { markers: false, ...expected.choices },
  };
}

function readOptional(folder: string): Files | undefined {
  return existsSync(folder) ? readFiles(folder) : undefined;
}

/** Without what a migration keeps to be undone. */
export function readFiles(folder: string): Files {
  const own = `${join(folder, '.mcp-stateless')}${sep}`;
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap(e => (e.isFile() && !join(e.parentPath, e.name).startsWith(own) ? [join(e.parentPath, e.name)] : []));
  return Object.fromEntries(paths.sort().map(path => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]));
}

function foldersIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap(e => (e.isDirectory() ? [e.name] : []))
    .sort();
}
