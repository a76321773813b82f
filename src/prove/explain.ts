import type { ClauseId } from '../catalogue/clauses.js';
import type { Finding, JsonValue } from '../finding.js';
import { CAUSES } from './causes.js';
import type { Difference } from './differential.js';
import { isList, isObject } from './json.js';

/** An audit finding that explains a difference, and what speaks for it. */
export interface Link {
  readonly fingerprint: string;
  readonly rule: string;
  readonly clause: ClauseId;
  readonly file: string;
  readonly line: number;
  readonly message: string;
  /** `tool`: the finding names the tool that differs. `clause`: it is of a kind that explains this difference. */
  readonly because: 'tool' | 'file' | 'clause';
}

const MAX_LINKS = 3;

/** The findings that explain a difference, the likeliest first. */
export function explain(difference: Pick<Difference, 'cause' | 'tool' | 'files' | 'clause'>, findings: readonly Finding[]): readonly Link[] {
  const clauses = CAUSES[difference.cause].explainedBy;
  const scored = findings.flatMap(finding => {
    const ranks = [finding.clause, ...finding.clauses].map(c => clauses.indexOf(c)).filter(rank => rank >= 0);
    if (ranks.length === 0 || finding.zone === 'test') return [];
    const names = namesIn(finding);
    const namesTool = difference.tool !== undefined && names.has(difference.tool);
    const namesFile = difference.files.some(file => names.has(file.split('/').at(-1) ?? file));
    const because: Link['because'] = namesTool ? 'tool' : namesFile ? 'file' : 'clause';
    return [{ finding, because, score: (namesTool ? 100 : 0) + (namesFile ? 50 : 0) - Math.min(...ranks) }];
  });
  // Memory that a finding tells of does not explain a file.
  const best = scored.filter(s => difference.cause !== 'disk' || s.because === 'file').sort((a, b) => b.score - a.score);
  // Once the tool itself is named, findings that only are of the right kind say less than nothing.
  const named = best.filter(s => s.because !== 'clause');
  return (named.length > 0 ? named : best).slice(0, MAX_LINKS).map(({ finding, because }) => link(finding, because));
}

/** The findings that say in the source what a failed check saw at run time. */
export function explainCheck(clause: ClauseId, findings: readonly Finding[]): readonly Link[] {
  return findings
    .filter(f => f.zone !== 'test' && f.clauses.includes(clause))
    .slice(0, MAX_LINKS)
    .map(f => link(f, 'clause'));
}

function link({ fingerprint, rule, clause, file, line, message }: Finding, because: Link['because']): Link {
  return { fingerprint, rule, clause, file, line, message, because };
}

/** Every word that a finding holds: in its data, and in the code of its evidence. */
function namesIn({ data, related, because, subject, message }: Finding): ReadonlySet<string> {
  const names = new Set<string>();
  collect(data ?? {}, names);
  for (const text of [subject, message, ...related.map(e => e.text), ...because.map(e => e.text)]) for (const word of text.split(/[^\w.-]+/)) names.add(word);
  return names;
}

function collect(value: JsonValue, names: Set<string>): void {
  if (typeof value === 'string') names.add(value);
  else if (isList(value)) for (const v of value) collect(v, names);
  else if (isObject(value)) for (const [key, v] of Object.entries(value)) {
    names.add(key);
    collect(v, names);
  }
}
