import { beginsBelow, declares, dependencyEntries, manifestAt } from '../../src/config/manifests.js';
import { configOf } from '../../src/config/read.js';
import { indexOf } from '../../src/mcp/file-index.js';
import { defineRule, keyName, memberName, type CodeContext, type TextContext, type TSESTree } from '../../src/rule.js';
import { usesOf } from './uses.js';

const V1 = /^@modelcontextprotocol\/sdk$/;
const V2 = /^@modelcontextprotocol\/(?:server|client|core|node|express|hono|fastify)$/;
const V1_IMPORT = /['"](?:npm:)?@modelcontextprotocol\/sdk(?:@[^/'"]*)?(?:\/[^'"]*)?['"]/;
const ZOD_IMPORT = /\b(?:from|import|require)\b\s*\(?\s*['"](?:npm:)?zod(?:@[^/'"]*)?(?:\/[^'"]*)?['"]/;
const V2_IMPORT = /^@modelcontextprotocol\/(?:server|client|node|express|hono|fastify)(?:\/|$)/;
/** More places than a person can use are not listed. */
const MOST_RELATED = 30;

export default defineRule({
  id: 'use-sdk-v2',
  title: 'The first SDK line cannot speak the new revision',
  clauses: ['sdk-v1-package', 'sdk-mixed-v1-v2', 'sdk-zod-range', 'sdk-registration-api', 'sdk-schema-first-handlers', 'sdk-handler-extra', 'sdk-error-classes', 'apps-sdk-peer', 'sdk-silent-behavior-changes'],
  words: ['@modelcontextprotocol/', '.tool(', '.prompt(', '.resource(', 'requestInfo', 'HandlerSchema', 'setRequestHandler', 'setNotificationHandler', 'nextCursor', 'enforceStrictCapabilities'],
  needs: /\b(?:tool|prompt|resource)\b['"\]?.\s]*[(<]|set(?:Request|Notification)Handler|requestInfo|authInfo|sendNotification|sendRequest|\bsignal\b|requestId|\b(?:McpError|ErrorCode|StreamableHTTPError|SseError|OAuthError|Invalid\w+Error|\w+(?:Grant|Client|Token|Scope|Request)Error)\b|nextCursor|enforceStrictCapabilities|@modelcontextprotocol\/(?:server|client|node|express|hono|fastify)\b/,
  kinds: ['code', 'manifest'],
  scan: scanManifest,
  visit: context => ({
    Program(node) {
      reportUses(context);
      reportMixed(context, node);
      reportPages(context);
    },
    Property(node) {
      reportStrict(context, node);
    },
  }),
});

/** The dependency itself: one finding for a package, however many of its files import it. */
function scanManifest(context: TextContext): void {
  const { file, report } = context;
  if (!/(?:^|\/)(?:package|deno)\.jsonc?$/.test(file.path)) return;
  const tree = configOf(file);
  const [v1] = dependencyEntries(tree, V1);
  const [v2] = dependencyEntries(tree, V2);
  const [zod] = dependencyEntries(tree, /^zod$/);
  const old = zod?.value !== undefined && beginsBelow(zod.value, 4, 2) && /\d/.test(zod.value) && makesSchemas(context);
  if (v1) {
    const count = importersIn(context);
    report(v1, {
      clause: 'sdk-v1-package',
      also: old && !v2 ? ['sdk-zod-range'] : [],
      subject: 'sdk:v1',
      message: `This package is built on the first SDK line, which cannot speak the new revision${count > 0 ? `; ${count} ${count === 1 ? 'file imports' : 'files import'} it` : ''}${old && !v2 ? '; its zod is too old for the second line' : ''}.`,
      unit: `sdk:${file.path}`,
      data: { files: count },
    });
  }
  if (v1 && v2) report(v2, { clause: 'sdk-mixed-v1-v2', subject: 'sdk:mixed', message: 'This package has both SDK lines; objects of one are nothing to the other.', unit: `sdk:${file.path}` });
  if (zod && old && v2) report(zod, { clause: 'sdk-zod-range', subject: 'sdk:zod', message: 'Schemas of this zod register with the second SDK line, but the list of tools then fails or loses descriptions.', unit: `sdk:${file.path}` });
  const [apps] = dependencyEntries(tree, /^@modelcontextprotocol\/ext-apps$/);
  if (apps?.value !== undefined && v2 && beginsBelow(apps.value, 2, 0)) report(apps, { clause: 'apps-sdk-peer', subject: 'sdk:apps-peer', message: 'This release of the Apps package is made for the first SDK line.', unit: `sdk:${file.path}` });
}

function importersIn(context: TextContext): number {
  return codeBelow(context).filter(path => names(context, path, '@modelcontextprotocol/sdk', V1_IMPORT)).length;
}

/** Without an import there is no schema of this zod, whatever its range. */
function makesSchemas(context: TextContext): boolean {
  return context.project.isPartial || codeBelow(context, 'zod').some(path => names(context, path, 'zod', ZOD_IMPORT));
}

/** Code in the folder of a manifest, without the packages in it, or without those that declare a dependency themselves. */
function codeBelow({ file, project }: TextContext, dependency?: string): readonly string[] {
  const manifest = manifestAt(project, file.path);
  const folder = manifest ? manifest.folder : file.path.slice(0, Math.max(0, file.path.lastIndexOf('/')));
  const deeper = project.manifests.filter(m => m.folder !== folder && (folder === '' || m.folder.startsWith(`${folder}/`)) && (dependency === undefined || declares(m, dependency)));
  return project.codeFiles().filter(path => (folder === '' || path.startsWith(`${folder}/`)) && !deeper.some(m => path.startsWith(`${m.folder}/`)));
}

function names({ project }: TextContext, path: string, word: string, specifier: RegExp): boolean {
  return (project.bytes(path)?.includes(word) ?? false) && specifier.test(project.text(path) ?? '');
}

/** All that the second line calls otherwise: one finding for a file, at the first place. */
function reportUses(context: CodeContext): void {
  const { file, report } = context;
  const uses = usesOf(context);
  const [first] = uses;
  if (!first) return;
  const clauses = [...new Set(uses.map(u => u.clause))];
  const worst = clauses.find(c => c === 'sdk-schema-first-handlers') ?? clauses.find(c => c === 'sdk-handler-extra') ?? clauses[0] ?? first.clause;
  const counts = clauses.map(c => `${uses.filter(u => u.clause === c).length} ${uses.find(u => u.clause === c)?.what ?? ''}`);
  report(first.at, {
    clause: worst,
    also: clauses.filter(c => c !== worst),
    subject: 'sdk:api',
    message: `This file uses what the second SDK line calls otherwise: ${counts.join(', ')}.`,
    because: first.because,
    related: uses.slice(1, MOST_RELATED).map(u => ({ file, node: u.at })),
    unit: 'sdk:api',
    data: { places: uses.length },
  });
}

/** `do { page = await client.listTools({ cursor }) } while (...)`: the second line goes through the pages itself. One finding for a file. */
function reportPages({ file, mcp, report }: CodeContext): void {
  if (!file.text.includes('nextCursor')) return;
  const loops = indexOf(file).calls.flatMap(call => {
    if (call.callee.type !== 'MemberExpression' || !/^list(?:Tools|Resources|ResourceTemplates|Prompts)$/.test(memberName(call.callee) ?? '') || !isInLoop(call)) return [];
    const use = mcp.call(file, call);
    return use?.owner === 'sdk#Client' ? [{ at: call.callee, because: use.because }] : [];
  });
  const [first, ...rest] = loops;
  if (!first) return;
  report(first.at, {
    clause: 'sdk-silent-behavior-changes',
    subject: 'sdk:pages',
    message: 'This goes through the pages of a list; in the second SDK line the first call gives all of them.',
    because: first.because,
    related: rest.map(l => ({ file, node: l.at })),
  });
}

function isInLoop(node: TSESTree.Node): boolean {
  for (let n = node.parent; n && !/Function/.test(n.type); n = n.parent) if (/^(?:DoWhile|While|For|ForOf)Statement$/.test(n.type)) return true;
  return false;
}

/** `enforceStrictCapabilities: true` of a client: what threw gives an empty list in the second line. */
function reportStrict({ file, mcp, report }: CodeContext, node: TSESTree.Property): void {
  if (keyName(node.key) !== 'enforceStrictCapabilities' || node.value.type !== 'Literal' || node.value.value !== true) return;
  const made = node.parent.parent;
  if (made.type !== 'NewExpression') return;
  const constructed = mcp.constructed(file, made, /Client$/);
  if (constructed?.type !== 'sdk#Client') return;
  report(node, { clause: 'sdk-silent-behavior-changes', subject: 'sdk:strict', message: 'This client expects an error where the server lacks a capability; in the second SDK line lists are empty then.', because: constructed.because });
}

/** Imports of both lines in one module. */
function reportMixed({ file, report }: CodeContext, program: TSESTree.Program): void {
  if (!V1_IMPORT.test(file.text)) return;
  const imports = program.body.filter(s => s.type === 'ImportDeclaration').filter(s => s.importKind !== 'type');
  const v2 = imports.find(i => V2_IMPORT.test(i.source.value));
  if (!v2 || !imports.some(i => i.source.value.startsWith('@modelcontextprotocol/sdk'))) return;
  report(v2.source, { clause: 'sdk-mixed-v1-v2', subject: 'sdk:mixed-module', message: 'This module imports both SDK lines; objects of one are nothing to the other.', unit: 'sdk:api' });
}
