// Makes the folder of a new rule or transform, and puts it into the index and the documents.
//   npm run new rule no-roots [clause ...]               the clauses of the catalogue that it decides
//   npm run new transform roots-to-parameters no-roots   the rule whose findings it takes
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clauses } from '../src/catalogue/clauses.js';
import { coverage } from '../src/catalogue/coverage.js';
import { rules } from '../rules/index.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Said to the person who typed the command. */
class Refused extends Error {}

function newRule(id: string, given: readonly string[]): readonly string[] {
  if (!/^(?:no|use)-[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id)) throw new Refused(`A rule is called no-... for what must go, or use-... for what must come: ${id} is neither.`);
  for (const clause of given) if (!clauses().has(clause)) throw new Refused(`The catalogue has no clause ${clause}.`);
  const decided = given.length > 0 ? given : openClausesAbout(id);
  if (decided.length === 0) throw new Refused(`Name the clauses that it decides: npm run new rule ${id} <clause> ... (npx mcp-stateless rules --clauses lists them).`);
  const [first] = decided.flatMap(c => clauses().get(c) ?? []);
  return write(`rules/${id}`, {
    'rule.ts': ruleText(id, first?.title.replaceAll('`', '').replaceAll("'", '’') ?? id, decided),
    'cases.ts': CASES,
  });
}

/** Clauses that nothing looks for yet and that share a word with the name. */
function openClausesAbout(id: string): readonly string[] {
  const words = id.split('-').slice(1).filter(w => w.length > 3);
  return [...clauses().values()].filter(c => coverage(c, rules).by === 'not-yet' && words.some(w => c.id.split('-').includes(w))).map(c => c.id);
}

function ruleText(id: string, title: string, decided: readonly string[]): string {
  const [word = id] = id.split('-').slice(1);
  return `import { defineRule, memberName, type CodeContext, type TSESTree } from '../../src/rule.js';

export default defineRule({
  id: '${id}',
  title: '${title}',
  clauses: [${decided.map(c => `'${c}'`).join(', ')}],
  words: ['${word}'],
  visit: context => ({
    CallExpression(node) {
      reportCall(context, node);
    },
  }),
});

/** The cheapest check comes first; whose member it is comes last. */
function reportCall({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  if (node.callee.type !== 'MemberExpression' || memberName(node.callee) !== '${word}') return;
  const use = mcp.call(file, node);
  if (!use) return;
  report(node.callee, {
    clause: '${decided[0] ?? ''}',
    subject: '${word}:call',
    message: 'This is what the rule has found.',
    because: use.because,
    confidence: use.confidence,
  });
}
`;
}

const CASES = `import { defineCases } from '../../test/cases.js';

export default defineCases({
  // What looks alike and is none: the decoys of the clause's false_positives.
  valid: [],
  // The marks « and » stand around what is reported; found has a subject for each.
  invalid: [],
});
`;

function newTransform(id: string, [rule]: readonly string[]): readonly string[] {
  if (!/^[a-z0-9-]+-to-[a-z0-9-]+$/.test(id)) throw new Refused(`A transform is called after what it makes of what, such as sampling-to-provider: ${id} is not.`);
  if (rule === undefined || !rules.some(r => r.id === rule)) throw new Refused(`Name the rule whose findings it takes: npm run new transform ${id} <rule>. Rules: ${rules.map(r => r.id).join(', ')}.`);
  const server = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\n\nexport const server = new McpServer({ name: 'example', version: '1.0.0' });\n`;
  return [
    ...write(`transforms/${id}`, { 'transform.ts': transformText(id, rule) }),
    ...write(`fixtures/${id}`, { 'first-change/before/server.ts': server, 'first-change/after/server.ts': server, 'nothing-to-change/before/server.ts': server }),
  ];
}

function transformText(id: string, rule: string): string {
  return `import { defineTransform, Editor } from '../../src/define-transform.js';
import { nodeAt } from '../../src/edits/locate.js';
import type { Decline } from '../../src/transform.js';

export default defineTransform({
  id: '${id}',
  title: 'To be written',
  fixes: [{ rule: '${rule}' }],
  safety: 'review',
  rewrite({ file }, findings) {
    const editor = new Editor(file);
    const declines: Decline[] = [];
    for (const finding of findings) {
      const node = nodeAt(file, finding.range);
      // What is not changed is said, with a reason for the person who has to do it.
      if (node) declines.push({ for: finding.fingerprint, reason: 'To be written.' });
    }
    return { edits: editor.edits, declines };
  },
});
`;
}

function write(folder: string, files: Readonly<Record<string, string>>): readonly string[] {
  if (existsSync(join(root, folder))) throw new Refused(`${folder} is there already.`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, folder, name)), { recursive: true });
    writeFileSync(join(root, folder, name), text);
  }
  return Object.keys(files).map(name => `${folder}/${name}`);
}

/** In processes of their own: the index that this one has read is the old one. */
function regenerate(): void {
  for (const script of ['scripts/index-files.ts', 'scripts/docs.ts']) {
    const { status } = spawnSync(process.execPath, [...process.execArgv, join(root, script)], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Refused(`${script} has failed.`);
  }
}

const [kind, id, ...rest] = process.argv.slice(2);
try {
  if ((kind !== 'rule' && kind !== 'transform') || id === undefined) throw new Refused('usage: npm run new rule <id> [clause ...]\n       npm run new transform <id> <rule>');
  const made = kind === 'rule' ? newRule(id, rest) : newTransform(id, rest);
  regenerate();
  for (const file of [...made, `${kind}s/${id}/README.md`]) console.log(file);
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
