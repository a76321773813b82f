import type { WireChange, WireKind } from './comparison.js';
import { effectOf } from './effects.js';
import type { Argument } from './schemas.js';
import type { SurfaceItem } from './surface.js';

const ORDER: readonly WireKind[] = ['entry', 'tool', 'argument', 'prompt', 'resource', 'capability', 'method', 'sends', 'route', 'header', 'status', 'code'];

/** What clients notice: by name, wherever in the code it stands. */
export function wireChanges(before: readonly SurfaceItem[], after: readonly SurfaceItem[]): readonly WireChange[] {
  const [old, now] = [byName(before), byName(after)];
  const changes: WireChange[] = [];
  for (const [key, item] of now) if (!old.has(key)) changes.push(change(item, item.name, 'added', listed(item.arguments)));
  for (const [key, item] of old) {
    const partner = now.get(key);
    const cover = partner ? undefined : coverOf(item, now);
    if (cover !== undefined) changes.push({ ...change(item, item.name, 'removed', `${cover} has it now`), modern: `${cover} answers.`, older: `${cover} answers.` });
    else if (!partner) changes.push(change(item, item.name, 'removed'));
    else if (item.arguments && partner.arguments) changes.push(...argumentChanges(item, partner, item.arguments, partner.arguments));
  }
  return changes.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || compare(a.change, b.change) || compare(a.name, b.name));
}

/** The route for all verbs that has taken the place of one. */
function coverOf({ kind, name }: SurfaceItem, now: ReadonlyMap<string, SurfaceItem>): string | undefined {
  const any = name.replace(/^[A-Z]+ /, 'ANY ');
  return kind === 'route' && now.has(`route ${any}`) ? any : undefined;
}

/** The first place of each; a tool counts with the schema that could be read. */
function byName(items: readonly SurfaceItem[]): ReadonlyMap<string, SurfaceItem> {
  const found = new Map<string, SurfaceItem>();
  for (const item of items) {
    const key = `${item.kind} ${item.name}`;
    const known = found.get(key);
    if (!known || (!known.arguments && item.arguments)) found.set(key, item);
  }
  return found;
}

function argumentChanges(old: SurfaceItem, now: SurfaceItem, before: readonly Argument[], after: readonly Argument[]): readonly WireChange[] {
  const name = (a: Argument): string => `${now.name}.${a.name}`;
  return [
    ...after.filter(a => !before.some(b => b.name === a.name)).map(a => change(now, name(a), 'added', a.required ? 'required' : 'optional', 'argument')),
    ...before.filter(b => !after.some(a => a.name === b.name)).map(b => change(old, name(b), 'removed', undefined, 'argument')),
    ...after.filter(a => before.some(b => b.name === a.name && b.required !== a.required)).map(a => change(now, name(a), 'changed', a.required ? 'was optional, is required' : 'was required, is optional', 'argument')),
  ];
}

function change(item: SurfaceItem, name: string, what: WireChange['change'], detail?: string, kind: WireKind = item.kind): WireChange {
  return { kind, name, change: what, ...(detail !== undefined && { detail }), file: item.file, line: item.line, ...effectOf(kind, name, what) };
}

function listed(given: readonly Argument[] | undefined): string | undefined {
  if (!given) return undefined;
  return given.length === 0 ? 'without arguments' : `with ${given.map(a => (a.required ? a.name : `${a.name}?`)).join(', ')}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
