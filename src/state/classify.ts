import type { TSESTree } from '@typescript-eslint/types';
import { holdsStreams, isWithoutParts, rolesWithin } from '../mcp/containers.js';
import { endName, indexOf, innermost, memberName, outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { contains, returnExpressions } from '../mcp/nodes.js';
import { isFunctionNode, type ClassNode, type FunctionNode, type Known } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import type { Access, Cell } from './cells.js';
import { comesFromArguments, isMinted, mentionsCall } from './keys.js';
import type { Reach } from './reach.js';
import type { SessionIds } from './session-ids.js';
import { isExternalStore } from './stores.js';
import { partsOf, transactionMade } from './transactions.js';

export type CellClass =
  /** Not written or not read while calls are served: configuration, constants. */
  | 'idle'
  /** Transports and servers by session: their own rule tells of them. */
  | 'transports'
  /** Kept under the session id, or made for a session. */
  | 'session'
  /** What one call writes another one reads, whoever calls. */
  | 'process'
  /** Kept under an id that a tool gave out or the caller chose: what the revision asks for. */
  | 'handle'
  | 'cache'
  /** Made on first use, the same for everybody. */
  | 'lazy'
  | 'counter'
  /** Locks, timers, promises that are waited for. */
  | 'coordination'
  /** Read and written by the HTTP layer only. */
  | 'hosting'
  /** In a WeakMap: a part of the object that it is kept for. Or the client of a store that is elsewhere. */
  | 'attached'
  /** Metrics, limits, logs: they watch the calls, no answer depends on them. */
  | 'instrument'
  /** Changed while calls are served, but not by what is called: the same for everybody. */
  | 'derived';

const TELLS_CLIENTS = /sendLoggingMessage|notifications\/message/;

/** What a cell is for, by how it is read and written. */
export class Classifier {
  #tells: boolean | undefined;

  constructor(
    private readonly mcp: McpModel,
    private readonly reach: Reach,
    private readonly ids: SessionIds,
  ) {}

  classify(cell: Cell): CellClass {
    const writes = cell.accesses.filter(a => a.mode === 'write');
    const reads = cell.accesses.filter(a => a.mode === 'read');
    if (isStandIn(cell)) return 'idle';
    if ((this.#holdsTransports(cell) && !this.#isGivenOther(writes)) || this.#holdsStreams(cell)) return 'transports';
    if (writes.length === 0) return isMemoryStore(this.mcp, cell) ? 'process' : 'idle';
    const transacts = this.#keepsTransactions(writes);
    if (isExternalStore(cell.values) && !transacts && !isMemoryStore(this.mcp, cell)) return 'attached';
    if (this.isKeyedBySession(cell) && !holdsPromises(cell) && !isNamedCache(cell)) return reads.length === 0 && this.#onlyHosting(cell) ? 'hosting' : 'session';
    // What reads them is a feed or a timer, not a call.
    if (this.#isOfSubscribers(cell, writes) && !this.#isOfOneRun(cell)) return 'process';
    if (this.isLevelOfAll(cell, writes) && !this.#isOfOneRun(cell)) return 'process';
    if (reads.length === 0 && !writes.some(w => isValueUsed(w.node))) return 'idle';
    if (this.#onlyHosting(cell)) return 'hosting';
    if (transacts && !this.#isOfOneRun(cell)) return this.#isKeyedByCaller(writes, reads) ? 'handle' : 'process';
    if (this.#isOfOneRun(cell) || isConstant(cell) || isPattern(cell)) return 'idle';
    if (cell.values.some(({ value }) => value.kind === 'collection' && value.of === 'WeakMap')) return 'attached';
    if (isInstrument(this.mcp, cell) || /log_?level$/i.test(lastName(cell.name)) || this.#isOnlyLevel(writes)) return 'instrument';
    if (isCoordination(this.mcp, cell) || isUnderWay(cell, writes) || isRemainder(cell, writes)) return 'coordination';
    if (isOfTimes(writes)) return 'coordination';
    if (isCounter(cell, writes, reads)) return 'counter';
    if (isCache(cell, writes)) return 'cache';
    if (this.#isKeyedByCaller(writes, reads)) return 'handle';
    if ((isLazy(cell, writes) && !this.#isMadeFromCall(writes)) || this.#isLoadedOnce(cell, writes) || this.#isSetUpByHook(writes)) return 'lazy';
    return this.#changesWithCalls(cell, writes) ? 'process' : 'derived';
  }

  /** A transaction that one call opens and another one uses. */
  #keepsTransactions(writes: readonly Access[]): boolean {
    return writes.some(({ file, value }) => value !== undefined && partsOf(this.mcp, file, value).some(p => transactionMade(this.mcp, p.file, p.node) !== undefined));
  }

  /** A key, or a member of a set, that is the session id. */
  isKeyedBySession(cell: Cell): boolean {
    return cell.accesses.some(({ file, key, value, op }) => {
      if (key && this.#isSessionId(file, key)) return true;
      return value !== undefined && (op === 'add' || op === 'push') && this.#isSessionId(file, value);
    });
  }

  #isSessionId(file: SourceFile, node: TSESTree.Node): boolean {
    return this.ids.is(file, node);
  }

  #holdsTransports(cell: Cell): boolean {
    const containers = cell.values.filter(k => k.value.kind === 'collection' || k.value.kind === 'object');
    const elements = this.mcp.infer.elements(containers);
    // `{ sse: {}, streamable: {} }`: one map per kind of transport.
    const nested = this.mcp.infer.elements(elements.filter(k => k.value.kind === 'collection' || k.value.kind === 'object'));
    const roles = rolesWithin(this.mcp, [...nested, ...elements, ...cell.values]);
    return roles.has('server-transport') || (roles.has('transport') && !roles.has('client')) || (roles.has('server') && !cell.values.some(k => k.value.kind === 'instance'));
  }

  #holdsStreams(cell: Cell): boolean {
    return holdsStreams(this.mcp, cell.file, lastName(cell.name), cell.at, cell.values.filter(k => k.value.kind === 'collection' || k.value.kind === 'object'));
  }

  /** The type has room for a transport, and what is written has none: the rest of the record is kept. */
  #isGivenOther(writes: readonly Access[]): boolean {
    const entries = writes.filter(w => w.key !== undefined && w.value !== undefined && !w.part && w.op !== 'delete');
    return entries.length > 0 && entries.every(({ file, value }) => value !== undefined && isWithoutParts(this.mcp, file, value));
  }

  #onlyHosting(cell: Cell): boolean {
    return cell.accesses.every(a => {
      const from = this.reach.leadingTo(a.node);
      return from.size > 0 && [...from].every(h => h.kind === 'http');
    });
  }

  /** Filled when it is found empty, with what does not depend on the caller: `if (list.length === 0) await load()`. */
  #isLoadedOnce(cell: Cell, writes: readonly Access[]): boolean {
    const name = lastName(cell.name).replace(/[^\w$]/g, '');
    const emptiness = new RegExp(`!\\s*(?:this\\.)?${name}\\b|\\b${name}(?:\\?)?\\.(?:length|size)\\s*(?:===?\\s*0|<\\s*1)|!(?:this\\.)?${name}\\.(?:length|size)`);
    const asked = cell.accesses.some(a => {
      for (let n: TSESTree.Node | undefined = a.node.parent; n && !isFunctionNode(n); n = n.parent)
        if (n.type === 'IfStatement' && emptiness.test(a.file.text.slice(...n.test.range))) return this.#fills(a.file, n.consequent, writes);
      return false;
    });
    return asked && writes.every(w => !this.#dependsOnCaller(w));
  }

  /** Whether what is done here ends in one of the writes. */
  #fills(file: SourceFile, branch: TSESTree.Node, writes: readonly Access[]): boolean {
    return indexOf(file).calls.some(
      call =>
        branch.range[0] <= call.range[0] &&
        call.range[1] <= branch.range[1] &&
        this.mcp.values(file, call.callee).some(({ value }) => value.kind === 'function' && writes.some(w => this.reach.leads(value.node, w.fn))),
    );
  }

  /** Set only when a client connects, to something that does not depend on the client. */
  #isSetUpByHook(writes: readonly Access[]): boolean {
    const filling = writes.filter(w => !isEmptying(w));
    return (
      filling.length > 0 &&
      filling.every(w => {
        const from = [...this.reach.leadingTo(w.node)];
        return from.every(h => h.kind === 'hook') && w.op === 'assign' && w.value !== undefined && !mentionsCall(this.mcp, this.reach, w.file, w.value) && !isLive(this.mcp, w.file, w.value);
      })
    );
  }

  /** Whether what is called decides what is kept: its arguments, its client, how often or in which order. */
  #changesWithCalls(cell: Cell, writes: readonly Access[]): boolean {
    if (writes.some(isSwitch) || hasSeveralStates(writes)) return true;
    // What is written when the client's folders change came from the client.
    if (writes.some(w => [...this.reach.leadingTo(w.node)].some(h => h.name === 'notifications/roots/list_changed'))) return true;
    return writes.some(w => {
      if (w.op === 'update' || w.op === '+=' || w.op === '-=') return true;
      const given = [w.value, w.key].filter(node => node !== undefined);
      if (given.some(node => mentionsCall(this.mcp, this.reach, w.file, node))) return true;
      return w.value !== undefined && (isLive(this.mcp, w.file, w.value) || isConnection(this.mcp, w.file, w.value));
    }) || cell.values.some(({ value }) => value.kind === 'instance' && this.mcp.infer.instancesOf(value.file, value.node).some(k => k.value.kind === 'sdk'));
  }

  /** Declared in a function that is done when its own call is: handlers in it do not use it, and it gives nothing away that does. */
  #isOfOneRun({ name, closure, accesses, values }: Cell): boolean {
    if (closure === undefined) return false;
    if (accesses.every(a => a.fn === closure)) return true;
    // What is put together for one request and handed on.
    if (/^(?:\w*[cC]tx|\w*[cC]ontext|\w*[eE]xtra)$/.test(name) && values.some(({ value }) => value.kind === 'object' || value.kind === 'shape')) return true;
    return !this.reach.surroundsHandler(closure) && !this.reach.has(closure) && !isFactory(closure);
  }

  /** The level of log messages that one client sets and everything that logs asks, also outside of calls. */
  isLevelOfAll({ name, kind, file, at, accesses }: Cell, writes: readonly Access[]): boolean {
    const isOfHandler = (node: TSESTree.Node): boolean => [...this.reach.leadingTo(node)].some(h => h.name === 'logging/setLevel');
    // What only the program's own log asks is its own matter.
    if (!writes.some(w => isOfHandler(w.node)) || !this.#tellsClients()) return false;
    const own = lastName(name);
    const mentions = kind === 'field' ? (indexOf(file).members.get(own) ?? []) : at.type === 'Identifier' ? (file.variableOf(at)?.references.flatMap(r => (r.isRead() ? [r.identifier] : [])) ?? []) : [];
    return mentions.some(m => !writes.some(w => contains(w.fn, m))) || accesses.some(a => a.mode === 'read' && !isOfHandler(a.node));
  }

  /** Made on first use out of what that call brought: the first caller decides for all. */
  #isMadeFromCall(writes: readonly Access[]): boolean {
    return writes.some(({ file, value }) => {
      const made = value ? innermost(value) : undefined;
      if (made?.type !== 'CallExpression' && made?.type !== 'NewExpression') return false;
      const given = made.arguments.flatMap((a): readonly TSESTree.Node[] => (a.type === 'ObjectExpression' ? a.properties.flatMap(p => (p.type === 'Property' ? [p.value] : [])) : [a]));
      return given.some(a => comesFromArguments(this.mcp, this.reach, file, a) && !this.#isOfServer(file, a));
    });
  }

  #tellsClients(): boolean {
    const { project } = this.mcp;
    return (this.#tells ??= project.codeFiles().some(path => TELLS_CLIENTS.test(project.text(path) ?? '')));
  }

  #isOnlyLevel(writes: readonly Access[]): boolean {
    return writes.every(w => {
      const from = [...this.reach.leadingTo(w.node)];
      return from.length > 0 && from.every(h => h.name === 'logging/setLevel');
    });
  }

  /** A server, or an object of the program's own: that handlers are given it does not make it the caller's. */
  #isOfServer(file: SourceFile, node: TSESTree.Node): boolean {
    const values = this.mcp.values(file, node);
    return values.some(({ value }) => value.kind === 'instance') || [...rolesWithin(this.mcp, values)].some(r => r === 'server' || r === 'context');
  }

  /** Which resources somebody subscribed to. A URI is no handle; what is opened for one, in a map, is for upstream. */
  #isOfSubscribers({ values }: Cell, writes: readonly Access[]): boolean {
    if (!values.some(({ value }) => value.kind === 'collection' && value.of === 'Set')) return false;
    const from = writes.flatMap(w => [...this.reach.leadingTo(w.node)]);
    return from.length > 0 && from.every(h => h.name === 'resources/subscribe' || h.name === 'resources/unsubscribe');
  }

  #dependsOnCaller({ file, value, key }: Access): boolean {
    return [value, key].some(node => node !== undefined && comesFromArguments(this.mcp, this.reach, file, node));
  }

  #isSet(writes: readonly Access[], reads: readonly Access[]): boolean {
    return writes.some(w => w.op === 'add') && !reads.some(r => r.op === 'get');
  }

  /** Every lookup is by something that came with the call, every entry under a key that is minted or came with the call. */
  #isKeyedByCaller(writes: readonly Access[], reads: readonly Access[]): boolean {
    // Members of a set that others go through are more than handles.
    const ofSet = this.#isSet(writes, reads);
    const keyed = [...writes, ...reads].filter(a => a.key !== undefined && !a.part && (ofSet || !isOwnKey(a)));
    if (keyed.length === 0) return false;
    if (writes.some(w => w.key === undefined && w.op !== 'clear' && !w.part)) return false;
    // Somebody has to present the handle: entries that are only listed are everybody's.
    const presented = reads.concat(writes.filter(w => w.op === 'delete')).some(({ file, key, part }) => key !== undefined && !part && comesFromArguments(this.mcp, this.reach, file, key));
    if (!presented) return false;
    return keyed.every(({ file, key }) => key !== undefined && (comesFromArguments(this.mcp, this.reach, file, key) || isMinted(this.mcp, file, key)));
  }
}

