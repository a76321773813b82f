import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { transforms } from '../../transforms/index.js';
import { auditProject } from '../audit.js';
import type { AuditOptions } from '../audit-options.js';
import { DEFAULT_CHOICES, type Choices } from '../choices.js';
import { diskTree } from '../files/disk.js';
import type { Finding } from '../finding.js';
import { planChecked, type CheckedPlan } from '../migrate/checked.js';
import { answered, CHOOSABLE, optionFor, questionsFor } from '../migrate/choose.js';
import { recover, undoLast, UndoRefused } from '../migrate/journal.js';
import { lastMigration, saveLast, type PassedProof } from '../migrate/last.js';
import { digest, type PlanOptions } from '../migrate/plan.js';
import type { DroppedStep, FileChange } from '../migrate/step.js';
import { prepareSteps } from '../migrate/steps.js';
import type { TypeCheck } from '../migrate/types.js';
import { writePlan, WriteRefused } from '../migrate/write.js';
import { Project } from '../project.js';
import { registry } from '../registry.js';
import { nearest } from '../settings/nearest.js';
import type { Settings } from '../settings/settings.js';
import { migrationSummary, type SummaryOptions } from '../report/migration.js';
import { paint, wantsColour, type Paint } from '../report/paint.js';
import { unifiedPatch } from '../report/patch.js';
import { count, planText } from '../report/plan.js';
import { askChoices, askDecision, Ended } from './ask.js';
import { rootOf } from './audit.js';
import { decideHandles } from './handles.js';
import { decideInteractively, type Conversation } from './interactive.js';
import type { WantedProof } from './proof.js';
import { EXIT, UsageError, type ExitCode, type Input, type Io } from './io.js';
import { installCommand, ownCommands, runCheck, uncommitted } from './surroundings.js';
import { settingsOf, settingsProblem, withHandles, type Recording } from './settings.js';

export interface MigrateArguments extends Partial<Pick<Choices, 'target' | 'store' | 'provider' | 'logging' | 'roots' | 'legacy' | 'keepProtocolLogging' | 'handlePer'>> {
  readonly write?: boolean;
  readonly dryRun?: boolean;
  readonly interactive?: boolean;
  readonly patch?: string;
  readonly summary?: string;
  readonly json?: boolean;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly unit?: readonly string[];
  readonly check?: string;
  readonly prove?: string;
  readonly allowDirty?: boolean;
  /** False: `--no-markers`, `--no-types`, `--no-pager`, `--no-config`. */
  readonly markers?: boolean;
  readonly types?: boolean;
  readonly pager?: boolean;
  readonly config?: boolean;
}

const AUDIT: AuditOptions = { includeTests: true };

export async function migrateCommand(path: string | undefined, given: MigrateArguments, io: Io): Promise<ExitCode> {
  checkArguments(given);
  const root = rootOf(path, io);
  // The modules of the proof are for those who want one.
  const proof = given.prove === undefined ? undefined : (await import('./proof.js')).wantedProof(given.prove, root, io);
  await recoverFirst(root, io);
  if ((given.write || given.interactive) && !given.allowDirty) refuseDirty(root);
  try {
    const settings = given.config === false ? {} : await settingsOf(root);
    return await new Migration(root, path, given, io, settings, proof).run();
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    await io.stderr.write('Ended. Nothing was written.\n');
    return EXIT.failed;
  }
}

class Migration {
  readonly #project: Project;
  readonly #findings: readonly Finding[];
  readonly #style: Paint;

  constructor(
    private readonly root: string,
    private readonly path: string | undefined,
    private readonly given: MigrateArguments,
    private readonly io: Io,
    private readonly settings: Settings,
    private readonly proof: WantedProof | undefined,
  ) {
    this.#project = new Project(diskTree(root, settings.ignore ? { ignore: settings.ignore } : {}));
    this.#findings = auditProject(this.#project, registry, AUDIT).findings;
    this.#style = paint(wantsColour({ isTTY: io.stdout.isTTY, env: io.env }));
  }

