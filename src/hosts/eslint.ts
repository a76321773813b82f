// The same rules in ESLint 9, ESLint 10 and oxlint. What they find is what the audit finds: the host only says which file, and shows it.
import type { ESLint, Linter, Rule } from 'eslint';
import { offered } from '../../transforms/offered.js';
import { registry } from '../registry.js';
import type { ConfigName } from './eslint/configs.js';
import { createPlugin } from './eslint/plugin.js';
import type { RuleName } from './eslint/rules.cjs';

/** The plugin for `plugins: { 'mcp-stateless': mcp }`, with its configs for `extends`. */
export interface McpStatelessPlugin extends ESLint.Plugin {
  readonly rules: Record<RuleName, Rule.RuleModule>;
  readonly configs: Record<ConfigName, Linter.Config[]>;
}

const plugin: McpStatelessPlugin = createPlugin(registry, offered);

export default plugin;
export type { ConfigName } from './eslint/configs.js';
export type { Legacy, RuleName, RuleOptions, Target } from './eslint/rules.cjs';