/** `for (const [id, task] of tasks) if (isOld(task)) tasks.delete(id)`: the container's own keys, gone through. */
function isOwnKey({ key, file, node }: Access): boolean {
  const definition = key?.type === 'Identifier' ? file.variableOf(key)?.defs[0] : undefined;
  const container = node.type === 'CallExpression' ? innermost(node.callee) : innermost(node);
  if (definition?.node.type !== 'VariableDeclarator' || container.type !== 'MemberExpression') return false;
  const loop = definition.node.parent.parent;
  if (loop.type !== 'ForOfStatement' && loop.type !== 'ForInStatement') return false;
  const own = file.text.slice(...container.object.range);
  const through = file.text.slice(...loop.right.range);
  return through.startsWith(own) || through.includes(`(${own}`);
}

/** By its name, and not a container that entries are put into. */
function isConstant({ name, values }: Cell): boolean {
  return /^(?:\w+\.)?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(name) && !values.some(({ value }) => value.kind === 'collection');
}

/** A function that gives back functions, which share its variables. */
function isFactory(fn: FunctionNode): boolean {
  return returnExpressions(fn).some(expression => {
    const inner = innermost(expression);
    return isFunctionNode(inner) || inner.type === 'ObjectExpression' || inner.type === 'Identifier' || inner.type === 'NewExpression';
  });
}

