import type { TSESTree } from '@typescript-eslint/types';
import { clause } from '../catalogue/clauses.js';
import { nodeAt } from '../edits/locate.js';
import { kindOf } from '../files/kinds.js';
import type { Evidence, Finding } from '../finding.js';
import { manifestOf } from '../graph/workspace.js';
import type { McpModel } from '../mcp/model.js';
import { isFunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';
import type { StateModel } from '../state/model.js';
import { kindOfUnit } from './kinds.js';
import type { UnitContext } from './units.js';

const HANDLED = new Set(['tool', 'prompt', 'resource']);

/** Answers the questions of the linking from the models of a run. */
export function unitContext(project: Project, mcp: McpModel, state: () => StateModel, titleOf: (transform: string) => string): UnitContext {
  const place = (finding: Finding): { readonly file: SourceFile; readonly node: TSESTree.Node } | undefined => {
    const file = project.parsed(finding.file);
    const node = file && nodeAt(file, finding.range);
    return node && { file, node };
  };
  const isCode = (file: string): boolean => kindOf(file.slice(file.lastIndexOf('/') + 1)) === 'code';
  return {
    kindOf: finding => kindOfUnit(finding, id => clause(id).group, isCode),
    packageOf: file => manifestOf(project.manifests, file)?.folder ?? '',
    importsOf: file => (isCode(file) ? project.specifiers(file).flatMap(s => project.resolve(file, s) ?? []) : []),
    functionAt: finding => {
      const found = place(finding);
      const fn = found && functionAround(state(), found.node);
      return fn && `${finding.file}:${fn.range[0]}`;
    },
    registrationAt: finding => {
      const found = place(finding);
      const fn = found && registrationAround(state(), found);
      return fn && `${finding.file}:${fn.range[0]}`;
    },
    toolsAt: finding => {
      const found = place(finding);
      if (!found) return [];
      const names = [...state().reach.leadingTo(found.node)].filter(h => HANDLED.has(h.kind)).map(h => h.name);
      return [...new Set(names)].sort();
    },
    usesOf: finding => {
      const found = finding.clause === 'session-transport-map' ? place(finding) : undefined;
      return found ? usesOf(project, mcp, found.file, found.node) : [];
    },
    titleOf,
  };
}

/** What runs for a call and holds the place; the outermost function where nothing is known of calls. */
function functionAround({ reach }: StateModel, node: TSESTree.Node): TSESTree.Node | undefined {
  let outermost: TSESTree.Node | undefined;
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
    if (!isFunctionNode(n)) continue;
    if (reach.has(n)) return n;
    outermost = n;
  }
  return outermost;
}

/** The outermost function, when it registers no more than one handler: `registerAskTool(server)`. */
function registrationAround({ handlers }: StateModel, { file, node }: { readonly file: SourceFile; readonly node: TSESTree.Node }): TSESTree.Node | undefined {
  let outermost: TSESTree.Node | undefined;
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) if (isFunctionNode(n)) outermost = n;
  if (!outermost) return undefined;
  const [start, end] = outermost.range;
  const within = handlers.filter(h => h.file === file && start < h.fn.range[0] && h.fn.range[1] <= end);
  return within.length === 1 ? outermost : undefined;
}

function usesOf(project: Project, mcp: McpModel, file: SourceFile, name: TSESTree.Node): readonly Evidence[] {
  const variable = name.type === 'Identifier' ? file.variableOf(name) : undefined;
  if (!variable || variable.defs[0]?.name !== name) return [];
  return mcp.infer.references.ofVariable(file, variable).map(use => {
    const lines = project.lines(use.file.path);
    const [from, to] = [lines.position(use.node.range[0]), lines.position(use.node.range[1])];
    return { file: use.file.path, line: from.line, column: from.column, endLine: to.line, endColumn: to.column, why: 'state', text: role(mcp, use.file, use.node) };
  });
}

const SIGNALS = /^(?:SIGINT|SIGTERM|SIGHUP|SIGQUIT|beforeExit|exit|onClose|close)$/;

/** What a use of a map of transports belongs to: a route, the end of the process, or neither. */
function role(mcp: McpModel, file: SourceFile, node: TSESTree.Node): string {
  for (let n: TSESTree.Node | undefined = node; n; n = n.parent) {
    const call: TSESTree.Node | undefined = isFunctionNode(n) ? n.parent : undefined;
    if (call?.type !== 'CallExpression' || call.callee.type !== 'MemberExpression' || call.callee.property.type !== 'Identifier') continue;
    const method = call.callee.property.name;
    const [first] = call.arguments;
    const text = first && first.type !== 'SpreadElement' && first !== n ? mcp.text(file, first) : undefined;
    if (/^(?:get|post|delete|put|all|use)$/.test(method) && text !== undefined) return `${method.toUpperCase()} ${text}`;
    if (/^(?:on|once|addHook)$/.test(method) && text !== undefined && SIGNALS.test(text)) return `on ${text}`;
  }
  return 'used here';
}
