import type { TextFile } from '../parse/source.js';
import { readBlocks } from './blocks.js';
import { readJson } from './json.js';
import { readSections } from './sections.js';
import { readToml } from './toml.js';
import type { ConfigNode } from './tree.js';
import { readYaml, readYamlLines } from './yaml.js';

export type ConfigLanguage = 'yaml' | 'json' | 'toml' | 'hcl' | 'bicep' | 'nginx' | 'caddy' | 'haproxy' | 'lines';

const trees = new WeakMap<TextFile, readonly ConfigNode[]>();

/** The entries of a configuration file; none for scripts and the like, which are read by line. */
export function configOf(file: TextFile): readonly ConfigNode[] {
  const known = trees.get(file);
  if (known) return known;
  const tree = read(file);
  trees.set(file, tree);
  return tree;
}

export function languageOf({ path, text }: Pick<TextFile, 'path' | 'text'>): ConfigLanguage {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase().replace(/\.(?:template|tpl|tmpl|gotmpl|j2|erb|example|sample|dist)$/, '');
  if (/\.ya?ml$/.test(name)) return 'yaml';
  if (/\.jsonc?$/.test(name)) return 'json';
  if (name.endsWith('.toml')) return 'toml';
  if (/\.(?:tf|tfvars|hcl)$/.test(name)) return 'hcl';
  if (name.endsWith('.bicep')) return 'bicep';
  if (name.startsWith('caddyfile')) return 'caddy';
  if (name.startsWith('haproxy') || (name.endsWith('.cfg') && /^(?:frontend|backend|listen)\s/m.test(text))) return 'haproxy';
  if (/^nginx|\.conf$/.test(name) && !/^\s*<\w+/m.test(text)) return 'nginx';
  // CloudFormation is kept under this name too.
  if (/\.template$|\.tpl$/.test(path)) return /^\s*\{/.test(text) ? 'json' : /^\s*[\w-]+:/m.test(text) ? 'yaml' : 'lines';
  return 'lines';
}

function read(file: TextFile): readonly ConfigNode[] {
  const { text } = file;
  switch (languageOf(file)) {
    case 'yaml':
      return readYaml(text);
    case 'json':
      return readJson(text) ?? readYaml(withoutComments(text));
    case 'toml':
      return readToml(text) ?? readYamlLines(text);
    case 'hcl':
      return readBlocks(text, 'hcl');
    case 'bicep':
      return readBlocks(text, 'bicep');
    case 'nginx':
      return readBlocks(text, 'nginx');
    case 'caddy':
      return readBlocks(text, 'caddy');
    case 'haproxy':
      return readSections(text);
    case 'lines':
      return [];
  }
}

/** JSON with comments, each of them blanked: every offset stays. Tabs become spaces, which YAML wants. */
function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\t/g, part => (part.startsWith('"') ? part : part.replace(/[^\n]/g, ' ')));
}

export interface ConfigLine {
  readonly text: string;
  readonly start: number;
}

/** Lines that are no comments, joined where one goes on: scripts, Dockerfiles, and commands inside of other files. */
export function* commandLines(text: string): Iterable<ConfigLine> {
  let joined = '';
  let begin = 0;
  let offset = 0;
  for (const line of text.split('\n')) {
    if (joined === '') begin = offset;
    offset += line.length + 1;
    if (joined === '' && /^\s*(?:#|\/\/)/.test(line)) continue;
    if (/\\\r?$/.test(line)) {
      joined += `${line.replace(/\\\r?$/, ' ')}\n`;
      continue;
    }
    yield { text: joined + line, start: begin };
    joined = '';
  }
  if (joined !== '') yield { text: joined, start: begin };
}
