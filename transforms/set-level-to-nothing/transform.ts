import { defineTransform, dropUnusedImports, Editor, type Finding, type TSESTree } from '../../src/define-transform.js';
import type { Decline, RewriteContext } from '../../src/transform.js';
import { nodeAt } from '../../src/edits/locate.js';

export default defineTransform({
  id: 'set-level-to-nothing',
  title: 'Drop the handler of logging/setLevel, and the logging capability when nothing logs',
  fixes: [{ rule: 'no-logging', clauses: ['logging-set-level', 'logging-feature', 'logging-per-request-level'] }],
  safety: 'safe',
  rewrite(context, findings) {
    const editor = new Editor(context.file);
    const declines: Decline[] = [];
    const removed: TSESTree.Node[] = [];
    const logs = findings.some(f => isMessage(f)) || !isWholeServer(context);
    for (const finding of findings) {
      if (finding.subject === 'logging:set-level-handler') removeHandler(context, finding, editor, removed, declines);
      else if (finding.subject === 'logging:capability' && !logs) removeCapability(context, finding, editor, removed);
    }
    dropUnusedImports(editor, ['SetLevelRequestSchema', 'SetLevelRequest'], removed);
    return { edits: editor.edits, declines };
  },
});

function isMessage({ subject }: Finding): boolean {
  return subject === 'logging:sendLoggingMessage' || subject === 'logging:notification' || subject === 'logging:log';
}

/** A server that is handed to other code may log there: the capability stays until that is known. */
function isWholeServer({ file, project }: RewriteContext): boolean {
  const sendsElsewhere = (path: string): boolean => /sendLoggingMessage|notifications\/message|mcpReq\.log/.test(project.text(path) ?? '');
  return !project.codeFiles().some(path => path !== file.path && sendsElsewhere(path));
}

/** `server.setRequestHandler(SetLevelRequestSchema, ...)`: the statement goes, unless the level that it stores is used. */
function removeHandler({ file }: RewriteContext, finding: Finding, editor: Editor, removed: TSESTree.Node[], declines: Decline[]): void {
  const callee = nodeAt(file, finding.range);
  const call = callee?.parent;
  const statement = call?.type === 'CallExpression' ? (call.parent.type === 'AwaitExpression' ? call.parent.parent : call.parent) : undefined;
  if (call?.type !== 'CallExpression' || statement?.type !== 'ExpressionStatement') {
    declines.push({ for: finding.fingerprint, reason: 'The registration is part of a larger expression. Take it out by hand.' });
    return;
  }
  const handler = call.arguments.at(-1);
  const stored = handler ? storedLevel(handler) : undefined;
  if (stored !== undefined) {
    declines.push({ for: finding.fingerprint, reason: `The handler changes ${stored}. Decide where that comes from now, such as LOG_LEVEL, then remove the handler.` });
    return;
  }
  editor.removeStatement(statement);
  removed.push(statement);
}

/** What the handler writes outside of itself, such as the level of the application's logger. */
function storedLevel(handler: TSESTree.Node): string | undefined {
  if (handler.type !== 'ArrowFunctionExpression' && handler.type !== 'FunctionExpression') return 'state that is out of sight';
  if (handler.body.type !== 'BlockStatement') return handler.body.type === 'ObjectExpression' ? undefined : 'state that is out of sight';
  for (const statement of handler.body.body) {
    if (statement.type === 'ReturnStatement' && (!statement.argument || statement.argument.type === 'ObjectExpression')) continue;
    if (statement.type === 'ExpressionStatement' && isConsoleCall(statement.expression)) continue;
    if (statement.type === 'ExpressionStatement' && statement.expression.type === 'AssignmentExpression') return sourceOf(statement.expression.left);
    return 'state that is out of sight';
  }
  return undefined;
}

function isConsoleCall(node: TSESTree.Expression): boolean {
  return node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && node.callee.object.type === 'Identifier' && node.callee.object.name === 'console';
}

function sourceOf(node: TSESTree.Node): string {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'MemberExpression' && node.property.type === 'Identifier' ? node.property.name : 'state that is out of sight';
}

function removeCapability({ file }: RewriteContext, finding: Finding, editor: Editor, removed: TSESTree.Node[]): void {
  const node = nodeAt(file, finding.range);
  if (node?.type === 'Property') {
    editor.removeProperty(node);
    removed.push(node);
  }
}
