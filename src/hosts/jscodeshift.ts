import { basename } from 'node:path';
import { rules } from '../../rules/index.js';
import { auditProject } from '../audit.js';
import { DEFAULT_CHOICES } from '../choices.js';
import { applyEdits, withoutRepetitions } from '../edits/edit.js';
import { memoryTree } from '../files/memory.js';
import { McpModel } from '../mcp/model.js';
import { Project } from '../project.js';
import type { Edit } from '../edits/edit.js';
import type { Finding } from '../finding.js';
import type { SourceFile } from '../parse/source.js';
import { StateModel } from '../state/model.js';
import { takes, type TransformDefinition } from '../transform.js';

interface JscodeshiftFile {
  readonly path: string;
  readonly source: string;
}

/** What jscodeshift calls: the new text, or null when the file stays as it is. */
export type JscodeshiftModule = (file: JscodeshiftFile) => string | null;

/** A transform that looks at one file only: what needs other files is left alone. */
export function asJscodeshift(definition: TransformDefinition): JscodeshiftModule {
  return ({ path, source }) => {
    const name = basename(path);
    const text = source.replace(/^\uFEFF/, '');
    const project = new Project(memoryTree(new Map([[name, text]])), { partial: true });
    const wanted = new Set(definition.fixes.map(f => f.rule));
    const { findings } = auditProject(project, { rules: rules.filter(r => wanted.has(r.id)), transformOf: () => undefined }, { includeTests: true });
    const file = project.source(name);
    const mine = findings.filter(f => takes(definition, f.rule, f.clause));
    if (!file || file.problems.length > 0 || mine.length === 0) return null;
    const edits = editsOf(definition, project, file, mine);
    if (edits.length === 0) return null;
    return source.slice(0, source.length - text.length) + applyEdits(text, withoutRepetitions(edits));
  };
}

const CONNECTED = /^\s*export\b|\bfrom\s*['"]\.|\brequire\(\s*['"]\.|\bmodule\.exports\b|\bexports\.\w|^\s*import\s*['"]\./m;

/** Rewrites that need a second file are left to `migrate`. */
function editsOf(definition: TransformDefinition, project: Project, file: SourceFile, findings: readonly Finding[]): readonly Edit[] {
  const mcp = new McpModel(project);
  if ('rewrite' in definition) return definition.rewrite({ file, mcp, project }, findings).edits;
  // What another file does with a server of this one cannot be known from here.
  if (CONNECTED.test(file.text)) return [];
  let state: StateModel | undefined;
  const { rewrites } = definition.rewriteProject({ project, mcp, state: () => (state ??= new StateModel(mcp, [file])), choices: { ...DEFAULT_CHOICES, markers: false }, chosen: {} }, findings);
  const alone = rewrites.filter(r => !r.created?.length && !r.removed?.length && [...r.edits.keys()].every(path => path === file.path));
  return alone.flatMap(r => r.edits.get(file.path) ?? []);
}
