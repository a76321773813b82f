// Unit by unit: what is skipped is left out, and the plan is made anew without it.
import type { Registry } from '../audit.js';
import { planMigration, type PlanOptions } from '../migrate/plan.js';
import type { DroppedStep, FileChange, Step } from '../migrate/step.js';
import type { Project } from '../project.js';
import type { Paint } from '../report/paint.js';
import { colouredPatch, count, stepLine } from '../report/plan.js';
import type { TransformDefinition } from '../transform.js';
import { askDecision, Ended, type Decision } from './ask.js';
import type { Input, Output } from './io.js';

export interface Conversation {
  readonly input: Input;
  readonly out: Output;
  readonly style: Paint;
  readonly patch: (changes: readonly FileChange[]) => string;
}

/** Beside the steps: the configuration with what was decided. */
type Beside = readonly FileChange[];

/** The units that somebody does not want. Ends when nothing is to be written. */
export async function decideInteractively(project: Project, transforms: readonly TransformDefinition[], registry: Registry, options: PlanOptions, talk: Conversation, beside: Beside = []): Promise<readonly DroppedStep[]> {
  const dropped: DroppedStep[] = [];
  const applied = new Set<string>();
  let quit = false;
  for (;;) {
    const plan = planMigration(project, transforms, registry, { ...options, dropped });
    // The markers follow from the rest.
    const open = plan.steps.filter(s => s.transform !== 'markers' && !applied.has(nameOf(s)));
    const [step] = open;
    if (!step) {
      await confirm(new Set([...Object.keys(plan.result), ...beside.map(c => c.file)]).size, talk);
      return dropped;
    }
    const decision: Decision = quit ? 'skip' : await decide(step, `${(applied.size + 1).toString()}/${(applied.size + open.length).toString()}`, talk);
    if (decision === 'apply') applied.add(nameOf(step));
    else {
      dropped.push({ transform: step.transform, unit: step.unit, answers: step.answers, reason: 'you skipped it.' });
      quit ||= decision === 'quit';
    }
  }
}

async function decide(step: Step, position: string, { input, out, style, patch }: Conversation): Promise<'apply' | 'skip' | 'quit'> {
  await out.write(`${style.dim(position)} ${stepLine(step, style)}\n${step.notes.map(n => `  ${n}\n`).join('')}`);
  for (;;) {
    const decision: Decision = await askDecision('  [a]pply  [s]kip  show [d]iff  [q]uit: ', input, out);
    if (decision !== 'show') return decision;
    await out.write(`${colouredPatch(patch(step.changes), style)}\n`);
  }
}

async function confirm(files: number, { input, out }: Conversation): Promise<void> {
  if (files === 0) {
    await out.write('Nothing to write.\n');
    return;
  }
  const decision = await askDecision(`Write ${count(files, 'file')}? [y]es  [n]o: `, input, out);
  if (decision !== 'apply') throw new Ended();
}

function nameOf({ transform, unit, title, answers }: Step): string {
  return [transform, unit, title, ...answers].join('\0');
}
