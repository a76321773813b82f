import type { Severity } from '../catalogue/clauses.js';
import type { Choices } from '../choices.js';

export type Level = Severity | 'off';
export type FailOn = Severity | 'never';

/** What a project decides once, in mcp-stateless.config.{js,mjs,cjs,ts,mts,json} or under `mcp-stateless` in its package.json. */
export interface Settings {
  /** Patterns as in .gitignore, relative to the folder of the configuration. */
  readonly ignore?: readonly string[];
  /** Severity of what a rule reports, or `off`. */
  readonly rules?: Readonly<Record<string, Level>>;
  /** Severity of what is reported for a clause, or `off`. Stronger than that of the rule. */
  readonly clauses?: Readonly<Record<string, Level>>;
  readonly includeTests?: boolean;
  /** Also what only a name speaks for. */
  readonly all?: boolean;
  /** Ask the compiler about receivers that are in doubt. */
  readonly types?: boolean;
  readonly failOn?: FailOn;
  /** File with findings that are known, relative to the folder of the configuration. */
  readonly baseline?: string;
  /** What `migrate` would ask. */
  readonly migrate?: MigrateSettings;
}

export type MigrateSettings = Partial<Choices> & {
  /** Transforms to run; all when absent. */
  readonly only?: readonly string[];
};

/** Checks a configuration while it is written: gives back what it gets. */
export function defineConfig(settings: Settings): Settings {
  return settings;
}
