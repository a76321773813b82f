import { createRequire } from 'node:module';
import type { Rule as EslintRule } from 'eslint';
import { clause, type Severity } from '../../catalogue/clauses.js';
import { isBeyond, isKeptFor } from '../../catalogue/targets.js';
import { LEGACIES, TARGETS } from '../../choices.js';
import { zoneOf } from '../../files/kinds.js';
import type { Finding } from '../../finding.js';
import type { Rule } from '../../rule.js';
import type { RuleOptions } from './rules.cjs';

const ignore = createRequire(import.meta.url)('ignore') as typeof import('ignore');

export const DEFAULTS = { least: 'info', target: '2026-07-28', legacy: 'stateless', allow: [], includeTests: false, testFiles: [] } as const satisfies RuleOptions;

export const SETTINGS = 'mcp-stateless';

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];
const DATE = '^\\d{4}-\\d{2}-\\d{2}$';
/** A subject has a colon, such as `state:sessions`, or stands for several. */
const SUBJECT = '[:*]|^sessionIdGenerator$';

type JsonSchema = Exclude<EslintRule.RuleMetaData['schema'], false | readonly unknown[] | undefined>;

/** The schema of one rule: `target` and `legacy` only where they make a difference, `allow` with the clauses of the rule. */
export function schemaOf(rule: Rule): JsonSchema {
  return {
    type: 'array',
    maxItems: 1,
    items: [
      {
        type: 'object',
        additionalProperties: false,
        properties: {
          least: { enum: [...SEVERITIES], description: 'The least serious findings that are reported.' },
          ...(hasTarget(rule) && { target: { enum: [...TARGETS], description: 'Where the migration goes.' } }),
          ...(hasLegacy(rule) && { legacy: { enum: [...LEGACIES], description: 'How clients of older revisions are served.' } }),
          allow: {
            type: 'array',
            uniqueItems: true,
            items: { anyOf: [{ enum: [...rule.clauses] }, { type: 'string', pattern: SUBJECT }] },
            description: 'Clauses or subjects that are fine here.',
          },
          includeTests: { type: 'boolean', description: 'Report in test files too.' },
          testFiles: { type: 'array', uniqueItems: true, items: { type: 'string', minLength: 1 }, description: 'Further files that are tests.' },
          today: { type: 'string', pattern: DATE, description: 'The date for countdowns.' },
        },
      },
    ],
  };
}

/** Whether a rule has clauses that a project on the first SDK line has nothing to do about. */
export function hasTarget(rule: Rule): boolean {
  return rule.clauses.some(id => isBeyond('v1-stateless', clause(id)));
}

/** Whether a rule finds anything that is right for older connections. */
export function hasLegacy(rule: Rule): boolean {
  return rule.clauses.some(id => isKeptFor('sse', clause(id)));
}

/** What holds for one rule: its options, then the settings of the project, then the defaults. */
export function optionsOf(given: unknown, settings: Readonly<Record<string, unknown>>): Required<Omit<RuleOptions, 'today'>> & Pick<RuleOptions, 'today'> {
  return { ...DEFAULTS, ...settingsOf(settings), ...(isRecord(given) ? known(given, 'options of mcp-stateless') : {}) };
}

/** ESLint checks options of rules by their schema, and settings by nothing. */
function settingsOf(settings: Readonly<Record<string, unknown>>): RuleOptions {
  const found = settings[SETTINGS];
  if (found === undefined) return {};
  if (!isRecord(found)) throw new TypeError(`settings['${SETTINGS}'] has to be an object of options, such as { legacy: 'sessions' }.`);
  return known(found, `settings['${SETTINGS}']`);
}

const WANTED: { readonly [K in keyof Required<RuleOptions>]: string } = {
  least: `one of ${SEVERITIES.join(', ')}`,
  target: `one of ${TARGETS.join(', ')}`,
  legacy: `one of ${LEGACIES.join(', ')}`,
  allow: 'a list of clauses and subjects',
  includeTests: 'true or false',
  testFiles: 'a list of patterns',
  today: 'a date such as 2026-11-21',
};

function known(given: Readonly<Record<string, unknown>>, where: string): RuleOptions {
  for (const key of Object.keys(given)) if (!Object.hasOwn(WANTED, key)) throw new TypeError(`${where}: there is no option ${key}. Known: ${Object.keys(WANTED).join(', ')}.`);
  const read = <T>(key: keyof RuleOptions, check: (value: unknown) => T | undefined): T | undefined => {
    const value = given[key];
    if (value === undefined) return undefined;
    const checked = check(value);
    if (checked === undefined) throw new TypeError(`${where}: ${key} has to be ${WANTED[key]}, not ${JSON.stringify(value)}.`);
    return checked;
  };
  const least = read('least', value => SEVERITIES.find(s => s === value));
  const target = read('target', value => TARGETS.find(t => t === value));
  const legacy = read('legacy', value => LEGACIES.find(l => l === value));
  const allow = read('allow', texts);
  const includeTests = read('includeTests', value => (typeof value === 'boolean' ? value : undefined));
  const testFiles = read('testFiles', texts);
  const today = read('today', date);
  return { ...(least && { least }), ...(target && { target }), ...(legacy && { legacy }), ...(allow && { allow }), ...(includeTests !== undefined && { includeTests }), ...(testFiles && { testFiles }), ...(today !== undefined && { today }) };
}

function texts(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items: readonly unknown[] = value;
  const found = items.filter((item): item is string => typeof item === 'string' && item !== '');
  return found.length === items.length ? found : undefined;
}

function date(value: unknown): string | undefined {
  return typeof value === 'string' && new RegExp(DATE).test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a file is not to be reported in, because it is a test. */
export function isLeftOut(path: string | undefined, { includeTests, testFiles }: Pick<RuleOptions, 'includeTests' | 'testFiles'>): boolean {
  if (includeTests || path === undefined) return false;
  return zoneOf(path) === 'test' || (testFiles !== undefined && testFiles.length > 0 && ignore().add([...testFiles]).ignores(path));
}

export function isWanted(finding: Finding, { least = DEFAULTS.least, target = DEFAULTS.target, legacy = DEFAULTS.legacy, allow = [] }: RuleOptions): boolean {
  if (SEVERITIES.indexOf(finding.severity) > SEVERITIES.indexOf(least)) return false;
  const about = clause(finding.clause);
  if (isBeyond(target, about) || isKeptFor(legacy, about)) return false;
  return !allow.some(pattern => pattern === finding.clause || matches(pattern, finding.subject));
}

function matches(pattern: string, subject: string): boolean {
  if (!pattern.includes('*')) return pattern === subject;
  return new RegExp(`^${pattern.split('*').map(part => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')).join('.*')}$`).test(subject);
}
