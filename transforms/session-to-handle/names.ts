import { walkTree, type SourceFile } from '../../src/define-transform.js';
import type { Container } from './design.js';

/** Words that name no thing by themselves. */
const EMPTY = /^(?:session|sessions|state|states|data|store|storage|context|contexts|current|active|selected|value|values|map|item|items|my|mcp|server|servers|the|by|id|manager|service|handler|main|app|default|example|demo|simple|test|cache|info|list|of|this|per|all|process|module|global|number|new)$/;

/** `carts` gives `cart`, `histories` gives `history`. */
function singular(word: string): string {
  if (/ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:sh|ch|x|ss)es$/.test(word)) return word.slice(0, -2);
  return /[^su]s$/.test(word) ? word.slice(0, -1) : word;
}

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .flatMap(w => (w === '' ? [] : [w.toLowerCase()]));
}

/** Name that a container has in the stored state. */
export function propertyName(name: string, oneOfMany: boolean): string {
  const plain = name.slice(name.lastIndexOf('.') + 1).replace(/^[_#]+/, '');
  if (!oneOfMany) return plain;
  const words = wordsOf(plain.replace(/By(?:Session|Client)(?:Id)?s?$/, '')).filter(w => !/^sessions?$/.test(w));
  if (words.length === 0) return 'entry';
  return camel([...words.slice(0, -1), singular(words.at(-1) ?? '')]);
}

function camel(words: readonly string[]): string {
  return words.map((w, i) => (i === 0 ? w : w.charAt(0).toUpperCase() + w.slice(1))).join('');
}

export function pascal(words: string): string {
  const name = camel(words.split('_'));
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** What a handle for these containers stands for, in words joined by `_`. */
export function kindOf(containers: readonly Container[], serverName: string | undefined): string {
  const candidates: string[] = [];
  const [first] = containers;
  const lists = new Set(containers.flatMap(c => (c.form !== 'map' && c.form !== 'record' && c.initial.startsWith('[') ? [c.cell.name.slice(c.cell.name.lastIndexOf('.') + 1)] : [])));
  if (first?.cls?.id) candidates.push(first.cls.id.name);
  if (containers.length > 1 && serverName !== undefined) candidates.push(serverName);
  for (const { cell, type } of containers) {
    candidates.push(cell.name.slice(cell.name.lastIndexOf('.') + 1));
    const named = /^([A-Z]\w*)/.exec(type ?? '')?.[1];
    if (named !== undefined && !/^(?:Record|Map|Array|Partial|Readonly)$/.test(named)) candidates.push(named);
  }
  if (serverName !== undefined) candidates.push(serverName);
  for (const candidate of candidates) {
    const words = wordsOf(candidate).filter(w => !EMPTY.test(w));
    const last = words.at(-1) ?? '';
    if (words.length > 0 && words.length < 4) return [...words.slice(0, -1), singular(last), ...(lists.has(candidate) && singular(last) !== last ? ['list'] : [])].join('_');
  }
  return 'state';
}

export interface ToolStyle {
  readonly tool: (words: readonly string[]) => string;
  readonly argument: (words: readonly string[]) => string;
}

/** As the other tools of the server are named. */
export function styleOfTools(names: Iterable<string>, argumentNames: Iterable<string>): ToolStyle {
  const count = (list: Iterable<string>, pattern: RegExp): number => [...list].filter(n => pattern.test(n)).length;
  const [dashes, humps, lines] = [count(names, /-/), count(names, /[a-z][A-Z]/), count(names, /_/)];
  const tool = dashes > lines && dashes >= humps ? '-' : humps > lines ? 'camel' : '_';
  const argument = count(argumentNames, /[a-z][A-Z]/) > count(argumentNames, /_/) ? 'camel' : '_';
  const join = (style: string) => (words: readonly string[]) => (style === 'camel' ? camel(words) : words.join(style));
  return { tool: join(tool), argument: join(argument) };
}

/** The first of the names that nothing has. */
export function freeName(candidates: readonly string[], taken: (name: string) => boolean): string {
  const found = candidates.find(c => !taken(c));
  if (found !== undefined) return found;
  const [first = 'state'] = candidates;
  for (let n = 2; ; n++) if (!taken(`${first}${String(n)}`)) return `${first}${String(n)}`;
}

const identifiers = new WeakMap<SourceFile, ReadonlySet<string>>();

function identifiersOf(file: SourceFile): ReadonlySet<string> {
  const known = identifiers.get(file);
  if (known) return known;
  const names = new Set<string>();
  walkTree(file.program, node => {
    if (node.type === 'Identifier') names.add(node.name);
  });
  identifiers.set(file, names);
  return names;
}

/** Whether anything in these files has a name. */
export function isNamedIn(files: readonly SourceFile[]): (name: string) => boolean {
  return name => files.some(f => identifiersOf(f).has(name));
}

/** `cart` gives `carts`, `match` gives `matches`, `entry` gives `entries`. */
export function plural(name: string): string {
  if (/(?:[sxz]|ch|sh)$/i.test(name)) return `${name}es`;
  return /[^aeiou]y$/i.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}
