import type { SourceFile } from '../../src/define-transform.js';
import { enclosingFunction } from '../../src/mcp/file-index.js';
import type { ProjectRewriteContext } from '../../src/transform.js';
import type { Read } from './sites.js';

const ASKS = /\.elicitInput\s*\(|['"]elicitation\/create['"]/;
const MEMBER = /\.elicitation\b|\[\s*['"]elicitation['"]\s*\]/;

/**
 * Whether the answer decides if a person is asked with `elicitInput`. That works on connections of older revisions only, on which the
 * handshake has told: clients of the new one would be asked, and the call would fail.
 */
export function decidesWhetherToAsk({ project }: ProjectRewriteContext, file: SourceFile, { call, question }: Read): boolean {
  if (question !== 'clientCapabilities') return false;
  const around = enclosingFunction(call) ?? file.program;
  if (!MEMBER.test(file.text.slice(call.range[0], around.range[1]))) return false;
  return project.codeFiles().some(path => ASKS.test(project.text(path) ?? ''));
}
