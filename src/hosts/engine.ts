import type { TSESTree } from '@typescript-eslint/types';
import { clause as clauseOf, type Clause } from '../catalogue/clauses.js';
import { nodeAt } from '../edits/locate.js';
import type { Gate, Gates } from '../eras/gates.js';
import { zoneOf } from '../files/kinds.js';
import { fingerprint } from '../fingerprint.js';
import type { Evidence, Finding, Location } from '../finding.js';
import type { McpModel } from '../mcp/model.js';
import { chain } from '../mcp/values.js';
import type { Range, SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import type { Project } from '../project.js';
import type { NewFinding, Place, Rule, Visitor } from '../rule.js';
import { StateModel } from '../state/model.js';

type Listener = (node: TSESTree.Node) => void;

/** Which transform fixes a rule's findings, if any does. */
export type TransformOf = (rule: string, clause: string) => string | undefined;

/** Runs rules over files and turns what they report into findings. Knows no rule by name. */
export class Engine {
  readonly #findings: Finding[] = [];
  #state: StateModel | undefined;

  /** `files` are those that say anything about MCP, for questions about the whole program. */
  constructor(
    private readonly project: Project,
    private readonly mcp: McpModel,
    private readonly transformOf: TransformOf = () => undefined,
    private readonly files: () => Iterable<SourceFile> = () => [],
    private readonly gates?: Gates,
  ) {}

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** One walk over the tree for all rules that can have something to say. */
  visit(file: SourceFile, rules: readonly Rule[]): void {
    const listeners = new Map<string, Listener[]>();
    for (const rule of rules) {
      const visitor = rule.visit?.({ file, mcp: this.mcp, report: (at, finding) => this.#report(rule, file, at.range, finding) });
      if (visitor) addListeners(listeners, visitor);
    }
    if (listeners.size === 0) return;
    walkTree(file.program, node => {
      for (const listener of listeners.get(node.type) ?? []) listener(node);
    });
  }

  scan(path: string, kind: 'manifest' | 'config' | 'doc', rules: readonly Rule[]): void {
    const file = this.project.textFile(path, kind);
    if (!file) return;
    for (const rule of rules)
      rule.scan?.({ file, project: this.project, report: (at, finding) => this.#report(rule, file, at.range, finding) });
  }

  /** Handlers, and what outlives a call. Built on the first question. */
  get state(): StateModel {
    return (this.#state ??= new StateModel(this.mcp, this.files()));
  }

  /** Questions about the whole program. */
  conclude(rules: readonly Rule[]): void {
    const { mcp, project } = this;
    const state = (): StateModel => this.state;
    for (const rule of rules) {
      rule.project?.({
        mcp,
        project,
        get state() {
          return state();
        },
        report: (file, at, finding) => this.#report(rule, file, at.range, finding),
      });
    }
  }

  #report(rule: Rule, file: { readonly path: string; readonly text: string }, range: Range, found: NewFinding): void {
    const clause = clauseOf(found.clause);
    if (!rule.clauses.includes(found.clause)) throw new Error(`Rule ${rule.id} reported ${found.clause}, which it does not list.`);
    const transform = this.transformOf(rule.id, found.clause);
    const gate = this.#gateOf(clause, file, range);
    this.#findings.push({
      rule: rule.id,
      clause: clause.id,
      clauses: [clause.id, ...(found.also ?? [])],
      severity: gate ? 'info' : (found.severity ?? clause.severity),
      confidence: found.confidence ?? 'certain',
      ...this.#locate(file.path, range),
      message: found.message,
      subject: found.subject,
      because: chain(found.because).map(s => this.#evidence(s.file, s.range, s.why)),
      related: [...(gate ? [{ ...gate, note: 'only requests of older revisions get past this' }] : []), ...(found.related ?? [])].map(p => this.#relatedEvidence(p)),
      fingerprint: fingerprint(rule.id, clause.id, file, range, found.subject),
      fix: { level: clause.automation.level, summary: clause.fix.summary, ...(transform !== undefined && { transform }) },
      unit: found.unit ?? `${rule.id}:${file.path}`,
      zone: zoneOf(file.path),
      range,
      ...(gate && { era: 'older' as const }),
      ...(found.data && { data: found.data }),
    });
  }

  /** The check that keeps requests of the new revision away from a place that is about older ones. */
  #gateOf(clause: Clause, { path }: { readonly path: string }, range: Range): Gate | undefined {
    const file = this.gates && OF_OLDER.has(clause.group) ? this.project.parsed(path) : undefined;
    const node = file && this.gates?.isNeeded ? nodeAt(file, range) : undefined;
    return file && node && this.gates?.before(file, node);
  }

  #relatedEvidence({ file, node, note }: Place): Evidence {
    const evidence = this.#evidence(file.path, node.range, 'state');
    return note === undefined ? evidence : { ...evidence, text: note };
  }

  #evidence(path: string, range: Range, why: Evidence['why']): Evidence {
    const text = this.project.text(path)?.slice(...range) ?? '';
    return { ...this.#locate(path, range), why, text: shorten(text) };
  }

  #locate(path: string, [start, end]: Range): Location {
    const lines = this.project.lines(path);
    const from = lines.position(start);
    const to = lines.position(end);
    return { file: path, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  }
}

function addListeners(listeners: Map<string, Listener[]>, visitor: Visitor): void {
  for (const [type, listener] of Object.entries(visitor)) {
    // The key is the type of the node that the listener takes.
    const typed = listener as Listener;
    const list = listeners.get(type);
    if (list) list.push(typed);
    else listeners.set(type, [typed]);
  }
}

/** Clauses about what older connections have and new ones do not. The rest, such as that of a package, concerns both. */
const OF_OLDER: ReadonlySet<string> = new Set(['lifecycle', 'sessions', 'http', 'server-initiated', 'deprecated-features', 'subscriptions', 'utilities', 'results']);
const MAX_EVIDENCE_TEXT = 100;

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= MAX_EVIDENCE_TEXT ? line : `${line.slice(0, MAX_EVIDENCE_TEXT - 1)}…`;
}

/** Sorted by place, without repetitions, each with a fingerprint of its own. */
export function orderFindings(findings: readonly Finding[]): readonly Finding[] {
  const sorted = [...findings].sort(
    (a, b) =>
      compare(a.file, b.file) || a.range[0] - b.range[0] || a.range[1] - b.range[1] || compare(a.rule, b.rule) || compare(a.clause, b.clause) || compare(a.subject, b.subject),
  );
  const seen = new Set<string>();
  const twins = new Map<string, number>();
  const ordered: Finding[] = [];
  for (const finding of sorted) {
    const place = [finding.file, finding.range[0], finding.range[1], finding.rule, finding.clause, finding.subject].join('\0');
    if (seen.has(place)) continue;
    seen.add(place);
    const count = twins.get(finding.fingerprint) ?? 0;
    twins.set(finding.fingerprint, count + 1);
    ordered.push(count === 0 ? finding : { ...finding, fingerprint: `${finding.fingerprint}-${count + 1}` });
  }
  return ordered;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
