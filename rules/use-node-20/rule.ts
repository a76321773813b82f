import { linkToMcp } from '../../src/config/link.js';
import { lowestMajor, manifestAt, usesMcp } from '../../src/config/manifests.js';
import { commandLines, configOf, languageOf } from '../../src/config/read.js';
import { allNodes, within, type ConfigNode } from '../../src/config/tree.js';
import { defineRule, type TextContext } from '../../src/rule.js';

const OLDEST = 20;

export default defineRule({
  id: 'use-node-20',
  title: 'The second SDK line needs Node 20',
  clauses: ['sdk-node-version', 'deploy-node-runtime'],
  words: ['"node"', 'node:1', 'nodejs', 'node-version', 'NODE_VERSION', '18', '16', '14'],
  kinds: ['config', 'manifest'],
  scan: context => {
    const { file } = context;
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    if (name === 'package.json') { scanManifest(context); return; }
    if (/^\.(?:nvmrc|node-version|tool-versions)$/.test(name)) { scanVersionFile(context, name); return; }
    if (/dockerfile|containerfile/i.test(name)) { scanImage(context); return; }
    if (!/nodejs|NODE_VERSION|node-version/.test(file.text) || languageOf(file) === 'lines') return;
    const found = [...allNodes(configOf(file))].find(n => isOldRuntime(n));
    if (found) report(context, found, 'This runs on a Node that the second SDK line does not support.');
  },
});

function report({ file, project, report }: TextContext, at: { readonly range: readonly [number, number] }, message: string): void {
  report(at, { clause: 'deploy-node-runtime', also: ['sdk-node-version'], subject: 'node:runtime', message, confidence: linkToMcp(project, file), unit: 'node' });
}

/** `"engines": { "node": ">=18" }` of a package that uses the SDK. */
function scanManifest({ file, project, report }: TextContext): void {
  const manifest = manifestAt(project, file.path);
  if (!manifest || !usesMcp(manifest)) return;
  const engine = configOf(file).find(n => n.key === 'engines')?.children.find(n => n.key === 'node');
  const lowest = engine?.value === undefined ? undefined : lowestMajor(engine.value);
  if (!engine || lowest === undefined || lowest >= OLDEST) return;
  report(engine, { clause: 'sdk-node-version', subject: 'node:engine', message: `This package says that Node ${lowest} is enough; the second SDK line needs ${OLDEST}.`, unit: 'node' });
}

function scanVersionFile(context: TextContext, name: string): void {
  const match = name === '.tool-versions' ? /^nodejs?\s+v?(\d+)\S*/m.exec(context.file.text) : /^\s*v?(\d+)(?:\.\S*)?/.exec(context.file.text);
  if (match && Number(match[1]) < OLDEST) report(context, { range: [match.index, match.index + match[0].length] }, `Developers get Node ${match[1] ?? ''} here; the second SDK line needs ${OLDEST}.`);
}

/** `FROM node:18-alpine`, `ARG NODE_VERSION=18`. */
function scanImage(context: TextContext): void {
  for (const { text, start } of commandLines(context.file.text)) {
    const match = /^\s*FROM\s+(?:--\S+\s+)?(?:\S*\/)?node:(\d+)|^\s*(?:ARG|ENV)\s+NODE(?:JS)?_VERSION[=\s]["']?v?(\d+)/i.exec(text);
    const major = Number(match?.[1] ?? match?.[2] ?? OLDEST);
    if (major >= OLDEST) continue;
    report(context, { range: [start, start + text.trimEnd().length] }, `This image has Node ${major}; the second SDK line needs ${OLDEST}.`);
    return;
  }
}

/** `runtime: nodejs18.x`, `node-version: 18`, `NODE_VERSION = "18"`. */
function isOldRuntime(node: ConfigNode): boolean {
  const { key, value } = node;
  if (value === undefined) return key === 'node-version' && node.children.length > 0 && node.children.every(c => isOld(c.value));
  if (/^runtime$/i.test(key)) return isOld(/^nodejs-?(\d+)(?:\.x)?$/i.exec(value)?.[1]);
  if (key === 'node-version' || key === 'NODE_VERSION') return isOld(value) && !within(node, 'matrix');
  return key === 'value' && node.parent?.children.some(c => (c.key === 'key' || c.key === 'name') && c.value === 'NODE_VERSION') === true && isOld(value);
}

function isOld(version: string | undefined): boolean {
  const major = version === undefined ? undefined : /^v?(\d+)(?:\.|$)/.exec(version)?.[1];
  return major !== undefined && Number(major) < OLDEST && Number(major) >= 8;
}
