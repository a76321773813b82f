// The files that a project gets: the store, and where it keeps what it stores.
import type { DependencyChange, ProjectRewriteContext, Variable } from '../../src/transform.js';
import type { SourceFile } from '../../src/define-transform.js';
import { styleOf } from '../../src/edits/style.js';
import { packageOf } from '../../src/emit/package.js';
import { isCommonJs } from './files.js';
import { isTypeScript } from './containers.js';
import { TEMPLATES, type Template } from './templates.js';

export interface Emitted {
  readonly store: string;
  /** Where connections are kept; undefined when there are none. */
  readonly live: string | undefined;
  /** Undefined: in the memory of the process. */
  readonly backend: string | undefined;
  readonly created: readonly { readonly path: string; readonly text: string }[];
  readonly dependencies: readonly DependencyChange[];
  readonly variables: readonly Variable[];
}

/** What the stores of a rewrite hold. */
export interface Held {
  readonly live: boolean;
  readonly stored: boolean;
}

interface Place {
  readonly path: string;
  /** Undefined: the project has it already. */
  readonly text: string | undefined;
}

/** Beside the first file that needs them, unless the project has them already. */
export class Emitter {
  readonly #places = new Map<string, Place>();

  constructor(private readonly context: ProjectRewriteContext) {}

  for(file: SourceFile, { live, stored }: Held): Emitted {
    const { store } = this.context.choices;
    const main = this.#place(file, 'handle-store', TEMPLATES['handle-store'], 'class HandleStore');
    const kept = live ? this.#place(file, 'live-store', TEMPLATES['live-store'], 'class LiveStore') : undefined;
    const chosen = stored && store !== 'memory' ? this.#backend(store, isTypeScript(file)) : undefined;
    const backend = chosen && this.#place(file, 'handle-backend', chosen.template, 'handleBackend');
    const created = [main, kept, backend].flatMap(p => (p?.text === undefined ? [] : [{ path: p.path, text: p.text }]));
    return { store: main.path, live: kept?.path, backend: backend?.path, created, dependencies: chosen?.dependencies ?? [], variables: chosen?.variables ?? [] };
  }

  #place(file: SourceFile, name: string, template: Template, words: string): Place {
    // What is built by itself does not reach into its neighbours.
    const own = packageOf(this.context.project, file.path);
    const key = `${own?.path ?? ''}\0${name}`;
    const known = this.#places.get(key);
    if (known) return known;
    const path = this.#existing(own, name, words);
    const place = path === undefined ? this.#text(file, name, template) : { path, text: undefined };
    this.#places.set(key, place);
    return place;
  }

  #existing(own: ReturnType<typeof packageOf>, name: string, words: string): string | undefined {
    return this.context.project.codeFiles().find(path => packageOf(this.context.project, path) === own && new RegExp(`(?:^|/)${name}\\.[cm]?[jt]s$`).test(path) && this.context.project.text(path)?.includes(words) === true);
  }

  #text(file: SourceFile, name: string, template: Template): { readonly path: string; readonly text: string } {
    const extension = file.path.replace(/^.*\./, '').replace(/x$/, '');
    const folder = file.path.includes('/') ? file.path.slice(0, file.path.lastIndexOf('/') + 1) : '';
    const text = isTypeScript(file) ? template.ts : isCommonJs(file) ? template.cjs : template.esm;
    const taken = new Set(this.context.project.tree.files.map(f => f.path));
    let path = `${folder}${name}.${extension}`;
    for (let n = 2; taken.has(path); n++) path = `${folder}${name}-${String(n)}.${extension}`;
    const { eol, indent, quote, semicolon } = styleOf(file);
    let styled = text.replaceAll(/^(?: {2})+/gm, spaces => indent.repeat(spaces.length / 2));
    if (quote === '"') styled = styled.replaceAll("'", '"');
    if (semicolon === '') styled = styled.replace(/;$/gm, '');
    const others = this.context.project.specifiers(file.path).filter(s => s.startsWith('.'));
    // They stand beside each other.
    if (others.some(s => /\.[cm]?tsx?$/.test(s))) styled = styled.replace('./handle-store.js', `./handle-store.${extension}`);
    else if (others.length > 0 && !others.some(s => /\.[cm]?jsx?$/.test(s))) styled = styled.replace('./handle-store.js', './handle-store');
    else styled = styled.replace('./handle-store.js', `./handle-store.${extension.replace('t', 'j')}`);
    return { path, text: styled.replaceAll('\n', eol) };
  }

  #backend(store: Exclude<ProjectRewriteContext['choices']['store'], 'memory'>, typed: boolean): { readonly template: Template; readonly dependencies: readonly DependencyChange[]; readonly variables: readonly Variable[] } {
    switch (store) {
      case 'file':
        return { template: TEMPLATES['file-backend'], dependencies: [], variables: [{ name: 'MCP_HANDLE_DIR', purpose: 'Folder that all replicas share, for the states behind handles; .mcp-handles in the home folder when absent.', example: '/var/lib/mcp-handles', required: false }] };
      case 'redis': {
        const variables = [{ name: 'REDIS_URL', purpose: 'Redis for the states behind handles.', example: 'redis://redis:6379', required: true }];
        if (this.#depends('ioredis')) return { template: TEMPLATES['ioredis-backend'], dependencies: [], variables };
        return { template: TEMPLATES['redis-backend'], dependencies: this.#depends('redis') ? [] : [{ name: 'redis', range: '^6.3.1' }], variables };
      }
      case 'postgres':
        return {
          template: TEMPLATES['postgres-backend'],
          dependencies: this.#depends('pg') ? [] : [{ name: 'pg', range: '^8.23.1' }, ...(typed ? [{ name: '@types/pg', range: '^8.23.1', dev: true }] : [])],
          variables: [{ name: 'DATABASE_URL', purpose: 'PostgreSQL for the states behind handles, in a table mcp_handle that is made on first use.', example: 'postgres://user:password@db/app', required: true }],
        };
      case 'dynamodb':
        return {
          template: TEMPLATES['dynamodb-backend'],
          dependencies: this.#depends('@aws-sdk/client-dynamodb') ? [] : [{ name: '@aws-sdk/client-dynamodb', range: '^3.1162.0' }],
          variables: [{ name: 'MCP_HANDLE_TABLE', purpose: 'DynamoDB table for the states behind handles: partition key `key`, a string; `expires` as its time to live.', example: 'mcp-handles', required: true }],
        };
    }
  }

  #depends(name: string): boolean {
    return this.context.project.manifests.some(m => ['dependencies', 'devDependencies'].some(kind => Object.hasOwn(Object(m.json[kind]) as object, name)));
  }
}
