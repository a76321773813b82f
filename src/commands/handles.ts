// Container by container: what moves behind which handle, for a person to accept, to change or to leave.
import type { Registry } from '../audit.js';
import { DEFAULT_CHOICES, HANDLE_FORMS, HANDLE_SCOPES, type Choices, type HandleChoice, type HandleOwner } from '../choices.js';
import type { Finding } from '../finding.js';
import { planMigration, type Plan, type PlanOptions } from '../migrate/plan.js';
import type { Project } from '../project.js';
import { inert } from '../report/paint.js';
import type { HandleProposal, ProposedContainer, TransformDefinition } from '../transform.js';
import { askKey, Ended } from './ask.js';
import type { Conversation } from './interactive.js';

type Decided = Choices['handles'];

/** What a person decided about every container that would move, beside what had been decided before. */
export async function decideHandles(project: Project, transforms: readonly TransformDefinition[], registry: Registry, options: PlanOptions, talk: Conversation): Promise<Decided> {
  const planWith = (handles: Decided): Plan => planMigration(project, transforms, registry, { ...options, choices: { ...options.choices, handles } });
  let handles: Decided = options.choices?.handles ?? DEFAULT_CHOICES.handles;
  let plan = planWith(handles);
  const keyOf = keysAmong(options.findings ?? plan.left);
  const settled = new Set<string>();
  for (;;) {
    const all = proposalsOf(plan);
    const open = all.filter(p => p.containers.some(c => !settled.has(keyOf(c))));
    const [proposal] = open;
    if (!proposal) return handles;
    await show(proposal, `${(all.length - open.length + 1).toString()}/${all.length.toString()}`, talk);
    const answer = await askKey('  [a]ccept  [c]hange  [l]eave as it is  [q]uit: ', ANSWERS, talk.input, talk.out);
    if (answer === 'quit') throw new Ended();
    if (answer === 'change') {
      const wanted = { ...handles, ...(await changed(proposal, keyOf, talk)) };
      const next = planWith(wanted);
      const refusal = refused(proposal, keyOf, plan, next);
      if (refusal === undefined) [handles, plan] = [wanted, next];
      else await talk.out.write(`  ${talk.style.red('not possible')} ${inert(refusal)}\n`);
      continue;
    }
    for (const container of proposal.containers) settled.add(keyOf(container));
    handles = { ...handles, ...recorded(proposal, keyOf, answer === 'leave') };
    if (answer === 'leave') plan = planWith(handles);
  }
}

const ANSWERS = { a: 'accept', y: 'accept', c: 'change', l: 'leave', s: 'leave', n: 'leave', q: 'quit', '\u001b': 'quit' } as const;

type KeyOf = (container: Pick<ProposedContainer, 'subject' | 'file'>) => string;

/** By subject, with the file where several have it. */
function keysAmong(findings: readonly Finding[]): KeyOf {
  return ({ subject, file }) => (findings.some(f => f.subject === subject && f.file !== file) ? `${subject}@${file}` : subject);
}

function proposalsOf({ steps }: Plan): readonly HandleProposal[] {
  return steps.flatMap(s => s.handles ?? []);
}

/** Everything that was accepted, so that a later run does the same whatever is proposed then. */
function recorded({ containers, kind, creator, ttlMinutes, owner, per }: HandleProposal, keyOf: KeyOf, isLeft: boolean): Decided {
  const choice: HandleChoice = isLeft ? { action: 'leave' } : { action: 'handle', kind, creator, ttlMinutes, owner, per };
  return Object.fromEntries(containers.map(c => [keyOf(c), choice]));
}