/** Regular expressions keep a position, and nothing else. */
function isPattern({ at, file, values }: Cell): boolean {
  if (values.some(({ value }) => value.kind === 'global' && value.path[0] === 'RegExp')) return true;
  return at.parent !== undefined && /^[\w#$]+[?!]?:\s*RegExp\b/.test(withoutModifiers(file.text.slice(...at.parent.range)));
}

function withoutModifiers(declaration: string): string {
  return declaration.replace(/^(?:(?:private|protected|public|static|readonly)\s+)*/, '');
}

/** A database that is only in memory: what tools put in is gone with the process, and no replica shares it. */
function isMemoryStore(mcp: McpModel, { at, file }: Cell): boolean {
  const { parent } = at;
  const init = parent?.type === 'VariableDeclarator' ? parent.init : parent?.type === 'PropertyDefinition' ? parent.value : undefined;
  const made = init ? innermost(init) : undefined;
  if (made?.type !== 'NewExpression' && made?.type !== 'CallExpression') return false;
  const [first] = made.arguments;
  return first !== undefined && first.type !== 'SpreadElement' && mcp.text(file, first) === ':memory:';
}

/** `items.pop()` in the middle of an expression reads what it writes. */
function isValueUsed(node: TSESTree.Node): boolean {
  const outer = outermost(node);
  return outer.parent?.type !== 'ExpressionStatement' && node.type === 'CallExpression';
}

const COORDINATION = /pending|revalidat|refreshing|in_?progress|active_?(?:requests?|process(?:or)?s?)(?:_?count)?$|active(?:Request|Processor|Task)Count$|inflight|in_flight|lock|mutex|semaphore|timer|timeout|interval|debounce|throttle|abort|waiter|resolver|deferred|retry|backoff|shutdown|closing|disposed|cleanup|cleaning|initializ|connecting|started|running|heartbeat|signal|unsub|listener|emitter|promise|reconnect|queue$|^_?(?:resolve|reject|done|isDone)$/i;

function isCoordination(mcp: McpModel, cell: Cell): boolean {
  if (COORDINATION.test(lastName(cell.name))) return true;
  if (holdsPromises(cell)) return true;
  const values = cell.accesses.flatMap(a => (a.mode === 'write' && a.value ? [...mcp.values(a.file, a.value)] : []));
  return values.length > 0 && values.every(isWaiter);
}

/** When each entry was last looked at: what is old is thrown out by it. */
function isOfTimes(writes: readonly Access[]): boolean {
  const sets = writes.filter(w => w.op === 'set' || (w.op === 'assign' && w.key !== undefined));
  return sets.length > 0 && sets.every(({ value, file }) => value !== undefined && /^(?:Date\.now\(\)|performance\.now\(\)|new Date\(\))$/.test(file.text.slice(...value.range)));
}

/** `active++` when a call begins, `active--` when it is done. */
function isUnderWay({ name }: Cell, writes: readonly Access[]): boolean {
  return /active|running|in_?flight|concurren|ongoing|busy|^current\w+s$/i.test(lastName(name)) && writes.length > 1 && writes.every(w => w.op === 'update' || w.op === '+=' || w.op === '-=');
}

/** `rest += chunk; const line = rest.slice(0, i); rest = rest.slice(i + 1)`: what has come of the next line. */
function isRemainder({ name }: Cell, writes: readonly Access[]): boolean {
  const own = lastName(name);
  const cut = writes.filter(w => w.op === 'assign' && w.value !== undefined && isCutOf(w.file, w.value, own));
  return cut.length > 0 && writes.every(w => w.op === '+=' || cut.includes(w) || isBlank(w.value));
}

function isCutOf(file: SourceFile, value: TSESTree.Node, name: string): boolean {
  const inner = innermost(value);
  const callee = inner.type === 'CallExpression' ? innermost(inner.callee) : undefined;
  return callee?.type === 'MemberExpression' && /^(?:slice|substring|substr|subarray)$/.test(memberName(callee) ?? '') && new RegExp(`(?:^|\\.)#?${name.replace(/[^\w$]/g, '')}$`).test(file.text.slice(...callee.object.range));
}

function isBlank(value: TSESTree.Node | undefined): boolean {
  const inner = value ? innermost(value) : undefined;
  return inner?.type === 'Literal' && (inner.value === '' || inner.value === null);
}

/** `new Map<string, Promise<T>>()`: what is under way, for those who come while it is. */
function holdsPromises({ at, file }: Cell): boolean {
  const { parent } = at;
  return parent !== undefined && /\b(?:Map|Set|Record|Array)<(?:[^<>]*,\s*)?Promise<|^[\w#$]+[?!]?:\s*Promise</.test(withoutModifiers(file.text.slice(...parent.range)).split('\n', 1)[0] ?? '');
}

/** `{ resolve, reject }`: somebody waits for an answer under this key. */
function isWaiter(known: Known): boolean {
  const { value } = known;
  if (value.kind === 'global') return value.path[0] === 'setTimeout' || value.path[0] === 'setInterval' || value.path[0] === 'AbortController';
  return value.kind === 'object' && value.node.properties.some(p => p.type === 'Property' && p.key.type === 'Identifier' && /^(?:resolve|reject)$/.test(p.key.name));
}

const INSTRUMENT = /audit|alert|notification_channel|health|statistic|token_?bucket|log_?store|log_?buffer|credential|\bcreds\b|(?:command|tool|prompt|resource|plugin|provider|handler|framework|capability|schema|service)_registry$|metric|telemetry|analytics|monitor|rate_?limit|limiter|throttl|circuit|breaker|logger|log_?manager|log_?sink|logging|diagnostic|performance|profiler|file_?lock|lock_?manager|transaction|(?:usage|token|cost)_?track|(?:request|call|usage|hit)s?_?counts?$|quota|buffer_?pool|worker_?pool|connection_?pool|health_?check|(?:^|[a-z_])error_?(?:handler|tracker|reporter)|config_?manager|token_?manager|credential|di_?container|_container$|injector|cache/i;

const INSTRUMENT_FOLDER = /(?:^|\/)(?:audit|telemetry|metrics|monitoring)\//;

export function isInstrumentName(name: string): boolean {
  return INSTRUMENT.test(name.replace(/([a-z])([A-Z])/g, '$1_$2'));
}

/** Classes whose objects hold what they are working on. */
const WORKING = /(?:Loader|Parser|Formatter|Serializer|Converter|Tokenizer|Lexer|Builder|Renderer|Validator|Visitor|Transformer)$/;

/** By the class or the file that it belongs to: what such a part keeps is about the calls, not for them. */
function isInstrument(mcp: McpModel, cell: Cell): boolean {
  const owner = cell.owner?.id?.name ?? '';
  const base = cell.file.path.slice(cell.file.path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
  if (isInstrumentName(owner) || INSTRUMENT_FOLDER.test(cell.file.path) || INSTRUMENT.test(base.replace(/[-.]/g, '_')) || INSTRUMENT.test(lastName(cell.name))) return true;
  if (cell.owner !== undefined && /^_?stats$|_creds$/i.test(lastName(cell.name))) return true;
  return cell.owner !== undefined && (WORKING.test(owner) || isPlumbing(mcp, cell.file, cell.owner));
}

/** Errors are values; transports have a rule of their own. */
function isPlumbing(mcp: McpModel, file: SourceFile, cls: ClassNode): boolean {
  if (cls.superClass && /Error$/.test(file.text.slice(...cls.superClass.range))) return true;
  return /Transport$/.test(cls.id?.name ?? '') || rolesWithin(mcp, mcp.infer.instancesOf(file, cls)).has('server-transport');
}

/** `enabled = !enabled`: each call finds what the one before it left. */
function isSwitch({ op, value }: Access): boolean {
  const inner = value ? innermost(value) : undefined;
  return op === 'assign' && inner?.type === 'UnaryExpression' && inner.operator === '!' && innermost(inner.argument).type !== 'Literal';
}

/** One call says yes and another one says no. */
function hasSeveralStates(writes: readonly Access[]): boolean {
  const literals = new Set<string>();
  const places = new Set<unknown>();
  for (const { op, value, fn } of writes) {
    const inner = value ? innermost(value) : undefined;
    if (op !== 'assign' || inner?.type !== 'Literal' || inner.value === null) continue;
    literals.add(inner.raw);
    places.add(fn);
  }
  return literals.size > 1 && places.size > 1;
}

function lastName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Numbers for ids and statistics that nobody is shown. */
/** The next id: each is given once. */
const ID_COUNTER = /^(?:[a-z]|id|seq\w*|next\w*|last\w*Id)$|(?:counter|Id|ID|Seq)$/i;

/** How much a container has in it. */
const SIZE_COUNTER = /^(?:entry|item)s?_?count$|^(?:total|current|used)_?(?:bytes|size)$/i;

function isCounter({ name }: Cell, writes: readonly Access[], reads: readonly Access[]): boolean {
  if (writes.every(isToggle) && reads.every(r => writes.some(w => (w.value !== undefined && contains(w.value, r.node))) || isLogged(r.node))) return true;
  const counts = writes.every(w => w.op === 'update' || w.op === '+=' || isBeginning(w, writes));
  if (counts && (ID_COUNTER.test(lastName(name)) || (name.includes('.') && SIZE_COUNTER.test(lastName(name))))) return true;
  return counts && reads.every(r => isPartOfUpdate(r.node) || isLogged(r.node));
}

/** `if (next === MAX) next = 0`, beside what counts it up. */
function isBeginning({ op, value, fn }: Access, writes: readonly Access[]): boolean {
  const inner = value ? innermost(value) : undefined;
  return op === 'assign' && inner?.type === 'Literal' && typeof inner.value === 'number' && writes.some(w => w.op === 'update' && w.fn === fn);
}

/** `flag = !flag`: changed by every call, told to nobody. */
function isToggle({ op, value, node, file }: Access): boolean {
  const inner = value ? innermost(value) : undefined;
  return op === 'assign' && inner?.type === 'UnaryExpression' && inner.operator === '!' && file.text.slice(...inner.argument.range) === file.text.slice(...node.range);
}

function isPartOfUpdate(node: TSESTree.Node): boolean {
  return outermost(node).parent?.type === 'UpdateExpression';
}

function isLogged(node: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = node.parent; n && !isFunctionNode(n); n = n.parent) {
    if (n.type !== 'CallExpression') continue;
    const callee = innermost(n.callee);
    const name = callee.type === 'MemberExpression' ? `${callee.object.type === 'Identifier' ? callee.object.name : ''}.${memberName(callee) ?? ''}` : callee.type === 'Identifier' ? callee.name : '';
    if (/console|log|debug|stderr|metric|telemetry/i.test(name)) return true;
  }
  return false;
}

/** Looked up first and filled when it was not there, by the same key. */
function isCache(cell: Cell, writes: readonly Access[]): boolean {
  if (isNamedCache(cell) || isOnceOnly(cell)) return true;
  const filled = writes.filter(w => w.op === 'set' || w.key !== undefined);
  if (filled.length === 0 || writes.some(w => !/^(?:set|assign|delete|clear)$/.test(w.op))) return false;
  return filled.every(w => w.op === 'delete' || looksUpBefore(cell, w) || (isMade(w) && isFilledOnce(cell, w)));
}

/** What stands in for a service where there is none. */
function isStandIn({ owner }: Cell): boolean {
  return /^(?:Mock|Fake|Stub)[A-Z]|[a-z](?:Mock|Fake|Stub)$/.test(owner?.id?.name ?? '');
}

function isNamedCache({ name, owner }: Cell): boolean {
  return /cache|memo(?:i[sz]ed)?$/i.test(lastName(name)) || /Cache(?:Service|Store|Manager)?$/.test(owner?.id?.name ?? '');
}

/** `if (!map.has(k)) map.set(k, make(k))`, and the entry is what the function gives. */
function isFilledOnce(cell: Cell, write: Access): boolean {
  const key = write.key ? write.file.text.slice(...write.key.range) : undefined;
  const sameKey = cell.accesses.filter(a => a.fn === write.fn && a.mode === 'read' && a.key !== undefined && a.file.text.slice(...a.key.range) === key);
  const asked = sameKey.some(a => {
    const test = outermost(a.node).parent;
    return test?.type === 'UnaryExpression' && test.operator === '!' && test.parent.type === 'IfStatement' && contains(test.parent.consequent, write.node);
  });
  return asked && sameKey.some(a => outermost(a.node).parent?.type === 'ReturnStatement') && !cell.accesses.some(a => a.part && a.mode === 'write');
}

/** What a call or a constructor gives, also under a name: no empty list that is filled later. */
function isMade({ value, file }: Access): boolean {
  const inner = value ? innermost(value) : undefined;
  if (inner?.type === 'Identifier') {
    const declarator = file.variableOf(inner)?.defs[0]?.node;
    return declarator?.type === 'VariableDeclarator' && declarator.init !== null && innermost(declarator.init).type === 'CallExpression';
  }
  return inner?.type === 'CallExpression';
}

/** A set of what has been dealt with, so that it is not done again: it is asked where it is filled. What is answered with its members is state. */
function isOnceOnly({ name, values, accesses }: Cell): boolean {
  if (!/^(?:validated|visited|seen|known|warned|reported|logged|checked)/i.test(lastName(name)) || !values.some(({ value }) => value.kind === 'collection' && value.of === 'Set')) return false;
  const filledIn = new Set(accesses.flatMap(a => (a.op === 'add' ? [a.fn] : [])));
  return accesses.every(a => a.mode === 'write' || (a.op === 'has' && filledIn.has(a.fn)) || isLogged(a.node));
}

function looksUpBefore(cell: Cell, write: Access): boolean {
  const key = write.key ? write.file.text.slice(...write.key.range) : undefined;
  return cell.accesses.some(
    a =>
      a.fn === write.fn &&
      a.mode === 'read' &&
      a.key !== undefined &&
      a.node.range[0] < write.node.range[0] &&
      a.file.text.slice(...a.key.range) === key &&
      leadsToReturn(a.node),
  );
}

/** `if (map.has(k)) return map.get(k)`, `const hit = map.get(k); if (hit) return hit`. */
function leadsToReturn(node: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = node.parent; n && !isFunctionNode(n); n = n.parent) {
    if (n.type === 'ReturnStatement') return true;
    if (n.type === 'IfStatement') return returns(n.consequent);
    if (n.type === 'VariableDeclarator' && n.id.type === 'Identifier') return isReturnedWhenPresent(n, n.id.name);
  }
  return false;
}

function isReturnedWhenPresent(declarator: TSESTree.VariableDeclarator, name: string): boolean {
  const block = declarator.parent.parent;
  if (block.type !== 'BlockStatement' && block.type !== 'Program') return false;
  return block.body.some(s => s.type === 'IfStatement' && new RegExp(`^!?\\(?${name}\\b`).test(textOf(s.test)) && (returns(s.consequent) || /^!/.test(textOf(s.test))));
}

function textOf(node: TSESTree.Node): string {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'UnaryExpression') return `${node.operator}${textOf(node.argument)}`;
  if (node.type === 'LogicalExpression' || node.type === 'BinaryExpression') return node.left.type === 'PrivateIdentifier' ? '' : textOf(node.left);
  if (node.type === 'MemberExpression') return textOf(node.object);
  return '';
}

