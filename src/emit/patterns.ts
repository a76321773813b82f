import type { TSESTree } from '@typescript-eslint/types';
import type { Editor } from '../edits/editor.js';
import { outermost } from '../mcp/file-index.js';
import { isFunctionNode } from '../mcp/values.js';

type Item = TSESTree.Property | TSESTree.RestElement;

/** What happens to the objects that one file takes apart: names go, others come. Written once, when everything is known. */
export class Patterns {
  readonly #gone = new Map<TSESTree.Property, TSESTree.ObjectPattern>();
  readonly #added = new Map<TSESTree.ObjectPattern, Set<string>>();

  readonly #kept = new Set<TSESTree.Node>();

  constructor(private readonly editor: Editor) {}

  /** New code uses this name: it stays, whatever becomes of the code that used it before. */
  keep(name: TSESTree.Identifier): void {
    this.#kept.add(name);
  }

  isKept(name: TSESTree.Node): boolean {
    return this.#kept.has(name);
  }

  /** Takes a name out. False where that would change what the others hold. */
  drop(name: TSESTree.Identifier): boolean {
    const place = placeOf(name);
    if (!place) return false;
    this.#gone.set(place.property, place.pattern);
    return true;
  }

  /** Whether a member can be taken under its own name as well. */
  canAdd(pattern: TSESTree.ObjectPattern): boolean {
    return !isOpen(pattern);
  }

  add(pattern: TSESTree.ObjectPattern, name: string): void {
    this.#added.set(pattern, (this.#added.get(pattern) ?? new Set()).add(name));
  }

  isAdded(pattern: TSESTree.ObjectPattern, name: string): boolean {
    return this.#added.get(pattern)?.has(name) ?? false;
  }

  /** Makes the edits. */
  write(): void {
    const touched = new Set<TSESTree.ObjectPattern>();
    for (const pattern of this.#gone.values()) touched.add(outer(pattern));
    for (const pattern of this.#added.keys()) touched.add(outer(pattern));
    for (const pattern of touched) this.#writeOne(pattern);
    this.#gone.clear();
    this.#added.clear();
  }

  #writeOne(pattern: TSESTree.ObjectPattern): void {
    const [first, last] = [pattern.properties[0], pattern.properties.at(-1)];
    const isGone = this.editor.edits.some(({ range }) => range[0] <= pattern.range[0] && pattern.range[1] <= range[1]);
    if (!first || !last || isGone) return;
    const items = this.#items(pattern);
    if (items.length === 0 && (this.#dropParameter(pattern) || this.#dropDeclaration(pattern))) return;
    this.editor.replace({ range: [first.range[0], last.range[1]] }, items.join(this.#separator(pattern)));
  }

  #items(pattern: TSESTree.ObjectPattern): readonly string[] {
    return [...pattern.properties.flatMap(item => this.#item(item)), ...(this.#added.get(pattern) ?? [])];
  }

  #item(item: Item): readonly string[] {
    if (item.type === 'RestElement') return [this.editor.text(item)];
    if (this.#gone.has(item)) return [];
    if (item.value.type !== 'ObjectPattern' || !this.#isTouched(item.value)) return [this.editor.text(item)];
    const inner = this.#items(item.value);
    return inner.length === 0 ? [] : [`${this.editor.text(item.key)}: { ${inner.join(this.#separator(item.value))} }`];
  }

  #isTouched(pattern: TSESTree.ObjectPattern): boolean {
    return this.#added.has(pattern) || pattern.properties.some(p => p.type === 'Property' && (this.#gone.has(p) || (p.value.type === 'ObjectPattern' && this.#isTouched(p.value))));
  }

  /** Callers of a callback pass what they pass: the last parameter need not be there. */
  #dropParameter(pattern: TSESTree.ObjectPattern): boolean {
    const fn = pattern.parent;
    if (!isFunctionNode(fn) || fn.params.at(-1) !== pattern || outermost(fn).parent?.type !== 'CallExpression') return false;
    const before = fn.params.at(-2);
    this.editor.replace({ range: [before ? before.range[1] : pattern.range[0], pattern.range[1]] }, '');
    return true;
  }

  /** What gave the values still runs. */
  #dropDeclaration({ parent }: TSESTree.ObjectPattern): boolean {
    if (parent.type !== 'VariableDeclarator' || !parent.init || parent.parent.declarations.length > 1) return false;
    this.editor.replace({ range: [parent.parent.range[0], parent.init.range[0]] }, '');
    return true;
  }

  #separator({ properties: [first, second] }: TSESTree.ObjectPattern): string {
    const between = first && second ? this.editor.file.text.slice(first.range[1], second.range[0]) : ', ';
    return /^,\s*$/.test(between) ? between : ', ';
  }
}

/** All names that a pattern gives, or undefined when it holds a rest or computes something. */
export function namesOf(pattern: TSESTree.ObjectPattern): readonly TSESTree.Identifier[] | undefined {
  const names: TSESTree.Identifier[] = [];
  for (const item of pattern.properties) {
    if (item.type === 'RestElement' || item.computed) return undefined;
    if (item.value.type === 'Identifier') names.push(item.value);
    else if (item.value.type === 'ObjectPattern') {
      const inner = namesOf(item.value);
      if (!inner) return undefined;
      names.push(...inner);
    } else return undefined;
  }
  return names;
}

/** Whether a name stands in a pattern from which it can be taken out. */
export function isDroppable(name: TSESTree.Node): name is TSESTree.Identifier {
  return name.type === 'Identifier' && placeOf(name) !== undefined;
}

/** `{ name }` or `{ member: name }`. */
function placeOf(name: TSESTree.Identifier): { readonly property: TSESTree.Property; readonly pattern: TSESTree.ObjectPattern } | undefined {
  const property = name.parent;
  if (property.type !== 'Property' || property.value !== name || property.computed) return undefined;
  const pattern = property.parent;
  return pattern.type === 'ObjectPattern' && !isOpen(pattern) ? { property, pattern } : undefined;
}

/** The rest would hold what is taken out. */
function isOpen({ properties }: TSESTree.ObjectPattern): boolean {
  return properties.some(p => p.type === 'RestElement');
}

function outer(pattern: TSESTree.ObjectPattern): TSESTree.ObjectPattern {
  const property = pattern.parent;
  const above = property.type === 'Property' ? property.parent : undefined;
  return above?.type === 'ObjectPattern' ? outer(above) : pattern;
}
