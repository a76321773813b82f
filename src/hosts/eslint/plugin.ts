import type { ESLint, Linter, Rule as EslintRule } from 'eslint';
import type { Registry } from '../../audit.js';
import { clause } from '../../catalogue/clauses.js';
import type { Finding } from '../../finding.js';
import type { Rule } from '../../rule.js';
import { takes, type TransformDefinition } from '../../transform.js';
import { VERSION } from '../../version.js';
import { configOf, CONFIGS, NAME, type ConfigName } from './configs.js';
import { Files, pathIn, type Linted } from './linted.js';
import { messageOf } from './messages.js';
import { isLeftOut, isWanted, optionsOf, schemaOf } from './options.js';

export type Plugin = ESLint.Plugin & {
  readonly rules: Record<string, EslintRule.RuleModule>;
  readonly configs: Record<ConfigName, Linter.Config[]>;
};

/** Rules that look at code. The others read manifests and configuration, which linters of code are not given. */
export function isHosted(rule: Rule): boolean {
  return rule.visit !== undefined || rule.project !== undefined;
}

export function createPlugin(registry: Registry, transforms: readonly TransformDefinition[]): Plugin {
  const files = new Files(registry, transforms);
  const hosted = registry.rules.filter(isHosted);
  const plugin: Plugin = {
    meta: { name: NAME, version: VERSION, namespace: NAME },
    rules: Object.fromEntries(hosted.map(rule => [rule.id, hostedRule(rule, files, transforms)])),
    configs: { recommended: [], strict: [], 'stay-migrated': [], all: [] },
  };
  for (const name of CONFIGS) plugin.configs[name] = configOf(name, hosted, { [NAME]: plugin });
  return plugin;
}

function hostedRule(rule: Rule, files: Files, transforms: readonly TransformDefinition[]): EslintRule.RuleModule {
  const own = transforms.filter(t => rule.clauses.some(c => takes(t, rule.id, c)));
  return {
    meta: {
      type: 'problem',
      docs: { description: rule.title, url: urlOf(rule), recommended: rule.clauses.some(id => clause(id).severity === 'error') },
      schema: schemaOf(rule),
      defaultOptions: [],
      ...(own.some(t => t.safety === 'safe') && { fixable: 'code' as const }),
      ...(own.length > 0 && { hasSuggestions: true }),
    },
    create(context) {
      const options = optionsOf(context.options[0], context.settings);
      if (isLeftOut(pathIn(context.cwd, context.filename), options)) return {};
      const linted = files.of(context);
      linted.expect(rule);
      return {
        'Program:exit'() {
          for (const finding of linted.findings(rule, options.includeTests)) if (isWanted(finding, options)) show(context, finding, linted, options.today);
        },
      };
    },
  };
}

function show(context: EslintRule.RuleContext, finding: Finding, linted: Linted, today: string | undefined): void {
  const offer = linted.offer(finding);
  const change: EslintRule.ReportFixer = fixer => (offer?.edits ?? []).map(({ range, text }) => fixer.replaceTextRange([range[0], range[1]], text));
  const { sourceCode } = context;
  context.report({
    message: messageOf(finding, today),
    loc: { start: sourceCode.getLocFromIndex(finding.range[0]), end: sourceCode.getLocFromIndex(finding.range[1]) },
    ...(offer?.kind === 'fix' && { fix: change }),
    ...(offer?.kind === 'suggestion' && { suggest: [{ desc: offer.title, fix: change }] }),
  });
}

export function urlOf(rule: Pick<Rule, 'id'>): string {
  return `https://github.com/mcp-stateless/mcp-stateless/blob/main/rules/${rule.id}/README.md`;
}
