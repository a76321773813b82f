import { nodeAt } from './edits/locate.js';
import type { Finding } from './finding.js';
import { innermost } from './mcp/file-index.js';
import type { Range } from './parse/source.js';
import type { TypeOracle } from './program/oracle.js';
import type { Project } from './project.js';

/** A finding for which only the name of a member speaks, after the compiler has been asked about the receiver. */
export function settled(finding: Finding, project: Project, oracle: TypeOracle): readonly Finding[] {
  if (finding.confidence === 'certain' || !finding.because.some(e => e.why === 'name')) return [finding];
  const receiver = receiverOf(finding, project);
  const origin = receiver ? oracle.originOf(finding.file, receiver) : 'unknown';
  if (origin === 'other') return [];
  return origin === 'mcp' ? [{ ...finding, confidence: 'certain' }] : [finding];
}

/** `server` of `server.elicitInput` and of `server.elicitInput(...)`. */
function receiverOf({ file, range }: Finding, project: Project): Range | undefined {
  const source = project.parsed(file);
  const node = source && nodeAt(source, range);
  if (!node) return undefined;
  const callee = node.type === 'CallExpression' ? innermost(node.callee) : node.type === 'AssignmentExpression' ? node.left : innermost(node);
  return callee.type === 'MemberExpression' ? callee.object.range : undefined;
}