function returns(node: TSESTree.Node): boolean {
  if (node.type === 'ReturnStatement') return true;
  return node.type === 'BlockStatement' && node.body.some(s => s.type === 'ReturnStatement');
}

/** Set only while empty, or emptied: the same thing for everybody, made when it is first needed. */
function isLazy(cell: Cell, writes: readonly Access[]): boolean {
  const filling = writes.filter(w => !isEmptying(w));
  if (filling.length === 0 || filling.some(w => w.op !== 'assign' && w.op !== '??=' && w.op !== '||=')) return false;
  return filling.every(w => w.op !== 'assign' || isGuarded(cell, w));
}

function isEmptying({ value, op }: Access): boolean {
  if (op === 'clear' || op === 'delete') return true;
  const inner = value ? innermost(value) : undefined;
  return (inner?.type === 'Literal' && (inner.value === null || inner.value === false)) || (inner?.type === 'Identifier' && inner.name === 'undefined');
}

/** Inside `if (!x)`, or after `if (x) return`. */
function isGuarded(cell: Cell, { node, fn, file }: Access): boolean {
  const name = lastName(cell.name);
  const mentions = (test: TSESTree.Node): boolean => new RegExp(`\\b${name.replace(/[^\w$]/g, '')}\\b`).test(file.text.slice(...test.range));
  for (let n: TSESTree.Node | undefined = node; n && n !== fn; n = n.parent) {
    const { parent } = n as { parent?: TSESTree.Node };
    const [from] = n.range;
    if (parent?.type === 'IfStatement' && parent.consequent === n && mentions(parent.test) && /!|===?\s*(?:null|undefined)/.test(file.text.slice(...parent.test.range))) return true;
    if (parent?.type === 'BlockStatement' && parent.body.some(s => s.range[1] <= from && s.type === 'IfStatement' && mentions(s.test) && returns(s.consequent))) return true;
    if (parent?.type === 'LogicalExpression' && parent.right === n && mentions(parent.left)) return true;
  }
  return false;
}

