// The same rules in ESLint 9, ESLint 10 and oxlint. No parser is loaded for the file that is linted: the host's tree is used.
import { relative, sep } from 'node:path';
import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import type { ESLint, Linter, Rule as EslintRule, SourceCode } from 'eslint';
import { clause, sepsOf } from '../catalogue/clauses.js';
import { diskTree } from '../files/disk.js';
import { kindOf } from '../files/kinds.js';
import { memoryTree } from '../files/memory.js';
import { overlayTree, type FileTree } from '../files/tree.js';
import type { Finding } from '../finding.js';
import { McpModel } from '../mcp/model.js';
import { indexVariables } from '../parse/parse.js';
import type { SourceComment, SourceFile } from '../parse/source.js';
import { Project } from '../project.js';
import { registry } from '../registry.js';
import type { Rule } from '../rule.js';
import { VERSION } from '../version.js';
import { Engine, orderFindings } from './engine.js';


/** The tree, scopes and text that the host has made. */
class HostFile implements SourceFile {
  #variables: Map<TSESTree.Node, Variable> | undefined;
  readonly problems = [];

  constructor(
    readonly path: string,
    private readonly code: SourceCode,
  ) {}

  get text(): string {
    return this.code.text;
  }

  get program(): TSESTree.Program {
    // Both parsers that ESLint users have give this tree; plain JavaScript has a subset of its nodes.
    return this.code.ast as unknown as TSESTree.Program;
  }

  get comments(): readonly SourceComment[] {
    return this.code.getAllComments().map(c => ({ block: c.type === 'Block', value: c.value, range: c.range ?? [0, 0] }));
  }

  get scopes(): SourceFile['scopes'] {
    return this.code.scopeManager as unknown as SourceFile['scopes'];
  }

  variableOf(identifier: TSESTree.Identifier | TSESTree.JSXIdentifier): Variable | undefined {
    this.#variables ??= indexVariables(this.scopes);
    return this.#variables.get(identifier);
  }
}

interface Linted {
  readonly project: Project;
  readonly mcp: McpModel;
  readonly file: SourceFile;
  readonly findings: Map<string, readonly Finding[]>;
}

const linted = new WeakMap<SourceCode, Linted>();

/** One project per linted file, shared by all rules that run over it. */
function projectOf(context: EslintRule.RuleContext): Linted {
  const { sourceCode } = context;
  let found = linted.get(sourceCode);
  if (!found) {
    const path = pathOf(context);
    const file = new HostFile(path, sourceCode);
    const project = new Project(overlayTree(neighbourhood(context.cwd), new Map([[path, sourceCode.text]]), kindOf), { adopted: file, callers: false });
    found = { project, mcp: new McpModel(project), file, findings: new Map() };
    linted.set(sourceCode, found);
  }
  return found;
}

function pathOf({ cwd, filename }: EslintRule.RuleContext): string {
  const path = relative(cwd, filename).split(sep).join('/');
  const known = path === '' || path.startsWith('..') || filename.startsWith('<') ? 'input' : path;
  return kindOf(known.slice(known.lastIndexOf('/') + 1)) === 'code' ? known : `${known}.js`;
}

const TREE_LIFETIME_MS = 5_000;
const trees = new Map<string, { readonly tree: FileTree; readonly until: number }>();

/** The files beside the linted one, listed once in a while: an editor asks on every key. */
function neighbourhood(cwd: string): FileTree {
  const now = Date.now();
  const known = trees.get(cwd);
  if (known && known.until > now) return known.tree;
  let tree: FileTree;
  try {
    tree = diskTree(cwd);
  } catch {
    tree = memoryTree(new Map(), cwd);
  }
  trees.set(cwd, { tree, until: now + TREE_LIFETIME_MS });
  return tree;
}

function findingsOf(rule: Rule, context: EslintRule.RuleContext): readonly Finding[] {
  const { text } = context.sourceCode;
  if (!rule.followsImports && rule.words.length > 0 && !rule.words.some(word => text.includes(word))) return [];
  const { project, mcp, file, findings } = projectOf(context);
  let found = findings.get(rule.id);
  if (!found) {
    const engine = new Engine(project, mcp, registry.transformOf);
    engine.visit(file, [rule]);
    found = orderFindings(engine.findings).filter(f => f.file === file.path && f.confidence !== 'possible');
    findings.set(rule.id, found);
  }
  return found;
}

function toEslintRule(rule: Rule): EslintRule.RuleModule {
  const first = clause(rule.clauses[0] ?? '');
  return {
    meta: {
      type: 'problem',
      docs: { description: rule.title, url: `https://github.com/mcp-stateless/mcp-stateless/blob/main/rules/${rule.id}/README.md`, recommended: first.severity === 'error' },
      schema: [],
    },
    create(context) {
      return {
        'Program:exit'() {
          for (const finding of findingsOf(rule, context)) {
            context.report({
              message: messageOf(finding),
              loc: { start: { line: finding.line, column: finding.column - 1 }, end: { line: finding.endLine, column: finding.endColumn - 1 } },
            });
          }
        },
      };
    },
  };
}

/** What, why, what to do. */
export function messageOf(finding: Finding): string {
  const seps = sepsOf(clause(finding.clause));
  return `${finding.message}${seps ? ` (${seps})` : ''} ${finding.fix.summary}`;
}

const NAME = 'mcp-stateless';

const plugin: ESLint.Plugin & { configs: Record<'recommended' | 'all', Linter.Config[]> } = {
  meta: { name: NAME, version: VERSION },
  rules: Object.fromEntries(registry.rules.filter(r => r.visit).map(rule => [rule.id, toEslintRule(rule)])),
  configs: { recommended: [], all: [] },
};

function config(include: (rule: Rule) => boolean): Linter.Config[] {
  const rules = registry.rules.filter(r => r.visit && include(r)).map(rule => [`${NAME}/${rule.id}`, 'error'] as const);
  return [{ plugins: { [NAME]: plugin }, rules: Object.fromEntries(rules) }];
}

plugin.configs.recommended = config(rule => rule.clauses.some(id => clause(id).severity === 'error'));
plugin.configs.all = config(() => true);

export default plugin;
