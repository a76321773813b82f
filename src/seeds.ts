import { zoneOf } from './files/kinds.js';
import type { Project } from './project.js';
import type { Rule } from './rule.js';
import { WordFinder } from './words.js';

/** Text that only programs or configuration with MCP in them contain. */
const TELLTALE =
  /modelcontextprotocol|[Mm][Cc][Pp][-_][Ss]ession[-_]?[Ii][Dd]|MCP[-_]SESSION[-_]ID|[Mm]cp-[Pp]rotocol-[Vv]ersion|McpServer|MCPServer|McpAgent|McpModule|FastMCP|fastmcp|LiteMCP|mcp-handler|mcp-framework|mcp-proxy|mcp-use|['"]tools\/call['"]|['"]tools\/list['"]|notifications\/initialized|sampling\/createMessage|elicitation\/create|server\/discover|subscriptions\/listen/;

const HANDLES = /\b(?:registerTool|registerToolTask|registerPrompt|registerResource|setRequestHandler|setNotificationHandler|addTools?|addPrompts?|addResource|addResourceTemplate|oninitialized|onmessage|handleRequest|handlePostMessage|MCPTool)\b|\.(?:tool|prompt|resource|on|once)\s*\(|['"]tools\/call['"]|['"][Mm]cp-[Ss]ession-[Ii]d['"]/;

/** Tables of tools of the project's own: `{ name, inputSchema, handler }`, `createTool(definition, handler)`. */
const TABLES = /\binputSchema\b[\s\S]*\b(?:handler|execute|run|handle|callback)\b\s*[:(,}]|\b(?:handler|execute|run|handle|callback)\b\s*[:(,][\s\S]*\binputSchema\b|\b(?:create|define|register|make|build)\w*(?:Tool|Plugin|Command)\w*\(\s*\w+\s*,\s*\w+\s*,?\s*\)/;

export interface Seeds {
  /** Whether the project has to do with MCP at all. */
  readonly mcp: boolean;
  /** Code files to visit, each with the rules whose words it contains. */
  readonly code: readonly { readonly path: string; readonly rules: readonly Rule[] }[];
  /** Code files that name MCP, that such files import, or that import such files. */
  readonly near: readonly string[];
  /** Other files to scan, likewise. */
  readonly texts: readonly { readonly path: string; readonly kind: 'manifest' | 'config' | 'doc'; readonly rules: readonly Rule[] }[];
}

/**
 * Decides from bytes alone which files are worth parsing: those that name MCP, and those that are connected with them by
 * imports and contain a rule's word. A project without MCP ends here, and no parser is loaded.
 */
export function findSeeds(project: Project, rules: readonly Rule[]): Seeds {
  const near = nearMcp(project);
  if (near.files.size === 0) return { mcp: false, code: [], near: [], texts: [] };
  const code = project.codeFiles().flatMap(path => {
    const present = rulesFor(project, near, path, rules);
    return present.length > 0 ? [{ path, rules: present }] : [];
  });
  return { mcp: true, code, near: mayHandle(project, near.files), texts: textSeeds(project, rules) };
}

/** What a project has to do with MCP. */
export interface NearMcp {
  /** Files that name it. */
  readonly telling: ReadonlySet<string>;
  /** These, with all that they are connected with by imports. */
  readonly files: ReadonlySet<string>;
  /** What telling files import. */
  readonly imported: ReadonlySet<string>;
}

export function nearMcp(project: Project): NearMcp {
  const telling = tellingFiles(project);
  return { telling, files: telling.size === 0 ? telling : new Set([...connected(project, telling), ...authorizing(project, telling)]), imported: new Set([...telling].flatMap(path => importedBy(project, path))) };
}

/** Authorization servers of the same package run beside the MCP server, in programs of their own. */
function authorizing(project: Project, telling: ReadonlySet<string>): readonly string[] {
  const folders = project.manifests.map(m => m.folder).sort((a, b) => b.length - a.length);
  const packageOf = (path: string): string | undefined => folders.find(folder => folder === '' || path.startsWith(`${folder}/`));
  const ofMcp = new Set([...telling].map(packageOf));
  return project.codeFiles().filter(path => project.bytes(path)?.includes('registration_endpoint') === true && ofMcp.has(packageOf(path)));
}

const known = new WeakMap<Project, ReadonlySet<string>>();

/** Files that name MCP: a project without one has nothing to do with it. */
export function tellingFiles(project: Project): ReadonlySet<string> {
  const before = known.get(project);
  if (before) return before;
  const telling = new Set<string>();
  for (const { path, kind } of project.tree.files) {
    if (kind === 'doc') continue;
    const bytes = project.bytes(path);
    if (bytes && TELLTALE.test(bytes.toString('latin1'))) telling.add(path);
  }
  known.set(project, telling);
  return telling;
}

/** Of the rules that visit code, those that can have something to say about a file. */
export function rulesFor(project: Project, { telling, files, imported }: NearMcp, path: string, rules: readonly Rule[]): readonly Rule[] {
  if (!files.has(path) || !(project.mentionsMcp(path) || imported.has(path) || importsAny(project, path, telling))) return [];
  const found = wordsOf(project, rules);
  const says = (file: string, rule: Rule): boolean => {
    const words = found(file);
    return rule.words.some(word => words.has(word));
  };
  const text = project.text(path) ?? '';
  const mayReport = (r: Rule): boolean => (says(path, r) || (r.followsImports === true && importedBy(project, path).some(target => says(target, r)))) && r.needs?.test(text) !== false;
  return rules.filter(r => r.visit && (r.kinds ?? ['code']).includes('code') && mayReport(r));
}

function textSeeds(project: Project, rules: readonly Rule[]): Seeds['texts'] {
  const scanners = rules.filter(r => r.scan);
  const kinds = new Set(scanners.flatMap(r => r.kinds ?? []));
  return project.tree.files.flatMap(({ path, kind }) => {
    if (kind === 'code' || !kinds.has(kind)) return [];
    const text = project.text(path);
    const present = text === undefined ? [] : scanners.filter(r => r.kinds?.includes(kind) && (r.words.length === 0 || r.words.some(word => text.includes(word))));
    return present.length > 0 ? [{ path, kind, rules: present }] : [];
  });
}

/** Of the files near MCP, those in which a handler can be registered: the rest is parsed when a question leads there. */
export function mayHandle(project: Project, near: ReadonlySet<string>): readonly string[] {
  return project.codeFiles().filter(path => {
    const text = near.has(path) ? (project.text(path) ?? '') : '';
    return (HANDLES.test(text) && project.mentionsMcp(path)) || (zoneOf(path) !== 'test' && TABLES.test(text));
  });
}

const NO_WORDS: ReadonlySet<string> = new Set();
const finders = new WeakMap<readonly Rule[], { readonly finder: WordFinder; readonly ofFiles: WeakMap<Project, Map<string, ReadonlySet<string>>> }>();

/** The words of rules that a file contains: looked for once, however many files import it. */
function wordsOf(project: Project, rules: readonly Rule[]): (path: string) => ReadonlySet<string> {
  let known = finders.get(rules);
  if (!known) finders.set(rules, (known = { finder: new WordFinder(rules.flatMap(r => r.words)), ofFiles: new WeakMap() }));
  const { finder, ofFiles } = known;
  let files = ofFiles.get(project);
  if (!files) ofFiles.set(project, (files = new Map<string, ReadonlySet<string>>()));
  const found = files;
  return path => {
    let words = found.get(path);
    if (!words) {
      const text = project.text(path);
      found.set(path, (words = text === undefined ? NO_WORDS : finder.wordsIn(text)));
    }
    return words;
  };
}

function importedBy(project: Project, path: string): readonly string[] {
  return project.specifiers(path).flatMap(specifier => project.resolve(path, specifier) ?? []);
}

/** What a telling file exports can be used without a word of MCP. */
function importsAny(project: Project, path: string, targets: ReadonlySet<string>): boolean {
  return importedBy(project, path).some(target => targets.has(target));
}

/** The telling files, all they import, and all that imports them. */
function connected(project: Project, telling: ReadonlySet<string>): ReadonlySet<string> {
  const near = new Set<string>();
  const reach = (start: Iterable<string>, next: (path: string) => Iterable<string>): void => {
    const queue = [...start];
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      for (const other of next(path)) {
        if (near.has(other)) continue;
        near.add(other);
        queue.push(other);
      }
    }
  };
  for (const path of telling) near.add(path);
  reach(telling, path => importedBy(project, path));
  const down = new Set(near);
  reach(telling, path => project.importersOf(path).filter(p => !down.has(p)));
  return near;
}
