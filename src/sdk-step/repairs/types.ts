import { newErrors, type CompileError, type TypeCheck } from '../../migrate/types.js';
import type { Project } from '../../project.js';
import { walkTree } from '../../parse/walk.js';
import { isMark, type PassFile } from '../pass.js';
import { attempt, editedWhere, type Tried } from './attempt.js';
import { absentIds } from './absent-ids.js';
import { extensionTypes, unknownCapabilities } from './capabilities.js';
import { keptCallbacks } from './callbacks.js';
import { surplusMembers } from './surplus-members.js';
import { castDoubles, contextValues } from './context-doubles.js';
import { otherMajor } from './other-major.js';
import { resultTypes } from './result-types.js';
import { handedResults, resultsOfCalls, structuredContents, textsOfContents } from './results-of-calls.js';
import { shapesAtRegistration, shapesInChoices } from './shapes.js';
import { toolSchemas } from './tool-schemas.js';
import { inferredTypes } from './inferred-types.js';
import { zodTypes } from './zod-types.js';

/** What only a compiler can tell: where types of the second major are narrower than those of the first. */
export function repairTypes(before: Project, project: Project, files: readonly string[], types: TypeCheck): Project {
  let now: Tried = { project, errors: types.errors(project, files).errors };
  for (const repair of [zodTypes(before), inferredTypes, otherMajor(before), shapesAtRegistration, shapesInChoices, toolSchemas, resultTypes, resultsOfCalls, handedResults, structuredContents, textsOfContents, keptCallbacks, unknownCapabilities, extensionTypes, absentIds, contextValues, castDoubles, surplusMembers]) now = attempt(now, repair, types);
  return now.errors.length === 0 ? now.project : markLeft(before, now, types);
}

/** Marks of one file are to be read; more of the same would be noise. */
const MAX_MARKS = 8;

/** What does not compile after all that: said at the place, so that nobody has to look for it. */
function markLeft(before: Project, { project, errors }: Tried, types: TypeCheck): Project {
  const wrong = [...new Set(errors.map(e => e.file))];
  const left = newErrors(types.errors(before, wrong, false).errors, errors, []);
  return project.with(editedWhere(project, left, { id: 'left', words: /(?:)/ }, (pass, mine) => markAll(pass, mine.slice(0, MAX_MARKS))));
}

/** A parameter without a type, which what is called would have told. */
const UNTOLD = new Set([7006, 7031]);

function markAll({ file, project, mark }: PassFile, errors: readonly CompileError[]): void {
  const lines = file.text.split('\n');
  const marked = new Set<number>();
  const positions = project.lines(file.path);
  const causes = new Set(errors.flatMap(e => (UNTOLD.has(e.code) ? [] : [e.line])));
  const unknown: (readonly [number, number])[] = [];
  walkTree(file.program, node => {
    if (node.type !== 'ExpressionStatement') return;
    const [from, to] = [positions.position(node.range[0]).line, positions.position(node.range[1]).line];
    if (causes.has(from)) unknown.push([from, to]);
  });
  for (const { line, message, code } of errors) {
    // One comment for a call that is not there is enough, and what a pass has said of the line says more.
    if (marked.has(line) || isMark(lines[line - 2] ?? '') || (UNTOLD.has(code) && unknown.some(([from, to]) => from <= line && line <= to))) continue;
    marked.add(line);
    const offset = lines.slice(0, line - 1).reduce((sum, l) => sum + l.length + 1, 0);
    mark(offset, 'sdk-type', short(message));
  }
}

/** The first sentence; what is behind it tells the same of smaller parts. */
function short(message: string): string {
  const first = message.split(/ {3}|\.\s{2,}/)[0] ?? message;
  return first.length > 200 ? `${first.slice(0, 200)}...` : first.replace(/\.$/, '');
}
