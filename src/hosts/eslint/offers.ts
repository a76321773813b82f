import { DEFAULT_CHOICES } from '../../choices.js';
import { applyEdits, EditConflict, withoutRepetitions, type Edit } from '../../edits/edit.js';
import type { Finding, Fingerprint } from '../../finding.js';
import type { Rule } from '../../rule.js';
import { isOffered, takes, type FileTransform, type ProjectRewrite, type ProjectTransform, type TransformDefinition } from '../../transform.js';
import type { Snapshot } from './snapshot.js';

/** A change of one file that a linter can make for a finding. */
export interface Offer {
  /** `fix`: nothing behaves differently afterwards, so it may happen on its own. `suggestion`: somebody has to want it. */
  readonly kind: 'fix' | 'suggestion';
  readonly title: string;
  readonly edits: readonly Edit[];
}

/** Edits of the linted file that belong together, with the findings that they are for. */
interface Draft {
  readonly findings: readonly Finding[];
  readonly edits: readonly Edit[];
  readonly title: string;
}

/** A directive switches reports off, and we are not told which. */
const DIRECTIVE = /\b(?:eslint|oxlint)-disable/;

/** What can be offered for the findings of one file. Each offer has been tried on the text first. */
export class Offers {
  constructor(
    private readonly snapshot: Snapshot,
    private readonly path: string,
    private readonly rules: readonly Rule[],
  ) {}

  of(findings: readonly Finding[], transforms: readonly TransformDefinition[]): ReadonlyMap<Fingerprint, Offer> {
    const offers = new Map<Fingerprint, Offer>();
    const file = this.snapshot.project.source(this.path);
    if (!file || file.problems.length > 0) return offers;
    for (const transform of transforms) {
      const mine = findings.filter(f => takes(transform, f.rule, f.clause));
      if (mine.length === 0 || !isOffered(transform, this.rules, DEFAULT_CHOICES.target)) continue;
      for (const draft of 'rewrite' in transform ? this.#byFile(transform, mine) : this.#byProject(transform, mine)) {
        const gone = this.#tried(transform, draft);
        if (gone.length === 0) continue;
        const offer = this.#offer(transform, draft, file.text);
        for (const fingerprint of gone) if (!offers.has(fingerprint)) offers.set(fingerprint, offer);
      }
    }
    return offers;
  }

  #offer(transform: TransformDefinition, { title, edits }: Draft, text: string): Offer {
    if (transform.safety === 'review') return { kind: 'suggestion', title: `${title}. Review the change.`, edits };
    if (transform.scope !== 'finding' && this.#isElsewhere(transform)) return { kind: 'suggestion', title: `${title}, in this file only. Other files have to follow: npx mcp-stateless migrate --only ${transform.id}`, edits };
    return transform.scope !== 'finding' && DIRECTIVE.test(text) ? { kind: 'suggestion', title: `${title}, wherever it stands in this file`, edits } : { kind: 'fix', title, edits };
  }

  /** Each unit of the file, as `migrate --unit` takes them, or each finding alone. */
  #byFile(transform: FileTransform, findings: readonly Finding[]): readonly Draft[] {
    const groups = transform.scope === 'finding' ? findings.map(f => [f]) : byUnit(findings);
    return groups.map(group => ({ findings: group, edits: this.#edits(transform, this.snapshot, group), title: transform.title }));
  }

  /** Of the rewrites over the whole project, those that stay in this file and ask for nothing else. */
  #byProject(transform: ProjectTransform, findings: readonly Finding[]): readonly Draft[] {
    const { project, mcp } = this.snapshot;
    const { rewrites } = transform.rewriteProject({ project, mcp, state: () => this.snapshot.state(), choices: { ...DEFAULT_CHOICES, markers: false }, chosen: {} }, findings);
    return rewrites.filter(r => staysIn(r, this.path)).map(rewrite => ({
      findings: findings.filter(f => rewrite.answers.includes(f.fingerprint)),
      edits: withoutRepetitions(rewrite.edits.get(this.path) ?? []),
      title: rewrite.title ?? transform.title,
    }));
  }

  #edits(transform: FileTransform, { project, mcp }: Snapshot, findings: readonly Finding[]): readonly Edit[] {
    const file = project.source(this.path);
    return file && findings.length > 0 ? withoutRepetitions(transform.rewrite({ file, mcp, project }, findings).edits) : [];
  }

  /** The same questions that `migrate` asks of a step: does it parse, is nothing new, does a second run change nothing? Returns what is gone. */
  #tried(transform: TransformDefinition, { findings, edits }: Draft): readonly Fingerprint[] {
    const text = this.snapshot.project.text(this.path) ?? '';
    const changed = edits.length > 0 ? applied(text, edits) : undefined;
    if (changed === undefined || changed === text) return [];
    const next = this.snapshot.with(this.path, changed);
    if ((next.project.source(this.path)?.problems.length ?? 1) > 0) return [];
    const asked = this.#rulesOf(transform);
    const known = new Set(this.snapshot.visit(this.path, asked).map(keyOf));
    const after = next.visit(this.path, asked);
    if (after.some(f => !known.has(keyOf(f)))) return [];
    const still = new Set(after.map(f => f.fingerprint));
    const left = after.filter(f => findings.some(g => g.fingerprint === f.fingerprint));
    const stable = !('rewrite' in transform) || this.#edits(transform, next, left).length === 0;
    return stable ? findings.map(f => f.fingerprint).filter(f => !still.has(f)) : [];
  }

  /** Whether the transform has something to do in other files too: then a change of this one may be half a change. */
  #isElsewhere(transform: TransformDefinition): boolean {
    const asked = this.#rulesOf(transform);
    return [...this.snapshot.near.files].some(other => other !== this.path && this.snapshot.visit(other, asked).some(f => takes(transform, f.rule, f.clause)));
  }

  #rulesOf(transform: TransformDefinition): readonly Rule[] {
    return this.rules.filter(r => transform.fixes.some(f => f.rule === r.id));
  }
}

function byUnit(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const units = new Map<string, Finding[]>();
  for (const finding of findings) {
    const unit = units.get(finding.unit);
    if (unit) unit.push(finding);
    else units.set(finding.unit, [finding]);
  }
  return [...units.values()];
}

function staysIn({ edits, created, removed, dependencies, variables }: ProjectRewrite, path: string): boolean {
  const needsMore = [created, removed, dependencies, variables].some(list => list !== undefined && list.length > 0);
  return !needsMore && edits.size > 0 && [...edits.keys()].every(p => p === path);
}

function applied(text: string, edits: readonly Edit[]): string | undefined {
  try {
    return applyEdits(text, edits);
  } catch (error) {
    if (error instanceof EditConflict) return undefined;
    throw error;
  }
}

/** Where a finding stands may change with the lines around it; what it is about does not. */
function keyOf({ rule, clause, subject }: Finding): string {
  return [rule, clause, subject].join('\0');
}
