import { defineTransform, dropUnusedImports, Editor, type Finding, type TSESTree } from '../../src/define-transform.js';
import type { Decline, RewriteContext } from '../../src/transform.js';
import { nodeAt } from '../../src/edits/locate.js';
import { indexOf } from '../../src/mcp/file-index.js';
import { handlerRegistration } from '../../src/mcp/messages.js';

export default defineTransform({
  id: 'set-level-to-nothing',
  title: 'Drop the handler of logging/setLevel, and the logging capability when nothing logs',
  tests: 'logging/setLevel is not answered',
  fixes: [{ rule: 'no-logging', clauses: ['logging-set-level', 'logging-feature', 'logging-per-request-level'] }],
  safety: 'safe',
  unless: ({ keepProtocolLogging }) => keepProtocolLogging,
  rewrite(context, findings) {
    const editor = new Editor(context.file);
    const declines: Decline[] = [];
    const removed: TSESTree.Node[] = [];
    for (const finding of findings) {
      if (finding.subject !== 'logging:set-level-handler') continue;
      const registration = registrationAt(context, finding);
      if (typeof registration === 'string') declines.push({ for: finding.fingerprint, reason: registration });
      else if (registration) {
        editor.removeStatement(registration);
        removed.push(registration);
      }
    }
    // The SDK refuses to register a handler for a capability that is not announced.
    const needed = declines.length > 0 || findings.some(isMessage) || mayBeNeededElsewhere(context);
    for (const finding of findings) if (finding.subject === 'logging:capability' && !needed) removeCapability(context, finding, editor, removed);
    dropUnusedImports(editor, ['SetLevelRequestSchema', 'SetLevelRequest'], removed);
    return { edits: editor.edits, declines };
  },
});

function isMessage({ subject }: Finding): boolean {
  return subject === 'logging:sendLoggingMessage' || subject === 'logging:notification' || subject === 'logging:log';
}

/** A server that is handed to other code may log there, or keep its level handler there. */
function mayBeNeededElsewhere({ file, mcp, project }: RewriteContext): boolean {
  if (project.isPartial && isConnected(file.program)) return true;
  return project.codeFiles().some(path => {
    const text = path === file.path ? undefined : project.text(path);
    if (text === undefined) return false;
    if (/sendLoggingMessage|notifications\/message|mcpReq\.log/.test(text)) return true;
    const other = /SetLevelRequestSchema|logging\/setLevel/.test(text) ? project.source(path) : undefined;
    return other !== undefined && indexOf(other).calls.some(call => handlerRegistration(mcp, other, call)?.method === 'logging/setLevel' && typeof statementOf(call) === 'string');
  });
}

/** Whether other files of the project can get hold of what is made here. */
function isConnected({ body }: TSESTree.Program): boolean {
  return body.some(statement => (statement.type === 'ImportDeclaration' ? statement.source.value.startsWith('.') : statement.type.startsWith('Export')));
}

/** The statement `server.setRequestHandler(SetLevelRequestSchema, ...)`, or why it has to stay. */
function registrationAt({ file }: RewriteContext, finding: Finding): TSESTree.Statement | string | undefined {
  const call = nodeAt(file, finding.range)?.parent;
  return call?.type === 'CallExpression' ? statementOf(call) : undefined;
}

function statementOf(call: TSESTree.CallExpression): TSESTree.Statement | string {
  const statement = call.parent.type === 'AwaitExpression' ? call.parent.parent : call.parent;
  if (statement.type !== 'ExpressionStatement') return 'The registration is part of a larger expression. Take it out by hand.';
  const handler = call.arguments.at(-1);
  const stored = handler ? storedLevel(handler) : undefined;
  return stored === undefined ? statement : `The handler changes ${stored}. Decide where that comes from now, such as LOG_LEVEL, then remove the handler.`;
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
