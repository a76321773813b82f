import type { Step } from '../../src/mcp/values.js';
import { indexOf } from '../../src/mcp/file-index.js';
import { innermost, isV1Type, memberName, nameOfType, type CodeContext, type TSESTree } from '../../src/rule.js';

export interface Use {
  readonly clause: 'sdk-registration-api' | 'sdk-schema-first-handlers' | 'sdk-handler-extra' | 'sdk-error-classes';
  readonly at: TSESTree.Node;
  /** What there are so many of. */
  readonly what: string;
  readonly because?: Step | undefined;
}

const REGISTRATIONS = new Set(['tool', 'prompt', 'resource']);
const EXTRA = ['requestInfo', 'authInfo', 'sendNotification', 'sendRequest', 'signal', 'requestId'];
const ERRORS = /#(?:McpError|ErrorCode|StreamableHTTPError|SseError|OAuthError|Invalid\w+Error|\w+(?:Grant|Client|Token|Scope|Request)Error)$/;

/** The places of a file that the second SDK line calls otherwise, in their order. */
export function usesOf(context: CodeContext): readonly Use[] {
  const { file } = context;
  const index = indexOf(file);
  const uses = [...index.calls.flatMap(call => registration(context, call) ?? []), ...EXTRA.flatMap(name => (index.members.get(name) ?? []).flatMap(node => extra(context, node) ?? [])), ...errors(context)];
  return uses.sort((a, b) => a.at.range[0] - b.at.range[0]);
}

function registration({ file, mcp }: CodeContext, call: TSESTree.CallExpression): Use | undefined {
  const callee = innermost(call.callee);
  const name = callee.type === 'MemberExpression' ? memberName(callee) : undefined;
  const [first] = call.arguments;
  if (name === undefined || !first || first.type === 'SpreadElement') return undefined;
  if (REGISTRATIONS.has(name)) {
    const use = call.arguments.length > 1 ? mcp.call(file, call) : undefined;
    return use && isV1Type(use.owner) && nameOfType(use.owner) === 'McpServer' ? { clause: 'sdk-registration-api', at: call.callee, what: 'registrations by position', because: use.because } : undefined;
  }
  if (name !== 'setRequestHandler' && name !== 'setNotificationHandler') return undefined;
  const schema = first.type === 'Literal' || first.type === 'TemplateLiteral' ? undefined : mcp.export(file, first);
  return schema?.name.endsWith('Schema') === true ? { clause: 'sdk-schema-first-handlers', at: call.callee, what: 'handlers by schema', because: schema.because } : undefined;
}

/** `extra.requestInfo`, `extra.sendNotification(...)`. */
function extra({ file, mcp }: CodeContext, node: TSESTree.MemberExpression): Use | undefined {
  const use = mcp.member(file, node);
  return use && /^sdk#\w*RequestHandlerExtra$/.test(use.owner) ? { clause: 'sdk-handler-extra', at: node, what: 'members of the handler’s context', because: use.because } : undefined;
}

/** Uses of error classes and codes that are imported from the first line. */
function errors({ file, mcp }: CodeContext): readonly Use[] {
  return file.program.body.flatMap(statement => {
    if (statement.type !== 'ImportDeclaration' || !statement.source.value.startsWith('@modelcontextprotocol/sdk') || statement.importKind === 'type') return [];
    return statement.specifiers.flatMap(specifier => {
      const exported = mcp.export(file, specifier.local);
      if (!exported || !ERRORS.test(exported.id)) return [];
      const references = file.variableOf(specifier.local)?.references ?? [];
      return references.map(({ identifier }): Use => ({ clause: 'sdk-error-classes', at: identifier, what: 'uses of error classes', because: exported.because }));
    });
  });
}
