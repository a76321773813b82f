// The edits of a rewrite, by file, with the imports that they need.
import type { ProjectRewriteContext } from '../../src/transform.js';
import { Editor, dropUnusedImports, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import type { Edit } from '../../src/edits/edit.js';

interface Needed {
  readonly name: string;
  readonly type: boolean;
}

export class Files {
  readonly #files = new Map<string, { readonly file: SourceFile; readonly editor: Editor; readonly edits: Edit[]; readonly removed: TSESTree.Node[]; readonly needs: Map<string, Needed[]> }>();

  constructor(private readonly context: ProjectRewriteContext) {}

  #of(file: SourceFile): { readonly file: SourceFile; readonly editor: Editor; readonly edits: Edit[]; readonly removed: TSESTree.Node[]; readonly needs: Map<string, Needed[]> } {
    const known = this.#files.get(file.path);
    if (known) return known;
    const made = { file, editor: new Editor(file), edits: [], removed: [], needs: new Map<string, Needed[]>() };
    this.#files.set(file.path, made);
    return made;
  }

  editor(file: SourceFile): Editor {
    return this.#of(file).editor;
  }

  add(file: SourceFile, ...edits: readonly Edit[]): void {
    this.#of(file).edits.push(...edits);
  }

  insert(file: SourceFile, at: number, text: string): void {
    this.add(file, { range: [at, at], text });
  }

  remove(file: SourceFile, statement: TSESTree.Node): void {
    const entry = this.#of(file);
    if (entry.removed.includes(statement)) return;
    entry.editor.removeStatement(statement);
    entry.removed.push(statement);
  }

  /** A name from another file or package. */
  need(file: SourceFile, from: string, name: string, type = false): void {
    const { needs } = this.#of(file);
    const names = needs.get(from) ?? [];
    needs.set(from, names);
    if (!names.some(n => n.name === name)) names.push({ name, type });
  }

  /** Names whose imports go when nothing uses them any more. */
  release(file: SourceFile, names: readonly string[], nodes: readonly TSESTree.Node[]): void {
    const { editor, removed } = this.#of(file);
    dropUnusedImports(editor, names, [...removed, ...nodes]);
  }

  result(): ReadonlyMap<string, readonly Edit[]> {
    const result = new Map<string, readonly Edit[]>();
    for (const [path, entry] of this.#files) {
      const all = [...this.#imports(entry.file, entry.editor, entry.needs), ...entry.editor.edits, ...entry.edits];
      const removals = all.filter(e => e.text === '' && e.range[0] < e.range[1]);
      const inside = (e: Edit): boolean => removals.some(r => r !== e && r.range[0] <= e.range[0] && e.range[1] <= r.range[1] && (r.range[0] < e.range[0] || e.range[1] < r.range[1]) && !(e.range[0] === e.range[1] && (e.range[0] === r.range[0] || e.range[0] === r.range[1])));
      const isLead = (e: Edit): boolean => e.range[0] === e.range[1] && /^[ \t]+$/.test(e.text) && removals.some(r => r.range[0] === e.range[0]);
      const kept = all.filter(e => !inside(e) && !isLead(e));
      if (kept.length > 0) result.set(path, kept.map(e => ({ range: e.range, text: e.text.replaceAll('\n', entry.editor.style.eol).replaceAll('\r\r\n', '\r\n') })));
    }
    return result;
  }

  #imports(file: SourceFile, editor: Editor, needs: ReadonlyMap<string, readonly Needed[]>): readonly Edit[] {
    if (needs.size === 0) return [];
    const { quote, semicolon } = editor.style;
    const common = isCommonJs(file);
    const lines = [...needs].map(([from, names]) => {
      const values = names.filter(n => !n.type).map(n => n.name).sort();
      const types = names.filter(n => n.type).map(n => n.name);
      if (common) return `const { ${values.join(', ')} } = require(${quote}${from}${quote})${semicolon}`;
      const list = values.length > 0 ? [...values, ...types.map(t => `type ${t}`)] : types;
      return `import ${values.length > 0 ? '' : 'type '}{ ${list.join(', ')} } from ${quote}${from}${quote}${semicolon}`;
    });
    const last = [...file.program.body].reverse().find(s => s.type === 'ImportDeclaration' || isRequire(s));
    // Inside of what goes nothing could be added.
    const goes = last !== undefined && editor.edits.some(e => e.range[0] <= last.range[0] && last.range[1] <= e.range[1]);
    if (last && goes) return [{ range: [startOfLine(file, last), startOfLine(file, last)], text: lines.map(l => `${l}\n`).join('') }];
    if (last) return [{ range: [last.range[1], last.range[1]], text: lines.map(l => `\n${l}`).join('') }];
    const [head] = file.program.body;
    const at = head ? startOfLine(file, head) : file.text.length;
    return [{ range: [at, at], text: `${lines.join('\n')}\n\n` }];
  }

  /** How a file names another one. */
  specifier(from: SourceFile, target: string): string {
    const up = from.path.split('/').slice(0, -1);
    const to = target.split('/');
    while (up.length > 0 && to.length > 1 && up[0] === to[0]) {
      up.shift();
      to.shift();
    }
    const path = `${up.length > 0 ? up.map(() => '..').join('/') : '.'}/${to.join('/')}`;
    return path.replace(/\.([cm]?)[jt]sx?$/, (_, kind: string) => this.#extension(from, kind, target));
  }

  #extension(from: SourceFile, kind: string, target: string): string {
    const relative = this.context.project.specifiers(from.path).filter(s => s.startsWith('.'));
    const others = relative.length > 0 ? relative : this.context.project.codeFiles().flatMap(f => this.context.project.specifiers(f).filter(s => s.startsWith('.')));
    if (others.some(s => /\.[cm]?tsx?$/.test(s))) return /(\.[^.]*)$/.exec(target)?.[1] ?? '';
    if (others.length > 0 && !others.some(s => /\.[cm]?jsx?$/.test(s))) return '';
    return `.${kind}js`;
  }
}

export function isCommonJs(file: SourceFile): boolean {
  if (/\.cjs$/.test(file.path)) return true;
  return /\.jsx?$/.test(file.path) && !file.program.body.some(s => s.type === 'ImportDeclaration' || s.type.startsWith('Export')) && /\brequire\s*\(|module\.exports/.test(file.text);
}

function isRequire(statement: TSESTree.Node): boolean {
  if (statement.type !== 'VariableDeclaration') return false;
  return statement.declarations.some(d => d.init?.type === 'CallExpression' && d.init.callee.type === 'Identifier' && d.init.callee.name === 'require');
}

function startOfLine(file: SourceFile, node: TSESTree.Node): number {
  return file.text.lastIndexOf('\n', node.range[0] - 1) + 1;
}
