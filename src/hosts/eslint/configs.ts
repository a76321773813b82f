import type { Linter } from 'eslint';
import { clause, type Clause, type Severity } from '../../catalogue/clauses.js';
import { worst } from '../../report/report.js';
import type { Rule } from '../../rule.js';
import type { RuleOptions } from './rules.cjs';

export const CONFIGS = ['recommended', 'strict', 'stay-migrated', 'all'] as const;
export type ConfigName = (typeof CONFIGS)[number];

export const NAME = 'mcp-stateless';

/** Parts of the catalogue in which a migrated project has nothing left, also where a clause is only a warning. */
const GONE_FOR_GOOD = new Set(['sessions', 'server-initiated', 'sdk']);

/** The level and options of a rule in a config; undefined where the config is without it. */
export function entryOf(name: ConfigName, rule: Rule): readonly ['error' | 'warn', RuleOptions] | undefined {
  const severities = rule.clauses.map(id => clause(id).severity);
  const has = (...wanted: readonly Severity[]): boolean => severities.some(s => wanted.includes(s));
  const level = worst(severities) === 'error' ? 'error' : 'warn';
  switch (name) {
    case 'recommended':
      return has('error') ? ['error', { least: 'error' }] : undefined;
    case 'strict':
      return has('error', 'warning') ? [level, { least: 'warning' }] : undefined;
    case 'all':
      return [level, { least: 'info' }];
    case 'stay-migrated': {
      const others = rule.clauses.filter(id => !isGone(clause(id)));
      return others.length < rule.clauses.length ? ['error', others.length > 0 ? { allow: others } : {}] : undefined;
    }
  }
}

function isGone({ status, group }: Clause): boolean {
  return status === 'removed' || (GONE_FOR_GOOD.has(group) && status === 'changed');
}

export function configOf(name: ConfigName, rules: readonly Rule[], plugins: NonNullable<Linter.Config['plugins']>): Linter.Config[] {
  const entries: Record<string, Linter.RuleEntry> = {};
  for (const rule of rules) {
    const entry = entryOf(name, rule);
    if (entry) entries[`${NAME}/${rule.id}`] = [...entry];
  }
  return [{ name: `${NAME}/${name}`, plugins, rules: name === 'stay-migrated' ? { ...entries, ...NO_FIRST_LINE } : entries }];
}

/** An import of the first SDK line is no finding by itself as long as a project migrates: its package.json has that one. Afterwards it is. */
const NO_FIRST_LINE: Linter.RulesRecord = {
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        {
          group: ['@modelcontextprotocol/sdk', '@modelcontextprotocol/sdk/**'],
          message: 'This imports the first line of the SDK. Why: it cannot speak the stateless revision, and objects of both lines do not fit together. To do: import from @modelcontextprotocol/server or @modelcontextprotocol/client.',
        },
      ],
    },
  ],
};
