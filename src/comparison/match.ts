import type { Finding } from '../finding.js';

export interface Matched {
  readonly fixed: readonly Finding[];
  readonly added: readonly Finding[];
  readonly left: readonly { readonly before: Finding; readonly after: Finding }[];
}

type Key = (finding: Finding) => string | undefined;

/**
 * Which findings of two states are the same. First those with the same fingerprint; then those about the same thing in the same file,
 * whose statement was edited; then those in files that were renamed or split. What finds no partner is fixed or new.
 */
export function matchFindings(before: readonly Finding[], after: readonly Finding[], renamed: (file: string) => string | undefined): Matched {
  const left: { before: Finding; after: Finding }[] = [];
  let gone: readonly Finding[] = before;
  let come: readonly Finding[] = after;
  const keys: readonly (readonly [Key, Key])[] = [
    [f => f.fingerprint, f => f.fingerprint],
    [about(f => f.file), about(f => f.file)],
    [about(f => renamed(f.file)), about(f => f.file)],
  ];
  for (const [ofGone, ofCome] of keys) {
    const waiting = groups(come, ofCome);
    const rest: Finding[] = [];
    for (const finding of gone) {
      const key = ofGone(finding);
      const partner = key === undefined ? undefined : waiting.get(key)?.shift();
      if (partner) left.push({ before: finding, after: partner });
      else rest.push(finding);
    }
    const taken = new Set(left.map(pair => pair.after));
    gone = rest;
    come = come.filter(f => !taken.has(f));
  }
  return { fixed: gone, added: come, left };
}

function about(fileOf: (finding: Finding) => string | undefined): Key {
  return f => {
    const file = fileOf(f);
    return file === undefined ? undefined : [f.rule, f.clause, file, f.subject].join('\0');
  };
}

function groups(findings: readonly Finding[], key: Key): Map<string, Finding[]> {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) {
    const k = key(finding);
    if (k !== undefined) found.set(k, [...(found.get(k) ?? []), finding]);
  }
  return found;
}
