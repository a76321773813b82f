import type { Decline, ProjectRewrite, ProjectRewriteContext, ProjectRewrites } from '../../src/transform.js';
import { defineTransform, type Finding } from '../../src/define-transform.js';
import { isMinted } from '../../src/state/keys.js';
import type { ClassifiedCell, StateGroup } from '../../src/state/model.js';
import { choiceFor } from './choice.js';
import { containerOf } from './containers.js';
import type { Container } from './design.js';
import { Emitter } from './emitted.js';
import { Obstacle } from './obstacle.js';
import { authPlan, storePlan } from './plans.js';
import { rewriteComponent } from './rewrite.js';
import { storeKeys } from './store-keys.js';
import { componentsOf, designComponent, type Traced } from './stores.js';
import { Tools } from './tools.js';
import { Tracer, type Trace } from './tracer.js';

export default defineTransform({
  id: 'session-to-handle',
  title: 'Keep state under handles that tools give out and take as arguments',
  tests: 'tools give out handles, and take them as arguments',
  fixes: [
    { rule: 'no-session-state', clauses: ['session-keyed-state', 'session-store-external'] },
    { rule: 'no-session-auth' },
    { rule: 'no-process-state', clauses: ['stdio-process-lifetime-state', 'connection-state-closure'] },
  ],
  after: ['http-sessions-to-handler', 'session-id-to-request'],
  safety: 'review',
  rewriteProject(context, findings) {
    return new SessionToHandle(context).run(findings);
  },
});

class SessionToHandle {
  readonly #declines: Decline[] = [];
  readonly #tools: Tools;
  readonly #groups: ReadonlyMap<string, StateGroup>;
  /** Each cell has one place: that of its own finding, else the first that it stands beside. */
  readonly #claimed: Set<ClassifiedCell>;
  readonly #traces = new Map<ClassifiedCell, Trace>();
  readonly #keyTraces = new Map<Finding, Trace>();

  constructor(private readonly context: ProjectRewriteContext) {
    const { project, mcp } = context;
    this.#tools = new Tools(mcp, project.codeFiles().flatMap(path => (project.mentionsMcp(path) ? (project.source(path) ?? []) : [])));
    this.#groups = new Map(context.state().groups().map(g => [`${g.file.path}:${g.name}`, g]));
    this.#claimed = new Set([...this.#groups.values()].flatMap(g => g.cells));
  }