async function show(proposal: HandleProposal, position: string, { out, style }: Conversation): Promise<void> {
  const { containers, kind, creator, creatorExists, argument, live } = proposal;
  const rows = containers.map(c => `  ${style.bold(inert(c.name))} ${style.dim(`${inert(c.file)}:${c.line.toString()}`)}  written by ${names(c.writers)}, read by ${names(c.readers)}`);
  await out.write(`${style.dim(position)} ${style.bold(`A handle for ${containers.map(c => inert(c.name)).join(', ')}`)}${live ? ': what is open stays in this process' : ''}\n${rows.join('\n')}\n`);
  const facts = [`kind ${kind}`, `argument ${argument}`, `given by ${creator}${creatorExists ? '' : ' (new)'}`, `owner ${proposal.owner}`, `idle ${proposal.ttlMinutes.toString()} min`, `per ${proposal.per}`];
  await out.write(`  ${facts.map(inert).join(' · ')}\n`);
}

function names(list: readonly string[]): string {
  return list.length === 0 ? 'nothing' : list.map(inert).join(', ');
}

/** One question for each part; Enter keeps it. What parts is named when it is shown by itself. */
async function changed(proposal: HandleProposal, keyOf: KeyOf, talk: Conversation): Promise<Decided> {
  const { containers } = proposal;
  const per = await askText('one handle per group or container', proposal.per, text => HANDLE_SCOPES.find(s => s === text), HANDLE_SCOPES.join(' or '), talk);
  const isSplit = per === 'container' && containers.length > 1;
  const choice: HandleChoice = {
    action: 'handle',
    per,
    ...(!isSplit && (await askNames(proposal, talk))),
    owner: await askText('owner: user, anyone, or claim:NAME', proposal.owner, ownerIn, 'user, anyone, or claim: and the name of a claim', talk),
    ttlMinutes: await askText('idle minutes', proposal.ttlMinutes, text => (Number(text) > 0 ? Number(text) : undefined), 'a number above 0', talk),
  };
  return Object.fromEntries(containers.map(c => [keyOf(c), choice]));
}

async function askNames({ kind, creator, creatorExists }: HandleProposal, talk: Conversation): Promise<Pick<HandleChoice, 'kind' | 'creator'>> {
  const matching = (pattern: RegExp) => (text: string): string | undefined => (pattern.test(text) ? text : undefined);
  const named = await askText('kind', kind, matching(HANDLE_FORMS.kind), 'a kind: small letters, digits and _', talk);
  // With another kind a new tool gets another name too.
  const suggested = creatorExists ? creator : creator.replace(new RegExp(`${kind.replaceAll('_', '[-_]?')}$`, 'i'), named);
  return { kind: named, creator: await askText('tool that gives it', suggested, matching(HANDLE_FORMS.creator), 'a name of a tool', talk) };
}

function ownerIn(text: string): HandleOwner | undefined {
  if (text === 'user' || text === 'anyone') return text;
  return HANDLE_FORMS.owner.test(text) ? `claim:${text.slice('claim:'.length)}` : undefined;
}

async function askText<T extends string | number>(what: string, now: T, read: (text: string) => T | undefined, form: string, { input, out }: Conversation): Promise<T> {
  for (;;) {
    await out.write(`    ${what} [${inert(now.toString())}]: `);
    const line = (await input.line())?.trim();
    if (line === undefined) throw new Ended();
    if (line === '') return now;
    const value = read(line);
    if (value !== undefined) return value;
    await out.write(`    That is not ${form}.\n`);
  }
}

/** Why what was wanted cannot be done; undefined when it can. */
function refused({ containers }: HandleProposal, keyOf: KeyOf, before: Plan, after: Plan): string | undefined {
  const still = new Set(proposalsOf(after).flatMap(p => p.containers.map(keyOf)));
  if (containers.every(c => still.has(keyOf(c)))) return undefined;
  const known = new Set([...before.declines.map(d => d.reason), ...before.dropped.map(d => d.reason)]);
  const reasons = [...after.declines, ...after.dropped].map(d => d.reason).filter(r => !known.has(r));
  return reasons[0] ?? 'The tools of this server cannot be written that way.';
}
