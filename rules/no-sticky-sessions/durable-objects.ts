import { configOf } from '../../src/config/read.js';
import { allNodes, within } from '../../src/config/tree.js';
import type { TextContext } from '../../src/rule.js';

/** Bindings of a worker to the classes whose objects are sessions: those that extend McpAgent. */
export function durableObjects({ file, project, report }: TextContext): void {
  if (!/(?:^|\/)wrangler\.(?:jsonc?|toml)$/.test(file.path) || !file.text.includes('durable_objects')) return;
  const folder = file.path.slice(0, file.path.lastIndexOf('/') + 1);
  const seen = new Set<string>();
  for (const node of allNodes(configOf(file))) {
    if (node.key !== 'class_name' || node.value === undefined || !within(node, 'durable_objects') || seen.has(node.value) || node.parent?.children.some(c => c.key === 'script_name')) continue;
    seen.add(node.value);
    const agent = new RegExp(`class\\s+${node.value.replace(/\W/g, '')}\\b[^{]*\\bextends\\s+\\w*McpAgent\\b`);
    if (!project.codeFiles().some(path => path.startsWith(folder) && (project.bytes(path)?.includes('McpAgent') ?? false) && agent.test(project.text(path) ?? ''))) continue;
    report(node, {
      clause: 'deploy-cloudflare-durable-object-sessions',
      subject: 'affinity:durable-object',
      message: 'This gives each session an object of its own; a stateless worker needs no such binding.',
      unit: 'affinity',
    });
  }
}