/** Modules whose objects are connections that remember: pages, sockets, shells. */
const LIVE_MODULES = /^(?:puppeteer|playwright|patchright|ws$|net$|tls$|child_process|ssh2|node-ssh|node-pty|serialport|chrome-remote-interface|selenium-webdriver|webdriverio|telnet|imap|basic-ftp|dockerode|@browserbasehq|steel-sdk)/;
const LIVE_CALLS = /^(?:launch|launchPersistentContext|connectOverCDP|spawn|fork|exec|createConnection|newPage|newContext|openPage|createBrowser|createBrowserSession)$/;

/** Whether a value is a connection that remembers what was done with it. */
export function isLive(mcp: McpModel, file: SourceFile, node: TSESTree.Node): boolean {
  const made = innermost(node);
  if (transactionMade(mcp, file, made) !== undefined) return true;
  const values = mcp.values(file, made);
  if (values.some(({ value }) => value.kind === 'external' && LIVE_MODULES.test(value.module))) return true;
  if (values.some(({ value }) => value.kind === 'global' && value.path[0] === 'WebSocket')) return true;
  if (made.type !== 'CallExpression') return false;
  const callee = innermost(made.callee);
  return LIVE_CALLS.test(endName(callee) ?? '');
}

/** A client of another server: what is open there is open for everybody. */
function isConnection(mcp: McpModel, file: SourceFile, node: TSESTree.Node): boolean {
  const inner = innermost(node);
  const parts = inner.type === 'ObjectExpression' ? inner.properties.flatMap(p => (p.type === 'Property' ? [p.value] : [])) : [inner];
  return parts.some(part => rolesWithin(mcp, mcp.values(file, part)).has('client'));
}
