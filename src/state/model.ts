import type { TSESTree } from '@typescript-eslint/types';
import { outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { isClassNode, type ClassNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { CellReader, type Access, type Cell } from './cells.js';
import { Classifier, isInstrumentName, isLive, isPlumbing, type CellClass } from './classify.js';
import { findHandlers, type Handler } from './handlers.js';
import { Lifetimes } from './lifetimes.js';
import { Reach } from './reach.js';
import { sessionIdsOf, type SessionIds } from './session-ids.js';
import { sessionStores, sessionTables } from './session-stores.js';
import { partsOf } from './transactions.js';

export type ClassifiedCell = Cell & { readonly class: CellClass };

/** Cells that a person would call one thing: a variable with what is behind it, or a class with its parts. */
export interface StateGroup {
  readonly class: 'session' | 'process';
  readonly name: string;
  readonly file: SourceFile;
  /** The declaration that stands for the group. */
  readonly at: TSESTree.Node;
  /** The cell that stands for it, the most telling first. */
  readonly cells: readonly ClassifiedCell[];
  readonly writers: readonly string[];
  readonly readers: readonly string[];
}

/** What holds instances of a class: a cell that is assigned one, or a class that makes one for a field of its own. */
type Holder = { readonly kind: 'cell'; readonly cell: ClassifiedCell } | { readonly kind: 'class'; readonly cls: ClassNode; readonly file: SourceFile; readonly at: TSESTree.Node };

const MAX_NESTING = 5;
/** Containers whose elements have been judged with them. */
const KEEPERS = new Set<CellClass>(['handle', 'cache', 'transports', 'hosting', 'instrument', 'coordination', 'attached']);

/** What outlives a call, over the whole program. */
export class StateModel {
  readonly handlers: readonly Handler[];
  readonly reach: Reach;
  readonly cells: readonly ClassifiedCell[];
  readonly classifier: Classifier;
  readonly ids: SessionIds;
  #given: ReadonlyMap<ClassNode, ReadonlySet<ClassifiedCell>> | undefined;
  readonly #holders = new Map<ClassNode, readonly Holder[]>();

  constructor(
    private readonly mcp: McpModel,
    files: Iterable<SourceFile>,
  ) {
    this.handlers = findHandlers(mcp, files);
    this.reach = new Reach(mcp, this.handlers);
    this.ids = sessionIdsOf(mcp);
    this.classifier = new Classifier(mcp, this.reach, this.ids);
    const stores = sessionStores(mcp, this.ids);
    const lifetimes = new Lifetimes(mcp, this.reach);
    lifetimes.keep(stores.map(s => s.cls));
    const reader = new CellReader(mcp, this.reach, lifetimes);
    const cells = reader.read(stores, sessionTables(mcp, this.ids));
    reader.noteGlobals();
    this.cells = cells.map(cell => Object.assign(cell, { class: this.classifier.classify(cell) }));
  }

  groups(): readonly StateGroup[] {
    const state = this.cells.filter(c => ((c.class === 'process' || c.class === 'session') && !this.#isPartOfOther(c)) || this.#isStatefulLazy(c));
    const byHolder = new Map<object, { holder: Holder | undefined; readonly cells: ClassifiedCell[] }>();
    for (const cell of state) {
      // The level of log messages is a thing of its own, whatever else the class keeps.
      const alone = this.classifier.isLevelOfAll(cell, cell.accesses.filter(a => a.mode === 'write'));
      const holder = alone ? undefined : this.#outermostHolder(cell, state);
      const key = alone ? cell.id : holder === undefined ? (cell.owner ?? cell.id) : holder.kind === 'cell' ? (holder.cell.owner ?? holder.cell.id) : holder.cls;
      const group = byHolder.get(key);
      if (group) {
        group.holder ??= holder;
        group.cells.push(cell);
      } else byHolder.set(key, { holder, cells: [cell] });
    }
    return [...byHolder.entries()].filter(([, { holder }]) => holder?.kind !== 'class' || !isInstrumentName(holder.cls.id?.name ?? '')).map(([key, { holder, cells }]) => this.#group(key, holder, cells));
  }

  /** A field of what is kept under a handle, in a cache or in a pool belongs to those. */
  #isPartOfOther({ file, owner, class: kept }: ClassifiedCell): boolean {
    if (!owner) return false;
    const holders = this.#holdersOf(file, owner);
    return holders.length > 0 && holders.every(h => (h.kind === 'cell' ? KEEPERS.has(h.cell.class) : kept === 'process' && isPlumbing(this.mcp, h.file, h.cls)));
  }

  /** A thing that is made on first use is state when it remembers: a browser, a socket, an instance with state of its own. */
  #isStatefulLazy(cell: ClassifiedCell): boolean {
    if (cell.class !== 'lazy' && cell.class !== 'derived') return false;
    return cell.accesses.some(({ mode, file, value }) => mode === 'write' && value !== undefined && (isLive(this.mcp, file, value) || this.#isStatefulInstance(file, value)));
  }

  #isStatefulInstance(file: SourceFile, node: TSESTree.Node): boolean {
    return this.mcp.values(file, node).some(({ value }) => value.kind === 'instance' && this.cells.some(c => c.owner === value.node && c.class === 'process'));
  }

  /** The cell or class that a cell is a part of, up to the outermost one that is state itself. */
  #outermostHolder(cell: ClassifiedCell, state: readonly ClassifiedCell[]): Holder | undefined {
    let found: Holder | undefined;
    let owner = cell.owner;
    let file = cell.file;
    const seen = new Set<ClassNode>();
    for (let depth = 0; owner && depth < MAX_NESTING && !seen.has(owner); depth++) {
      seen.add(owner);
      const holder: Holder | undefined = this.#holdersOf(file, owner).find(h => (h.kind === 'cell' ? state.includes(h.cell) : this.#isComposite(h.cls, state)));
      if (!holder) break;
      found = holder;
      owner = holder.kind === 'cell' ? holder.cell.owner : holder.cls;
      file = holder.kind === 'cell' ? holder.cell.file : holder.file;
    }
    return found;
  }

  #holdersOf(file: SourceFile, cls: ClassNode): readonly Holder[] {
    const known = this.#holders.get(cls);
    if (known) return known;
    const holders: Holder[] = [];
    this.#holders.set(cls, holders);
    for (const cell of this.#cellsGiven().get(cls) ?? []) if (cell.owner !== cls) holders.push({ kind: 'cell', cell });
    for (const { file: g, node } of this.mcp.infer.references.ofClass(file, cls, 'all')) {
      const made = node.parent;
      if (made.type === 'NewExpression' && made.callee === node) {
        const field = fieldMadeBy(made);
        if (field && field.cls !== cls) holders.push({ kind: 'class', cls: field.cls, file: g, at: field.at });
      } else if (isClassNode(made) && made.superClass === node) holders.push(...this.#holdersOf(g, made));
    }
    return holders;
  }

  /** Which cells are given instances of a class, by themselves or in an entry: `map.set(id, { page, opened })`. */
  #cellsGiven(): ReadonlyMap<ClassNode, ReadonlySet<ClassifiedCell>> {
    if (this.#given) return this.#given;
    const given = new Map<ClassNode, Set<ClassifiedCell>>();
    for (const cell of this.cells) {
      for (const { mode, file, value } of cell.accesses) {
        if (mode !== 'write' || value === undefined) continue;
        for (const known of [...this.mcp.values(file, value), ...partsOf(this.mcp, file, value).flatMap(p => (p.property ? this.mcp.values(p.file, p.node) : []))]) {
          if (known.value.kind !== 'instance') continue;
          const cells = given.get(known.value.node) ?? new Set<ClassifiedCell>();
          given.set(known.value.node, cells.add(cell));
        }
      }
    }
    return (this.#given = given);
  }

  /** A class that makes several stateful parts, or has state beside them, is the thing itself. */
  #isComposite(cls: ClassNode, state: readonly ClassifiedCell[]): boolean {
    if (state.some(c => c.owner === cls)) return true;
    const parts = new Set<TSESTree.Node>();
    for (const cell of state) {
      if (!cell.owner || cell.owner === cls) continue;
      for (const holder of this.#holdersOf(cell.file, cell.owner)) if (holder.kind === 'class' && holder.cls === cls) parts.add(holder.at);
    }
    return parts.size > 1;
  }

  #group(key: object, holder: Holder | undefined, cells: readonly ClassifiedCell[]): StateGroup {
    const mere = holder?.kind === 'cell' && this.#isMereHolder(holder.cell, cells) ? holder.cell : undefined;
    const own = cells.filter(c => (c.id === key || c.owner === key) && c !== mere);
    const kept = cells.some(c => c.class === 'session') ? 'session' : 'process';
    const sorted = [...(own.length > 0 ? own : cells.filter(c => c !== mere))].sort((a, b) => Number(b.class === 'session') - Number(a.class === 'session') || byWeight(a, b));
    const first = sorted[0] ?? cells[0];
    // Flags and times stand beside what the class really keeps: its parts.
    const ownIsMinor = first === undefined || own.length === 0 || weight(first) < 2;
    const parts = holder?.kind === 'class' && ownIsMinor ? this.#partsOf(holder, cells) : undefined;
    const connection = own.find(c => c.owner !== undefined) && kept === 'process' ? this.#connectionOf(own) : undefined;
    const stands = parts ?? connection ?? { name: first?.name ?? '', file: first?.file, at: first?.at };
    if (!stands.file || !stands.at) throw new Error('A group of state has a cell.');
    return {
      class: kept,
      name: stands.name,
      file: stands.file,
      at: stands.at,
      cells: [...sorted, ...cells.filter(c => !sorted.includes(c))],
      writers: this.namesOf(cells.flatMap(c => c.accesses.filter(a => a.mode === 'write'))),
      readers: this.namesOf(cells.flatMap(c => c.accesses.filter(a => a.mode === 'read'))),
    };
  }

  /** A variable that is only where an object is put when it is first needed: the data in the object says more. */
  #isMereHolder(holder: ClassifiedCell, cells: readonly ClassifiedCell[]): boolean {
    if (holder.class !== 'lazy' && holder.class !== 'derived') return false;
    return cells.some(c => c !== holder) && !cells.some(c => c.accesses.some(a => a.op === 'assign' && a.key === undefined && a.value !== undefined && isLive(this.mcp, a.file, a.value)));
  }

  /** The client of a service that a call opens says most about a class that keeps one, with what came of it. */
  #connectionOf(own: readonly ClassifiedCell[]): { readonly name: string; readonly file: SourceFile; readonly at: TSESTree.Node } | undefined {
    return this.cells.find(c => {
      if (c.class !== 'derived' || !own.some(o => o.owner === c.owner)) return false;
      return c.accesses.some(a => a.mode === 'write' && a.value?.type === 'NewExpression' && this.mcp.values(a.file, a.value).some(k => k.value.kind === 'external'));
    });
  }

  /** A class is shown by the first field that it keeps a part in. */
  #partsOf(holder: Holder & { readonly kind: 'class' }, cells: readonly ClassifiedCell[]): { readonly name: string; readonly file: SourceFile; readonly at: TSESTree.Node } {
    const places = cells.flatMap(c => (c.owner ? this.#holdersOf(c.file, c.owner) : [])).flatMap(h => (h.kind === 'class' && h.cls === holder.cls ? [h.at] : []));
    const [first] = places.sort((a, b) => a.range[0] - b.range[0]);
    return { name: holder.cls.id?.name ?? 'class', file: holder.file, at: first ?? holder.at };
  }

  /** The handlers that lead to these accesses. */
  namesOf(accesses: readonly Access[]): readonly string[] {
    const names = new Set<string>();
    for (const access of accesses) for (const handler of this.reach.leadingTo(access.node)) names.add(handler.name);
    return [...names].sort();
  }
}

/** Containers and instances say more of what is kept than flags and times do. */
function byWeight(a: ClassifiedCell, b: ClassifiedCell): number {
  return weight(b) - weight(a) || (a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : a.at.range[0] - b.at.range[0]);
}

function weight(cell: Cell): number {
  const holds = cell.values.some(({ value }) => value.kind === 'collection' || value.kind === 'object' || value.kind === 'instance' || value.kind === 'external');
  return (holds ? 2 : 0) + (/time|at$|count|flag|^is/i.test(cell.name) ? 0 : 1);
}

/** The field of a class that gets what this expression makes, with the place where it is declared. */
function fieldMadeBy(made: TSESTree.Node): { readonly cls: ClassNode; readonly at: TSESTree.Node } | undefined {
  const outer = outermost(made);
  const parent = outer.parent;
  if (parent?.type === 'PropertyDefinition') {
    const cls = parent.parent.parent;
    return isClassNode(cls) ? { cls, at: parent.key } : undefined;
  }
  if (parent?.type !== 'AssignmentExpression' || parent.left.type !== 'MemberExpression' || parent.left.object.type !== 'ThisExpression') return undefined;
  for (let n: TSESTree.Node = parent; n.type !== 'Program'; n = n.parent) {
    if (!isClassNode(n)) continue;
    const name = parent.left.property.type === 'Identifier' ? parent.left.property.name : undefined;
    const declared = n.body.body.find(m => m.type === 'PropertyDefinition' && m.key.type === 'Identifier' && m.key.name === name);
    return { cls: n, at: declared?.type === 'PropertyDefinition' ? declared.key : parent.left };
  }
  return undefined;
}
