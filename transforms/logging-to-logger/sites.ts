import type { Finding, TSESTree } from '../../src/define-transform.js';
import { nodeAt } from '../../src/edits/locate.js';
import type { SourceFile } from '../../src/parse/source.js';
import type { ProjectRewriteContext } from '../../src/transform.js';
import { calledName, messageIn, type Message } from './messages.js';
import { placeOf, type CallPlace } from './place.js';

/** A call that sends a log message to the client. */
export interface Site {
  readonly finding: Finding;
  readonly file: SourceFile;
  readonly call: TSESTree.CallExpression;
  readonly message: Message;
  readonly place: CallPlace;
}

/** Findings of calls that send. */
export const SENDS: ReadonlySet<string> = new Set(['logging:sendLoggingMessage', 'logging:notification', 'logging:log']);

const ELSEWHERE = 'What is sent is put together elsewhere. Log level and data by hand.';

export function callAt({ project }: ProjectRewriteContext, finding: Finding): { readonly file: SourceFile; readonly call: TSESTree.CallExpression } | undefined {
  const file = project.source(finding.file);
  const callee = file && file.problems.length === 0 ? nodeAt(file, finding.range) : undefined;
  const call = callee?.parent?.type === 'ChainExpression' ? callee.parent.parent : callee?.parent;
  return file && call?.type === 'CallExpression' ? { file, call } : undefined;
}

/** A call taken apart, or a sentence why it cannot be. */
export function siteOf(context: ProjectRewriteContext, finding: Finding): Site | string | undefined {
  if (finding.zone === 'test') return 'This is a test. Let it look at what is logged now.';
  const found = callAt(context, finding);
  if (!found) return undefined;
  const { file, call } = found;
  const use = context.mcp.call(file, call);
  if (finding.confidence !== 'certain' && use?.owner.startsWith('fastmcp')) return 'The framework sends this message. Log with a logger of your own, or wait for its next major version.';
  if (!use) return `${calledName(call)} is a function of this project that sends messages. Log there, or beside it, by hand.`;
  const place = placeOf(call);
  const message = messageIn(context.mcp, file, finding.subject, call);
  if (!message) return ELSEWHERE;
  if (message.bound && !(place.kind === 'statement' && place.statement.parent.type === 'BlockStatement')) return ELSEWHERE;
  return { finding, file, call, message, place };
}
