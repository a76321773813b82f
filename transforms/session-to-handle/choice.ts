// What a person decided about a container.
import type { Finding } from '../../src/define-transform.js';
import type { HandleChoice, HandleOwner } from '../../src/choices.js';
import type { HandleProposal, ProjectRewriteContext } from '../../src/transform.js';
import type { Store } from './design.js';
import type { Traced } from './stores.js';

/** By the place where several containers have one name. */
export function choiceFor({ choices }: ProjectRewriteContext, { subject, file }: Finding): HandleChoice | undefined {
  return choices.handles[`${subject}@${file}`] ?? choices.handles[subject];
}

/** What was decided about containers that share a handle: what the first of them says. */
export function choiceForAll(context: ProjectRewriteContext, traced: readonly Traced[]): HandleChoice {
  return traced.reduce<HandleChoice>((all, { finding }) => ({ ...choiceFor(context, finding), ...all }), {});
}

/** Containers that the same tools use, parted by what was decided about them. */
export function sharing(context: ProjectRewriteContext, members: readonly Traced[]): readonly (readonly Traced[])[] {
  const groups = new Map<string, Traced[]>();
  for (const member of members) {
    const choice = choiceFor(context, member.finding);
    const alone = (choice?.per ?? context.choices.handlePer) === 'container';
    const key = alone ? member.finding.fingerprint : `kind ${choice?.kind ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  // Whoever says nothing about the kind joins those who agree on one.
  const undecided = groups.get('kind ');
  const kinds = [...groups.keys()].filter(k => k.startsWith('kind ') && k !== 'kind ');
  const [only] = kinds;
  if (!undecided || kinds.length !== 1 || only === undefined) return [...groups.values()];
  const decided = new Set(groups.get(only));
  groups.delete('kind ');
  groups.set(only, members.filter(m => decided.has(m) || undecided.includes(m)));
  return [...groups.values()];
}

const MINUTE = 60_000;
/** Idle times of the stores, when nobody says another one. */
const IDLE = { stored: 24 * 60 * MINUTE, live: 30 * MINUTE };

export function proposalOf(store: Store, traced: readonly Traced[]): HandleProposal {
  return {
    containers: traced.map(({ finding }) => ({
      subject: finding.subject,
      name: nameOf(finding),
      file: finding.file,
      line: finding.line,
      writers: toolsIn(finding, 'writers'),
      readers: toolsIn(finding, 'readers'),
    })),
    kind: store.kind,
    creator: store.creator,
    creatorExists: store.existing !== undefined,
    argument: store.argument,
    owner: store.owner,
    ttlMinutes: (store.ttlMs ?? (store.live ? IDLE.live : IDLE.stored)) / MINUTE,
    per: store.per,
    live: store.live,
  };
}

function nameOf({ data, subject }: Finding): string {
  return typeof data?.['name'] === 'string' ? data['name'] : subject;
}

function toolsIn({ data }: Finding, which: 'writers' | 'readers'): readonly string[] {
  const names = data?.[which];
  return Array.isArray(names) ? names.filter(n => typeof n === 'string') : [];
}

/** `ownerOf(ctx)`, with the claim that was chosen. */
export function ownerText(owner: HandleOwner, caller: string, quote: string): string {
  return owner.startsWith('claim:') ? `ownerOf(${caller}, ${quote}${owner.slice('claim:'.length)}${quote})` : `ownerOf(${caller})`;
}