  async run(): Promise<ExitCode> {
    const { given, io } = this;
    const units = given.unit?.flatMap(unit => unitsNamed(unit, this.#findings));
    const { only: configured, ...decided } = this.settings.migrate ?? {};
    const only = given.only ?? configured;
    const { choices, shown } = await this.#choose(decided);
    const options: PlanOptions = {
      ...AUDIT,
      choices,
      prepare: prepareSteps,
      markLeft: true,
      findings: this.#findings,
      ...(only && { transforms: only }),
      ...(given.skip && { skip: given.skip }),
      ...(units && { units }),
    };
    const keyboard = given.interactive ? this.#keyboard() : undefined;
    if (given.interactive && !keyboard) throw new UsageError('--interactive needs a terminal. Use --unit or --skip to choose units without one.');
    await this.#checkHandles(choices);
    const { dropped, recorded, ...talked } = keyboard ? await this.#talk(options, keyboard) : { options, dropped: [], recorded: undefined };
    const plan = withRecord(planChecked(this.#project, transforms, registry, { ...talked.options, dropped }, await this.#types()), recorded);
    const patch = this.#patch(changesOf(this.#project, plan));
    if (given.patch !== undefined && given.patch !== '-') save(resolve(io.cwd, given.patch), patch, 'patch');
    await this.#show(plan, patch, shown, dropped);
    const nothing = Object.keys(plan.result).length === 0;
    if ((!given.write && !given.interactive) || nothing) {
      this.#saveSummary(plan, shown, { planned: true });
      return EXIT.clean;
    }
    return this.#write(plan, { ...DEFAULT_CHOICES, ...talked.options.choices }, shown);
  }

  /** Containers first: what the units look like depends on them. */
  async #talk(options: PlanOptions, input: Input): Promise<{ readonly options: PlanOptions; readonly dropped: readonly DroppedStep[]; readonly recorded: Recording | undefined }> {
    const talk: Conversation = { input, out: this.io.stdout, style: this.#style, patch: changes => this.#patch(changes) };
    const handles = await decideHandles(this.#project, transforms, registry, options, talk);
    const decided: PlanOptions = { ...options, choices: { ...options.choices, handles } };
    const recorded = isSame(handles, options.choices?.handles ?? {}) ? undefined : await this.#record(handles, talk);
    return { options: decided, dropped: await decideInteractively(this.#project, transforms, registry, decided, talk, recorded ? [recorded] : []), recorded };
  }

  /** The configuration with what was decided, if that is wanted. */
  async #record(handles: Choices['handles'], { input, out }: Conversation): Promise<Recording | undefined> {
    const change = await withHandles(this.root, handles);
    if ('wanted' in change) {
      await out.write(`${change.file} is not written out in one object. Add to it, so that later runs decide the same:\n${change.wanted}`);
      return undefined;
    }
    const answer = await askDecision(`Record this in ${change.file}, so that later runs decide the same? [y]es  [n]o: `, input, out);
    return answer === 'apply' ? change : undefined;
  }

  /** A decision about something that is not there, under a name that is nearly that of something that is. */
  async #checkHandles({ handles = {} }: Partial<Choices>): Promise<void> {
    const known = new Set(this.#findings.filter(f => CONTAINERS.test(f.rule)).flatMap(f => [f.subject, `${f.subject}@${f.file}`]));
    for (const key of Object.keys(handles)) {
      const meant = known.has(key) ? undefined : nearest(key, [...known].filter(k => handles[k] === undefined));
      if (meant !== undefined) await this.io.stderr.write(`${settingsProblem(this.root, ['migrate', 'handles', key], `nothing that was found has this name. Did you mean ${meant}?`)}\n`);
    }
  }

  /** What was said, what is asked, and what is taken because nobody can be asked. */
  async #choose(decided: Partial<Choices>): Promise<{ readonly choices: Partial<Choices>; readonly shown: readonly string[] }> {
    const { given, io } = this;
    const said: Partial<Choices> = {
      ...decided,
      ...(given.target && { target: given.target }),
      ...(given.store && { store: given.store }),
      ...(given.provider && { provider: given.provider }),
      ...(given.logging && { logging: given.logging }),
      ...(given.roots && { roots: given.roots }),
      ...(given.legacy && { legacy: given.legacy }),
      ...(given.handlePer && { handlePer: given.handlePer }),
      ...(given.keepProtocolLogging !== undefined && { keepProtocolLogging: given.keepProtocolLogging }),
      ...(given.markers === false && { markers: false }),
    };
    const questions = questionsFor(this.#project, this.#findings, said);
    const keyboard = this.#keyboard();
    if (keyboard && questions.length > 0) {
      const chosen = { ...said, ...(await askChoices(questions, keyboard, io.stdout, this.#style)) };
      return { choices: chosen, shown: shownChoices(chosen) };
    }
    const taken = questions.reduce<Partial<Choices>>((all, q) => ({ ...all, ...answered(q.name, q.suggested) }), said);
    const reasons = questions.map(q => `${optionFor(q.name, q.suggested)} (${q.because})`);
    return { choices: taken, shown: [...shownChoices(said), ...reasons] };
  }

  #keyboard(): Input | undefined {
    const { given, io } = this;
    return io.stdin?.isTTY && io.stdout.isTTY && !given.json && given.patch !== '-' ? io.stdin : undefined;
  }

  /** The compiler is loaded only where it has something to say. */
  async #types(): Promise<(() => TypeCheck) | undefined> {
    if (this.given.types === false) return undefined;
    const { typeCheck } = await import('../program/check.js');
    return () => typeCheck(this.root);
  }

  async #show(plan: CheckedPlan, patch: string, choices: readonly string[], skipped: readonly DroppedStep[]): Promise<void> {
    const { given, io } = this;
    if (given.json) await io.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
    else if (given.patch === '-') await io.stdout.write(patch);
    else {
      const next = given.write || given.interactive ? undefined : `npx mcp-stateless migrate${this.path ? ` ${this.path}` : ''} --write`;
      // What somebody has just decided need not be told again.
      const told = given.interactive ? { ...plan, dropped: plan.dropped.filter(d => !skipped.includes(d)) } : plan;
      const text = planText(told, { style: this.#style, patch: given.interactive ? '' : patch, choices, next });
      const paged = given.pager !== false && io.page && !given.write && !given.interactive && !io.env['CI'] ? await io.page(text) : false;
      if (!paged) await io.stdout.write(text);
    }
  }

  async #write(plan: CheckedPlan, choices: Choices, shown: readonly string[]): Promise<ExitCode> {
    const { given, io, root } = this;
    let written: readonly string[];
    try {
      written = writePlan(plan);
    } catch (error) {
      if (error instanceof WriteRefused) throw new UsageError(error.message);
      throw error;
    }
    if (given.check !== undefined) {
      const status = runCheck(given.check, root);
      if (status !== 0) return this.#takeBack(`\`${given.check}\` failed with ${status.toString()}`);
    }
    const proof = this.proof && (await this.#prove(this.proof, plan, choices));
    if (proof === 'failed') return EXIT.failed;
    saveLast(root, lastMigration(plan, choices, new Date().toISOString(), { check: given.check, proof }));
    this.#saveSummary(plan, shown, { planned: false, proof });
    await io.stderr.write(`Wrote ${count(written.length, 'file')}.\n`);
    return EXIT.clean;
  }

  /** What the proof came to; when it fails, everything is as before. */
  async #prove(wanted: WantedProof, plan: CheckedPlan, { target }: Choices): Promise<PassedProof | 'failed'> {
    const { io, root } = this;
    const { passedProof, proofText, proveMigrated } = await import('./proof.js');
    try {
      const report = await proveMigrated(wanted, root, io, { olderOnly: target === 'v1-stateless', onInterrupt: () => quietlyUndo(root) });
      await io.stderr.write(proofText(report, io));
      if (report.verdict === 'proven') return passedProof(wanted.command, report);
      if (report.eras.every(e => !e.served)) await io.stderr.write(this.#beforeStart(plan));
      await this.#takeBack('The migrated server was not proven');
    } catch (error) {
      if (!(error instanceof UsageError)) {
        await this.#takeBack('The proof broke off');
        throw error;
      }
      await io.stderr.write(`${error.message}\n${this.#beforeStart(plan)}`);
      await this.#takeBack('The migrated server could not be proven');
    }
    return 'failed';
  }

  /** What a server needs before it can be started. */
  #beforeStart({ dependencies }: CheckedPlan): string {
    if (this.given.check !== undefined) return '';
    const install = installCommand(this.root, this.#project);
    const { build } = ownCommands(this.#project, install);
    const steps = [...(dependencies.some(d => d.range !== undefined) ? [install] : []), ...(build === undefined ? [] : [build])].join(' && ');
    return steps === '' ? '' : `Nothing was installed or built before the proof. What --check runs comes first: --check "${steps}"\n`;
  }

  async #takeBack(why: string): Promise<ExitCode> {
    try {
      const back = undoLast(this.root) ?? [];
      await this.io.stderr.write(`${why}: ${count(back.length, 'file')} put back as before.\n`);
      return EXIT.failed;
    } catch (error) {
      if (error instanceof UndoRefused) throw new UsageError(`${why}, and the migration stays, as it cannot be put back. ${error.message}`);
      throw error;
    }
  }

  #saveSummary(plan: CheckedPlan, choices: readonly string[], state: Pick<SummaryOptions, 'planned' | 'proof'>): void {
    const { summary } = this.given;
    if (summary === undefined) return;
    const install = installCommand(this.root, this.#project);
    save(resolve(this.io.cwd, summary), migrationSummary(plan, { install, ...ownCommands(this.#project, install), choices, ...state }), 'summary');
  }

  /** With the byte order marks that the texts of a plan are without. */
  #patch(changes: readonly FileChange[]): string {
    return unifiedPatch(
      changes.map(({ file, before, after }) => {
        const mark = this.#project.bytes(file)?.subarray(0, 3).equals(BYTE_ORDER_MARK) ? '\uFEFF' : '';
        return { file, before: this.#project.text(file) === undefined && before === '' ? undefined : mark + before, after: after === null ? null : mark + after };
      }),
    );
  }
}

/** While the process ends, nobody can be told why not; `undo` can, later. */
function quietlyUndo(root: string): void {
  try {
    undoLast(root);
  } catch (error) {
    if (!(error instanceof UndoRefused)) throw error;
  }
}

const CONTAINERS = /^no-(?:session|process)-state$/;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

function changesOf(project: Project, plan: CheckedPlan): readonly FileChange[] {
  return Object.entries(plan.result).map(([file, after]) => ({ file, before: project.text(file) ?? '', after }));
}

/** The configuration is written, and taken back, with the rest. */
function withRecord(plan: CheckedPlan, recording: Recording | undefined): CheckedPlan {
  if (!recording) return plan;
  const { file, before, after, onto } = recording;
  // A package.json may also get dependencies.
  const changed = plan.result[file];
  const result = { ...plan.result, [file]: typeof changed === 'string' ? onto(changed) : after };
  return { ...plan, result, read: before === '' ? plan.read : { ...plan.read, [file]: digest(before) } };
}

function isSame(a: Choices['handles'], b: Choices['handles']): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function checkArguments(given: MigrateArguments): void {
  const ids = [...transforms.map(t => t.id), ...prepareSteps.map(s => s.id)];
  if (given.write && given.dryRun) throw new UsageError('--write and --dry-run exclude each other.');
  if (given.interactive && given.dryRun) throw new UsageError('--interactive and --dry-run exclude each other.');
  if (given.check !== undefined && !given.write && !given.interactive) throw new UsageError('--check needs --write: it runs on what was written.');
  if (given.prove !== undefined && !given.write && !given.interactive) throw new UsageError('--prove needs --write: it starts the server that was written.');
  for (const id of given.only ?? []) if (!ids.includes(id)) throw new UsageError(`There is no transform ${id}. Known: ${ids.join(', ')}.`);
}

async function recoverFirst(root: string, io: Io): Promise<void> {
  try {
    const files = recover(root);
    if (files > 0) await io.stderr.write(`A migration had been interrupted: ${count(files, 'file')} put back as before.\n`);
  } catch (error) {
    if (error instanceof UndoRefused) throw new UsageError(error.message);
    throw error;
  }
}

function refuseDirty(root: string): void {
  const files = uncommitted(root) ?? [];
  if (files.length === 0) return;
  const names = files.slice(0, 3).join(', ');
  throw new UsageError(`Git has changes that are not committed: ${names}${files.length > 3 ? ` and ${(files.length - 3).toString()} more` : ''}. Commit or stash them, so that the migration can be read by itself, or use --allow-dirty.`);
}

/** A unit by its id, or by the place of one of its findings: `src/server.ts:12`. */
function unitsNamed(name: string, findings: readonly Finding[]): readonly string[] {
  const named = findings.filter(f => f.unit === name || `${f.file}:${String(f.line)}` === name).map(f => f.unit);
  if (named.length === 0) throw new UsageError(`There is no unit ${name}. ${unitsText(findings)}`);
  return [...new Set(named)];
}

function unitsText(findings: readonly Finding[]): string {
  const units = [...new Set(findings.map(f => f.unit))].sort();
  return units.length === 0 ? 'Nothing was found.' : `Known: ${units.slice(0, 20).join(', ')}${units.length > 20 ? ', ...' : ''}.`;
}

function shownChoices(choices: Partial<Choices>): readonly string[] {
  const values = CHOOSABLE.flatMap(name => {
    const value = choices[name];
    return value === undefined ? [] : [optionFor(name, value)];
  });
  return [...values, ...(choices.handlePer === undefined ? [] : [`--handle-per ${choices.handlePer}`]), ...(choices.markers === false ? ['--no-markers'] : [])];
}

function save(path: string, text: string, what: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    throw new UsageError(`The ${what} cannot be written to ${path}. Is there such a folder?`);
  }
}
