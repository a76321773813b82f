// The public API: pure in, plain JSON out.
import { transforms } from '../transforms/index.js';
import { auditFolder } from './audit.js';
import type { AuditOptions } from './audit-options.js';
import { diskTree } from './files/disk.js';
import { planMigration, type Plan, type PlanOptions } from './migrate/plan.js';
import { writePlan } from './migrate/write.js';
import { Project } from './project.js';
import { registry } from './registry.js';
import { auditMarkdown } from './report/audit-markdown.js';
import { codeQualityReport } from './report/code-quality.js';
import { githubReport } from './report/github.js';
import { jsonLinesReport, jsonReport } from './report/json.js';
import { sarifReport } from './report/sarif.js';
import type { ProveOptions } from './prove/prove.js';
import type { ProofReport } from './prove/report.js';
import type { Report } from './report/report.js';

/** Finds what the revision touches in the project in this folder. */
export function audit(root: string, options: AuditOptions = {}): Report {
  return auditFolder(root, registry, options);
}

/** Makes the migration in memory. Nothing is written. */
export function plan(root: string, options: PlanOptions = {}): Plan {
  return planMigration(new Project(diskTree(root)), transforms, registry, options);
}

/** Writes a plan: all of its files, or none. Returns their names. */
export function apply(made: Plan): readonly string[] {
  return writePlan(made);
}

/** Starts a server, and shows whether any replica serves any request. Loads what it needs when it is called. */
export async function prove(options: ProveOptions): Promise<ProofReport> {
  const { proveServer } = await import('./prove/prove.js');
  return proveServer(options);
}

export { defineConfig } from './settings/settings.js';
export const reporters = { json: jsonReport, jsonl: jsonLinesReport, sarif: sarifReport, github: githubReport, gitlab: codeQualityReport, markdown: auditMarkdown };
export { rules } from '../rules/index.js';
export { transforms } from '../transforms/index.js';
export type { AuditOptions } from './audit-options.js';
export type { Finding, Evidence, Fix, Location } from './finding.js';
export type { Plan, PlanOptions, Step } from './migrate/plan.js';
export type { CheckResult } from './prove/checks/check.js';
export type { Difference } from './prove/differential.js';
export type { ProveOptions } from './prove/prove.js';
export type { ProofReport } from './prove/report.js';
export type { Step as ScriptStep } from './prove/script.js';
export type { Deadline, Readiness, Report, Unit } from './report/report.js';
export type { Rule } from './rule.js';
export type { Settings } from './settings/settings.js';
export type { Choices, HandleChoice } from './choices.js';
export type { TransformDefinition } from './transform.js';
