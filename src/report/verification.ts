import type { JsonObject } from '../finding.js';
import { count } from './audit-markdown.js';

/** What `migrate` has stored, in sentences; undefined when it is no record of ours. It is read from a file, so nothing in it is taken for granted. */
export function verificationSentences(stored: JsonObject): readonly string[] | undefined {
  const steps = records(stored['steps']);
  if (stored['schema'] !== 1 || !Array.isArray(stored['steps'])) return undefined;
  const time = text(stored['time']);
  const files = new Set(steps.flatMap((s): readonly unknown[] => (Array.isArray(s['files']) ? s['files'] : [])));
  return [
    `${text(stored['tool']) ?? 'An unknown tool'} made ${count(steps.length, 'step')} in ${count(files.size, 'file')}${time === undefined ? '' : ` on ${time.slice(0, 10)}`}; the result was parsed and audited again, and a second run changed nothing.`,
    ...steps.flatMap(s => wrongIn(s)),
    typesSentence(record(stored['types'])),
    ...records(stored['dropped']).map(d => `Left out: ${text(d['title']) ?? text(d['transform']) ?? 'a step'}${text(d['reason']) === undefined ? '' : `, because: ${text(d['reason']) ?? ''}`}`),
    ...(text(stored['check']) === undefined ? [] : [`The command of the project passed afterwards: ${text(stored['check']) ?? ''}`]),
    ...proofSentence(record(stored['proof'])),
    ...(typeof stored['left'] === 'number' ? [`${count(stored['left'], 'finding')} left, with ${count(records(stored['markers']).length, 'marker')} in the code for a person.`] : []),
  ];
}

/** A step that was written in spite of something. */
function wrongIn(step: JsonObject): readonly string[] {
  const verdict = record(step['verdict']);
  const title = text(step['title']) ?? 'A step';
  return [...(verdict?.['parses'] === false ? [`${title}: the result does not parse.`] : []), ...(verdict?.['stable'] === false ? [`${title}: a second run changes it again.`] : [])];
}

function typesSentence(types: JsonObject | undefined): string {
  const added = records(types?.['added']);
  const checked = typeof types?.['files'] === 'number' ? ` (${count(types['files'], 'file')} checked)` : '';
  switch (types?.['verdict']) {
    case 'same':
      return `The compiler reports no error that was not there before${checked}.`;
    case 'better':
      return `The compiler reports fewer errors than before${checked}.`;
    case 'worse':
      return `The compiler reports ${count(added.length, 'new error')}: ${added.slice(0, 3).map(e => `${text(e['file']) ?? ''}:${typeof e['line'] === 'number' ? e['line'] : ''} ${text(e['message']) ?? ''}`).join('; ')}`;
    default:
      return 'The types were not checked.';
  }
}

function proofSentence(proof: JsonObject | undefined): readonly string[] {
  if (!proof) return [];
  const eras = Array.isArray(proof['eras']) ? proof['eras'].filter(e => typeof e === 'string').join(' and ') : '';
  const number = (key: string): string => (typeof proof[key] === 'number' ? String(proof[key]) : 'some');
  return [`The migrated server was started (${text(proof['command']) ?? 'its command is not told'}) and proven: ${number('steps')} calls over ${number('replicas')} replicas, for ${eras} clients.`];
}

function record(value: unknown): JsonObject | undefined {
  return isRecord(value) ? value : undefined;
}

function records(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