  run(findings: readonly Finding[]): ProjectRewrites {
    const rewrites: ProjectRewrite[] = [];
    const ofAuth = findings.filter(f => f.clause === 'session-auth-binding');
    this.#declines.push(...ofAuth.map(authPlan));
    const traced = findings.filter(f => !ofAuth.includes(f)).flatMap(finding => this.#attempt([finding], () => (isOfStore(finding) ? this.#traceStore(finding) : this.#trace(finding))) ?? []);
    const emitter = new Emitter(this.context);
    const taken = new Set<string>();
    for (const members of componentsOf(traced)) {
      const done = this.#attempt(
        members.map(m => m.finding),
        () => {
          const component = designComponent(this.context, this.#tools, members, taken);
          const [head] = component.stores;
          if (!head) throw new Error('A component has a store.');
          const stores = component.stores.map(s => s.store);
          return rewriteComponent(this.context, component, emitter.for(head.store.file, { live: stores.some(s => s.live), stored: stores.some(s => !s.live) }));
        },
      );
      if (done) rewrites.push(done);
    }
    return { rewrites, declines: this.#declines };
  }

  #trace(finding: Finding): Traced {
    const name = finding.data?.['name'];
    const group = typeof name === 'string' ? this.#groups.get(`${finding.file}:${name}`) : undefined;
    const { cells = [] } = group ?? {};
    const [cell] = cells;
    if (!group || !cell) throw new Unknown('What this state is made of is not in sight.');
    if (choiceFor(this.context, finding)?.action === 'leave') throw new Unknown('It was chosen to leave this as it is.');
    // A cell can belong to several findings: it is followed once.
    const follow = (c: ClassifiedCell): Trace => {
      const trace = this.#traces.get(c) ?? this.#followed(containerOf(this.context, group, c));
      this.#traces.set(c, trace);
      return trace;
    };
    const traces = cells.map(follow);
    return { finding, traces: [...traces, ...this.#besides(cell, traces, follow)] };
  }

  /** Data in a store outside, under keys with the session id. Calls of several stores can share one key. */
  #traceStore(finding: Finding): Traced {
    if (choiceFor(this.context, finding)?.action === 'leave') throw new Unknown('It was chosen to leave this as it is.');
    const { container, checks } = storeKeys(this.context, finding);
    const places = new Set((container.places ?? []).map(p => p.node));
    const known = [...this.#keyTraces.values()].find(t => t.container.places?.some(p => places.has(p.node)));
    if (known && (known.container.places?.length !== places.size || known.container.places.some(p => !places.has(p.node)))) throw new Unknown('Several stores have keys with the session id, of which some are the same.');
    const trace = known ?? new Tracer(this.context, this.#tools, container).trace();
    const whole = known ?? { ...trace, endings: [...trace.endings, ...checks] };
    this.#keyTraces.set(finding, whole);
    return { finding, traces: [whole] };
  }

  /** What is open cannot be stored; where it cannot be kept under a handle either, both is said. */
  #followed(container: Container): Trace {
    try {
      return new Tracer(this.context, this.#tools, container).trace();
    } catch (error) {
      if (!(error instanceof Obstacle) || !container.closings || error.marker === 'dynamic-registration') throw error;
      const { name } = container.cell;
      throw new Obstacle('state-not-serializable', error.file, error.node, `${name} holds a live connection, which cannot be stored outside this process, nor be kept under a handle as it is: ${error.message}`, `${name}, a live connection,`);
    }
  }

  /** Counters of ids and indexes beside a state, which are no finding by themselves: without them it would be half a state. */
  #besides(cell: ClassifiedCell, traces: readonly Trace[], follow: (cell: ClassifiedCell) => Trace): readonly Trace[] {
    const keys = new Set(traces.flatMap(t => [...t.units.keys()]));
    const beside = this.context.state().cells.filter(c => isBeside(this.context, c, cell) && !this.#claimed.has(c));
    return beside.flatMap(c => {
      try {
        const trace = follow(c);
        if (![...trace.units.keys()].every(k => keys.has(k))) return [];
        this.#claimed.add(c);
        return [trace];
      } catch (error) {
        if (error instanceof Obstacle) return [];
        throw error;
      }
    });
  }

  /** What cannot be done is left, with the reason. */
  #attempt<T>(findings: readonly Finding[], work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Obstacle) && !(error instanceof Unknown)) throw error;
      for (const finding of findings) this.#declines.push(isOfStore(finding) ? storePlan(this.context, finding, this.#reason(error)) : { for: finding.fingerprint, reason: this.#reason(error), ...(error instanceof Obstacle && markerOf(error)) });
      return undefined;
    }
  }

  #reason(error: Obstacle | Unknown): string {
    if (error instanceof Unknown) return error.message;
    const { line } = this.context.project.lines(error.file.path).position(error.node.range[0]);
    return `${error.message} (${error.file.path}:${String(line)})`;
  }
}

function isOfStore({ clause }: Finding): boolean {
  return clause === 'session-store-external';
}

function isBeside({ mcp }: ProjectRewriteContext, other: ClassifiedCell, cell: ClassifiedCell): boolean {
  if (other.file !== cell.file || other.owner !== cell.owner || other.closure !== cell.closure || other.kind !== cell.kind) return false;
  if (other.class === 'counter') return true;
  const isModule = other.owner === undefined && other.closure === undefined;
  // What is kept under ids that a tool gave out is what the revision asks for.
  return other.class === 'handle' && !isModule && !other.accesses.some(a => a.key !== undefined && isMinted(mcp, a.file, a.key));
}

function markerOf({ marker, detail }: Obstacle): Pick<Decline, 'marker' | 'detail'> {
  return { ...(marker !== undefined && { marker }), ...(detail !== undefined && { detail }) };
}

/** Nothing that code could show. */
class Unknown extends Error {}
