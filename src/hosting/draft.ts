import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import { applyEdits, withoutRepetitions, type Edit } from '../edits/edit.js';
import { Editor } from '../edits/editor.js';
import { isWritten } from '../edits/imports.js';
import type { Range, SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';
import { isPure, isRemovable, onlyComputes } from './purity.js';

interface Ranged {
  readonly range: Range;
}

interface Addition {
  readonly name: string;
  readonly module: string;
  readonly type: boolean;
}

/** The edits of one file: what goes takes along the names that only it used. */
export class FileDraft {
  readonly editor: Editor;
  readonly #removed: Ranged[] = [];
  readonly #replaced: Ranged[] = [];
  readonly #added: Addition[] = [];
  readonly #renamed = new Set<TSESTree.Node>();
  #laid: FileDraft | undefined;
  #isLaid = false;
  readonly #dropped: TSESTree.Property[] = [];

  constructor(readonly file: SourceFile) {
    this.editor = new Editor(file);
  }

  /** `;` or nothing, as the file has it. */
  get end(): string {
    return this.editor.style.semicolon;
  }

  removeStatement(statement: TSESTree.Node): void {
    this.editor.removeStatement(statement);
    this.#removed.push(statement);
  }

  /** New text in the place of a node; what it says about names counts only where it is kept. */
  replace(node: Ranged, text: string, kept: readonly Ranged[] = []): void {
    this.editor.replace(node, text);
    this.#replaced.push(node);
    this.gone(node, kept);
  }

  /** The names in this range are not used there any more. */
  gone({ range }: Ranged, kept: readonly Ranged[] = []): void {
    let at = range[0];
    for (const keep of kept.filter(k => range[0] <= k.range[0] && k.range[1] <= range[1]).sort((a, b) => a.range[0] - b.range[0])) {
      if (keep.range[0] > at) this.#removed.push({ range: [at, keep.range[0]] });
      at = Math.max(at, keep.range[1]);
    }
    if (at < range[1]) this.#removed.push({ range: [at, range[1]] });
  }

  /** Another export of the same module takes the place of one. */
  renameImport(specifier: TSESTree.ImportClause, name: string): void {
    this.editor.replace(specifier, name);
    this.#renamed.add(specifier);
  }

  addImport(name: string, module: string, type = false): void {
    if (this.#added.some(a => a.name === name && a.module === module)) return;
    if (this.importedAs(name, module) === undefined) this.#added.push({ name, module, type });
  }

  /** The local name of something that is imported already. */
  importedAs(name: string, module: string): string | undefined {
    for (const statement of this.file.program.body) {
      if (statement.type !== 'ImportDeclaration' || statement.source.value !== module) continue;
      for (const s of statement.specifiers) if (s.type === 'ImportSpecifier' && s.imported.type === 'Identifier' && s.imported.name === name) return s.local.name;
    }
    return undefined;
  }

  /** Edits of another draft of the same file. Where a text is written anew, whoever writes it makes them. */
  lay(over: FileDraft): void {
    this.#laid = over;
  }

  /** The edits that were laid over, for texts that are written anew. */
  get laid(): readonly Edit[] {
    return this.#laid?.editor.edits ?? [];
  }

  /** The statement goes by what was laid over. */
  isTakenOut(statement: Ranged): boolean {
    return this.#laid?.isGone(statement) === true;
  }

  #takeLaid(): void {
    const laid = this.#laid;
    if (!laid) return;
    for (const { range, text } of laid.editor.edits) {
      if (!this.isGone({ range }) && !this.#isReplaced({ range })) this.editor.replace({ range }, text);
    }
    this.#removed.push(...laid.#removed);
  }

  /** Comments that go with what they described. */
  get removedComments(): readonly Ranged[] {
    return [...this.editor.removedComments, ...(this.#laid?.editor.removedComments ?? []), ...this.file.comments.filter(c => this.isGone(c))];
  }

  isGone(node: Ranged): boolean {
    return this.#removed.some(({ range }) => range[0] <= node.range[0] && node.range[1] <= range[1]);
  }

  /** Modules of which no import is left. */
  get goneModules(): readonly string[] {
    return this.file.program.body.flatMap(s => (s.type === 'ImportDeclaration' && this.isGone(s) ? [s.source.value] : []));
  }

  /** Modules of which something is imported that was not. */
  get addedModules(): readonly string[] {
    return this.#added.map(a => a.module);
  }

  /** A name that nothing in the file has. */
  freeName(...wanted: readonly string[]): string {
    const taken = (name: string): boolean => new RegExp(`(?<![\\w$.'"\`-])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(this.file.text);
    const [last = 'value'] = wanted.slice(-1);
    return wanted.find(name => !taken(name)) ?? [2, 3, 4, 5].map(n => `${last}${n}`).find(name => !taken(name)) ?? `${last}_`;
  }

  /** All edits, with declarations and imports swept that nothing uses any more. */
  finish(): readonly Edit[] {
    this.sweep();
    this.#imports();
    return this.editor.edits;
  }

  /** Takes out what nothing uses any more. More may go afterwards. */
  sweep(): void {
    if (!this.#isLaid) this.#takeLaid();
    this.#isLaid = true;
    this.#sweep();
  }

  /** Options that were taken out of what they came in, and are not used any more: each is told once. */
  takeDropped(): readonly TSESTree.Property[] {
    return this.#dropped.splice(0);
  }

  #sweep(): void {
    for (let again = true; again; ) {
      again = false;
      for (const statement of removableStatements(this.file)) {
        if (this.isGone(statement) || this.#isReplaced(statement)) continue;
        const variables = variablesOf(this.file, statement);
        if (variables.length === 0 || !variables.every(v => this.isUnused(v, statement)) || this.#isNamedAnew(statement, variables)) continue;
        this.removeStatement(statement);
        again = true;
      }
    }
    this.#sweepPatterns();
  }

  /** A function of the module that what is written names. */
  #isNamedAnew(statement: TSESTree.Statement, variables: readonly Variable[]): boolean {
    return statement.parent.type === 'Program' && statement.type === 'FunctionDeclaration' && variables.some(v => v.name === statement.id.name && isWritten(this.editor, v.name));
  }

  /** `const { port, idleMs } = options`, of which one name is not used any more. */
  #sweepPatterns(): void {
    const patterns = new Map<TSESTree.ObjectPattern, TSESTree.Property[]>();
    for (const variable of this.file.scopes.scopes.flatMap(s => s.variables)) {
      const definition = variable.defs[0];
      const declarator = definition?.node;
      if (variable.defs.length !== 1 || declarator?.type !== 'VariableDeclarator' || declarator.id.type !== 'ObjectPattern' || this.isGone(declarator) || this.#isReplaced(declarator) || declarator.id.properties.some(p => p.type === 'RestElement')) continue;
      const property = declarator.id.properties.find((p): p is TSESTree.Property => p.type === 'Property' && (p.value === definition?.name || (p.value.type === 'AssignmentPattern' && p.value.left === definition?.name && isPure(p.value.right))));
      if (property && !this.isGone(property) && this.isUnused(variable)) patterns.set(declarator.id, [...(patterns.get(declarator.id) ?? []), property]);
    }
    for (const [pattern, properties] of patterns) {
      if (properties.length === pattern.properties.length) continue;
      this.editor.removeElements(properties, pattern);
      for (const p of properties) this.#removed.push(p);
      this.#dropped.push(...properties);
    }
  }

  /** It goes, or is written anew. */
  isTouched(node: Ranged): boolean {
    return this.isGone(node) || this.#isReplaced(node);
  }

  /** Something in it is edited. */
  isEdited({ range }: Ranged): boolean {
    return this.editor.edits.some(e => e.range[0] <= range[1] && range[0] <= e.range[1]);
  }

  dropParameter(fn: { readonly params: readonly TSESTree.Parameter[] }, index: number): void {
    const parameter = fn.params[index];
    const before = fn.params[index - 1];
    const after = fn.params[index + 1];
    if (!parameter) return;
    this.gone(parameter);
    if (before) this.editor.replace({ range: [before.range[1], parameter.range[1]] }, '');
    else this.editor.replace({ range: [parameter.range[0], after ? after.range[0] : parameter.range[1]] }, '');
  }

  #isReplaced({ range }: Ranged): boolean {
    return this.#replaced.some(r => r.range[0] <= range[0] && range[1] <= r.range[1]);
  }

  /** It had uses, and all of them go. */
  isUnused(variable: Variable, own?: Ranged): boolean {
    const uses = variable.references.filter(r => r.init !== true && !(own && own.range[0] <= r.identifier.range[0] && r.identifier.range[1] <= own.range[1]));
    return uses.length > 0 && uses.every(r => this.isGone(r.identifier));
  }

  #imports(): void {
    const waiting = [...this.#added];
    for (const statement of this.file.program.body) {
      if (statement.type !== 'ImportDeclaration') {
        this.#dropFromRequire(statement);
        continue;
      }
      const unused = statement.specifiers.filter(s => !this.#renamed.has(s) && this.#isUnusedName(s.local));
      const wanted = waiting.filter(a => a.module === statement.source.value && (statement.importKind !== 'type' || a.type) && statement.specifiers.every(s => s.type === 'ImportSpecifier'));
      for (const a of wanted) waiting.splice(waiting.indexOf(a), 1);
      this.#changeImport(statement, unused, wanted);
    }
    this.#newImports(waiting);
  }

  #isUnusedName(local: TSESTree.Identifier): boolean {
    const variable = this.file.variableOf(local);
    return variable !== undefined && this.isUnused(variable) && !isWritten(this.editor, local.name);
  }

  #changeImport(statement: TSESTree.ImportDeclaration, unused: readonly TSESTree.ImportClause[], wanted: readonly Addition[]): void {
    const names = [...wanted].sort((a, b) => Number(a.type) - Number(b.type)).map(a => (a.type && statement.importKind !== 'type' ? `type ${a.name}` : a.name));
    const [first, ...rest] = unused;
    if (names.length === 0) {
      if (first && unused.length === statement.specifiers.length) {
        this.editor.removeStatement(statement);
        this.#removed.push(statement);
      }
      else if (first) this.#removeSpecifiers(statement, unused);
      return;
    }
    if (first) {
      this.editor.replace(first, names.join(', '));
      if (rest.length > 0) this.editor.removeElements(rest, statement);
      return;
    }
    const last = statement.specifiers.at(-1);
    if (last) this.editor.insert(last.range[1], names.map(n => `, ${n}`).join(''));
  }

  #removeSpecifiers(statement: TSESTree.ImportDeclaration, unused: readonly TSESTree.ImportClause[]): void {
    const named = unused.filter(s => s.type === 'ImportSpecifier');
    const other = unused.find(s => s.type !== 'ImportSpecifier');
    const firstNamed = statement.specifiers.find(s => s.type === 'ImportSpecifier');
    const { text } = this.file;
    if (other && firstNamed) this.editor.replace({ range: [other.range[0], text.lastIndexOf('{', firstNamed.range[0])] }, '');
    const allNamed = statement.specifiers.filter(s => s.type === 'ImportSpecifier');
    const [first] = statement.specifiers;
    if (named.length > 0 && named.length === allNamed.length && first && first.type !== 'ImportSpecifier') {
      this.editor.replace({ range: [first.range[1], text.indexOf('}', named.at(-1)?.range[1]) + 1] }, '');
    } else if (named.length > 0) this.editor.removeElements(named, statement);
  }

  /** `const { A } = require('x')`. */
  #dropFromRequire(statement: TSESTree.ProgramStatement): void {
    const [declarator] = statement.type === 'VariableDeclaration' && statement.declarations.length === 1 ? statement.declarations : [];
    if (declarator?.id.type !== 'ObjectPattern' || declarator.init?.type !== 'CallExpression' || declarator.init.callee.type !== 'Identifier' || declarator.init.callee.name !== 'require') return;
    const unused = declarator.id.properties.filter(p => p.type === 'Property' && p.value.type === 'Identifier' && this.#isUnusedName(p.value));
    if (unused.length === 0) return;
    if (unused.length === declarator.id.properties.length) this.editor.removeStatement(statement);
    else this.editor.removeElements(unused, declarator.id);
  }

  #newImports(added: readonly Addition[]): void {
    if (added.length === 0) return;
    const { eol, quote, semicolon } = this.editor.style;
    const modules = [...new Set(added.map(a => a.module))];
    const body = this.file.program.body;
    const imports = body.filter((s): s is TSESTree.ImportDeclaration => s.type === 'ImportDeclaration' && !this.isGone(s));
    const required = imports.length === 0 && body.some(s => /\brequire\s*\(/.test(this.editor.text(s)));
    const lineOf = (module: string): string => {
      const of = added.filter(a => a.module === module);
      const allTypes = of.every(a => a.type);
      const names = of.map(a => (a.type && !allTypes ? `type ${a.name}` : a.name)).join(', ');
      return required ? `const { ${names} } = require(${quote}${module}${quote})${semicolon}` : `import ${allTypes ? 'type ' : ''}{ ${names} } from ${quote}${module}${quote}${semicolon}`;
    };
    // A file of the project beside files of the project, a package of the SDK beside the SDK.
    for (const prefix of ['.', '@modelcontextprotocol/']) {
      const lines = modules.filter(m => m.startsWith('.') === (prefix === '.')).map(lineOf);
      const sibling = imports.filter(s => s.source.value.startsWith(prefix)).at(-1) ?? (prefix === '.' ? undefined : imports.filter(s => !/^[./]/.test(s.source.value)).at(-1)) ?? imports.at(-1) ?? requires(body).at(-1);
      if (lines.length === 0) continue;
      if (sibling && !this.isGone(sibling)) this.editor.insert(sibling.range[1], lines.map(l => `${eol}${l}`).join(''));
      else this.editor.insert(body[0]?.range[0] ?? 0, lines.map(l => `${l}${eol}`).join(''));
    }
  }
}

function requires(body: readonly TSESTree.ProgramStatement[]): readonly TSESTree.ProgramStatement[] {
  return body.filter(s => s.type === 'VariableDeclaration' && s.declarations.every(d => d.init?.type === 'CallExpression' && d.init.callee.type === 'Identifier' && d.init.callee.name === 'require'));
}

/** Declarations that may go when nothing uses them. */
function removableStatements(file: SourceFile): readonly TSESTree.Statement[] {
  const found: TSESTree.Statement[] = [];
  for (const scope of file.scopes.scopes) {
    for (const variable of scope.variables) {
      const definition = variable.defs[0];
      if (!definition || variable.defs.length > 1) continue;
      const node = definition.node;
      const statement = node.type === 'VariableDeclarator' ? node.parent : node;
      if ((isRemovable(statement) || isWorkedOut(file, statement)) && !found.includes(statement)) found.push(statement);
    }
  }
  return found;
}

/** `const IDLE_MS = numberOf(process.env.IDLE_MS, 60_000)`, with a function of the same file. */
function isWorkedOut(file: SourceFile, statement: TSESTree.Node): statement is TSESTree.VariableDeclaration {
  if (statement.type !== 'VariableDeclaration' || statement.parent.type !== 'Program') return false;
  return statement.declarations.every(({ id, init }) => {
    if (id.type !== 'Identifier' || init?.type !== 'CallExpression' || init.callee.type !== 'Identifier' || !init.arguments.every(isPure)) return false;
    const definition = file.variableOf(init.callee)?.defs[0]?.node;
    const fn = definition?.type === 'VariableDeclarator' ? definition.init : definition;
    return (fn?.type === 'FunctionDeclaration' || fn?.type === 'ArrowFunctionExpression' || fn?.type === 'FunctionExpression') && !fn.async && !fn.generator && onlyComputes(fn.body);
  });
}

function variablesOf(file: SourceFile, statement: TSESTree.Statement): readonly Variable[] {
  return file.scopes.scopes.filter(scope => scope.block !== statement).flatMap(scope => scope.variables.filter(v => v.defs.some(d => d.node === statement || (d.node.type === 'VariableDeclarator' && d.node.parent === statement))));
}

/** The edits of one rewrite, over all its files. */
export class Draft {
  readonly #files = new Map<string, FileDraft>();

  constructor(readonly project: Project) {}

  of(file: SourceFile): FileDraft {
    let draft = this.#files.get(file.path);
    if (!draft) this.#files.set(file.path, (draft = new FileDraft(file)));
    return draft;
  }

  get files(): readonly FileDraft[] {
    return [...this.#files.values()];
  }

  sweep(): void {
    for (const file of this.files) file.sweep();
  }

  /** By file, as the engine wants to know them. */
  get removedComments(): ReadonlyMap<string, readonly Ranged[]> {
    return new Map([...this.#files].map(([path, draft]) => [path, draft.removedComments]));
  }

  /** Throws an EditConflict when the edits do not fit together. */
  finish(): ReadonlyMap<string, readonly Edit[]> {
    return new Map([...this.#files].flatMap(([path, draft]) => {
      const edits = withoutRepetitions(draft.finish());
      applyEdits(draft.file.text, edits);
      return edits.length > 0 ? [[path, edits] as const] : [];
    }));
  }
}
