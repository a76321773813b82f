import type { TSESTree } from '@typescript-eslint/types';
import { describe, expect, it } from 'vitest';
import { applyEdits, EditConflict, withoutRepetitions, type Edit } from '../src/edits/edit.js';
import { Editor } from '../src/edits/editor.js';
import { dropUnusedImports } from '../src/edits/imports.js';
import { nodeAt } from '../src/edits/locate.js';
import { styleOf } from '../src/edits/style.js';
import { parseSource } from '../src/parse/parse.js';
import { walkTree } from '../src/parse/walk.js';

const edit = (from: number, to: number, text: string): Edit => ({ range: [from, to], text });

describe('applying edits', () => {
  it('replaces, inserts and removes in any order of the list', () => {
    expect(applyEdits('abcdef', [edit(4, 6, ''), edit(0, 1, 'A'), edit(2, 2, '+')])).toBe('Ab+cd');
  });

  it('keeps the order of insertions at one place, before what is replaced there', () => {
    expect(applyEdits('ab', [edit(1, 1, '1'), edit(1, 1, '2'), edit(1, 2, 'B')])).toBe('a12B');
  });

  it('leaves a text without edits as it is', () => expect(applyEdits('a\r\nb', [])).toBe('a\r\nb'));

  it('allows edits that touch', () => expect(applyEdits('abc', [edit(0, 1, 'x'), edit(1, 2, 'y')])).toBe('xyc'));

  it.each([
    ['edits that overlap', [edit(0, 2, ''), edit(1, 3, '')]],
    ['an edit inside another', [edit(0, 4, ''), edit(1, 2, 'x')]],
    ['an edit before the text', [edit(-1, 2, '')]],
    ['an edit behind the text', [edit(3, 9, '')]],
    ['an edit that ends before it begins', [edit(3, 2, '')]],
  ])('refuses %s', (_, edits) => expect(() => applyEdits('abcd', edits)).toThrow(EditConflict));

  it('takes an edit that is given twice once, but every insertion', () => {
    expect(withoutRepetitions([edit(0, 1, 'x'), edit(0, 1, 'x'), edit(2, 2, 'y'), edit(2, 2, 'y')])).toEqual([edit(0, 1, 'x'), edit(2, 2, 'y'), edit(2, 2, 'y')]);
  });
});

/** Applies what the editor is told to do; `⟦` and `⟧` mark the nodes that it is about. */
function edited(marked: string, change: (editor: Editor, marked: readonly TSESTree.Node[]) => void): string {
  const ranges: (readonly [number, number])[] = [];
  let text = '';
  const open: number[] = [];
  for (const c of marked) {
    if (c === '⟦') open.push(text.length);
    else if (c === '⟧') ranges.push([open.pop() ?? 0, text.length]);
    else text += c;
  }
  const file = parseSource('a.ts', text);
  expect(file.problems).toEqual([]);
  const editor = new Editor(file);
  change(
    editor,
    ranges.map(range => {
      const node = nodeAt(file, range);
      if (!node) throw new Error(`There is no node at ${String(range)}.`);
      return node;
    }),
  );
  const result = applyEdits(text, editor.edits);
  expect(parseSource('a.ts', result).problems).toEqual([]);
  return result;
}

const removeStatement = (code: string): string => edited(code, (editor, nodes) => nodes.forEach(node => editor.removeStatement(node)));

/** Each case also with CRLF and with tabs. */
function eachWay(cases: readonly (readonly [name: string, before: string, after: string])[], remove: (code: string) => string): void {
  it.each(cases)('%s', (_, before, after) => {
    expect(remove(before)).toBe(after);
    const tabs = (text: string): string => text.replace(/^(?: {2})+/gm, s => '\t'.repeat(s.length / 2));
    expect(remove(tabs(before)), 'with tabs').toBe(tabs(after));
    const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
    expect(remove(crlf(before)), 'with CRLF').toBe(crlf(after));
  });
}

describe('removing a statement', () => {
  eachWay(
    [
      ['takes its line', `a();\n⟦b();⟧\nc();\n`, `a();\nc();\n`],
      ['takes all of its lines', `a();\n⟦b({\n  x: 1,\n});⟧\nc();\n`, `a();\nc();\n`],
      ['without a semicolon', `a()\n⟦b()⟧\nc()\n`, `a()\nc()\n`],
      ['takes the comments directly above', `a();\n// why b\n/* and how */\n⟦b();⟧\nc();\n`, `a();\nc();\n`],
      ['takes the comment on its line', `a();\n⟦b();⟧ // why b\nc();\n`, `a();\nc();\n`],
      ['takes a block comment on its line', `a();\n⟦b();⟧ /* why b */\nc();\n`, `a();\nc();\n`],
      ['leaves a comment that stands apart', `// about all\n\n⟦b();⟧\nc();\n`, `// about all\n\nc();\n`],
      ['leaves the comment of the statement before', `a(); // about a\n⟦b();⟧\nc();\n`, `a(); // about a\nc();\n`],
      ['leaves the comment of the statement after', `⟦b();⟧\n// about c\nc();\n`, `// about c\nc();\n`],
      ['leaves the comment that the file begins with', `/* Licence */\n⟦b();⟧\nc();\n`, `/* Licence */\nc();\n`],
      ['leaves the comment behind the interpreter line', `#!/usr/bin/env node\n// what this is\n⟦b();⟧\nc();\n`, `#!/usr/bin/env node\n// what this is\nc();\n`],
      ['leaves one blank line of two', `a();\n\n⟦b();⟧\n\nc();\n`, `a();\n\nc();\n`],
      ['leaves the blank line between its neighbours', `a();\n\n⟦b();⟧\nc();\n`, `a();\n\nc();\n`],
      ['leaves no blank line at the start of a block', `function f() {\n  ⟦b();⟧\n\n  c();\n}\n`, `function f() {\n  c();\n}\n`],
      ['leaves no blank line at the start of the file', `⟦b();⟧\n\nc();\n`, `c();\n`],
      ['leaves no blank line at the end of a block', `function f() {\n  a();\n\n  ⟦b();⟧\n}\n`, `function f() {\n  a();\n}\n`],
      ['leaves no blank line at the end of the file', `a();\n\n⟦b();⟧\n`, `a();\n`],
      ['keeps what else is on the line', `a(); ⟦b();⟧ c();\n`, `a(); c();\n`],
      ['keeps what stands before on the line', `a(); ⟦b();⟧\nc();\n`, `a();\nc();\n`],
      ['in a block of one line', `if (x) { ⟦b();⟧ }\n`, `if (x) { }\n`],
      ['takes two in a row', `a();\n⟦b();⟧\n⟦c();⟧\nd();\n`, `a();\nd();\n`],
      ['takes two in a row with their comments', `a();\n// b\n⟦b();⟧\n// c\n⟦c();⟧\nd();\n`, `a();\nd();\n`],
    ],
    removeStatement,
  );

  it('takes the only statement of a file without a last line break', () => expect(removeStatement('⟦b();⟧')).toBe(''));
  it('takes the last statement of a file without a last line break', () => expect(removeStatement('a();\n⟦b();⟧')).toBe('a();\n'));

  it('remembers the comments that went with it', () => {
    edited('a();\n// one\n⟦b(/* two */);⟧ // three\n// four\nc();\n', (editor, nodes) => {
      nodes.forEach(node => editor.removeStatement(node));
      expect(editor.removedComments.map(c => c.value.trim()).sort()).toEqual(['one', 'three', 'two']);
    });
  });

  it('leaves something where a statement must stand', () => {
    expect(removeStatement('if (x) ⟦b();⟧\nc();\n')).toBe('if (x) {}\nc();\n');
    expect(removeStatement('if (x) a(); else ⟦b();⟧\nc();\n')).toBe('if (x) a(); else {}\nc();\n');
    expect(removeStatement('for (const x of y)\n  ⟦b();⟧\nc();\n')).toBe('for (const x of y)\n  {}\nc();\n');
  });
});

const removeProperties = (code: string): string =>
  edited(code, (editor, nodes) => {
    editor.removeProperties(nodes.flatMap(n => (n.type === 'Property' ? [n] : [])));
  });

describe('removing properties', () => {
  eachWay(
    [
      ['the first on one line', `f({ ⟦a: 1⟧, b: 2 });\n`, `f({ b: 2 });\n`],
      ['one in the middle', `f({ a: 1, ⟦b: 2⟧, c: 3 });\n`, `f({ a: 1, c: 3 });\n`],
      ['the last on one line', `f({ a: 1, ⟦b: 2⟧ });\n`, `f({ a: 1 });\n`],
      ['the last with a comma behind it', `f({ a: 1, ⟦b: 2⟧, });\n`, `f({ a: 1, });\n`],
      ['the only one', `f({ ⟦a: 1⟧ });\n`, `f({});\n`],
      ['the only one on a line of its own', `f({\n  ⟦a: 1⟧,\n});\n`, `f({});\n`],
      ['all of them', `f({ ⟦a: 1⟧, ⟦b: 2⟧ });\n`, `f({});\n`],
      ['a line of its own', `f({\n  a: 1,\n  ⟦b: 2⟧,\n  c: 3,\n});\n`, `f({\n  a: 1,\n  c: 3,\n});\n`],
      ['the last line, with a comma', `f({\n  a: 1,\n  ⟦b: 2⟧,\n});\n`, `f({\n  a: 1,\n});\n`],
      ['the last line, without a comma', `f({\n  a: 1,\n  ⟦b: 2⟧\n});\n`, `f({\n  a: 1\n});\n`],
      ['several lines', `f({\n  ⟦b: {\n    x: 1,\n  }⟧,\n  c: 3,\n});\n`, `f({\n  c: 3,\n});\n`],
      ['with the comment above', `f({\n  a: 1,\n  // why b\n  ⟦b: 2⟧,\n  c: 3,\n});\n`, `f({\n  a: 1,\n  c: 3,\n});\n`],
      ['with the comment on the line', `f({\n  ⟦a: 1⟧, // why a\n  b: 2,\n});\n`, `f({\n  b: 2,\n});\n`],
      ['and keeps the comment of the one before', `f({\n  a: 1, // about a\n  ⟦b: 2⟧\n});\n`, `f({\n  a: 1 // about a\n});\n`],
      ['and keeps the comment of the one after', `f({\n  ⟦a: 1⟧,\n  // about b\n  b: 2,\n});\n`, `f({\n  // about b\n  b: 2,\n});\n`],
      ['the last with the comments around it', `f({\n  a: 1,\n  // why b\n  ⟦b: 2⟧ // and how\n});\n`, `f({\n  a: 1\n});\n`],
      ['two neighbours', `f({ a: 1, ⟦b: 2⟧, ⟦c: 3⟧, d: 4 });\n`, `f({ a: 1, d: 4 });\n`],
      ['the last two', `f({ a: 1, ⟦b: 2⟧, ⟦c: 3⟧ });\n`, `f({ a: 1 });\n`],
      ['the last two on lines of their own', `f({\n  a: 1,\n  ⟦b: 2⟧,\n  ⟦c: 3⟧\n});\n`, `f({\n  a: 1\n});\n`],
      ['the first and the last', `f({ ⟦a: 1⟧, b: 2, ⟦c: 3⟧ });\n`, `f({ b: 2 });\n`],
      ['shorthands and methods', `f({ ⟦a⟧, b() {}, ⟦...c⟧ });\n`.replace('⟦...c⟧', '...c'), `f({ b() {}, ...c });\n`],
      ['a property after a nested list', `f({ a: [1, 2], ⟦b: [3, 4]⟧ });\n`, `f({ a: [1, 2] });\n`],
    ],
    removeProperties,
  );
});

describe('removing elements', () => {
  const removeElements = (code: string): string =>
    edited(code, (editor, nodes) => {
      const list = nodes[0]?.parent;
      if (list) editor.removeElements(nodes, list);
    });

  it.each([
    ['of an array', `const a = [1, ⟦x⟧, 2];\n`, `const a = [1, 2];\n`],
    ['of an array, the last', `const a = [1, ⟦x⟧];\n`, `const a = [1];\n`],
    ['of an array with a hole', `const a = [, ⟦x⟧, 2];\n`, `const a = [, 2];\n`],
    ['of an array, all', `const a = [⟦x⟧, ⟦y⟧];\n`, `const a = [];\n`],
  ])('%s', (_, before, after) => expect(removeElements(before)).toBe(after));
});

describe('dropping imports', () => {
  const drop = (code: string, ...names: string[]): string =>
    edited(code, (editor, nodes) => {
      nodes.forEach(node => editor.removeStatement(node));
      dropUnusedImports(editor, names, nodes);
    });

  it.each([
    ['the only name', `import { A } from 'a';\nimport { B } from 'b';\n⟦A();⟧\nB();\n`, `import { B } from 'b';\nB();\n`],
    ['the first name', `import { A, B } from 'a';\n⟦A();⟧\nB();\n`, `import { B } from 'a';\nB();\n`],
    ['the last name', `import { B, A } from 'a';\n⟦A();⟧\nB();\n`, `import { B } from 'a';\nB();\n`],
    ['a name on a line of its own', `import {\n  A,\n  B,\n} from 'a';\n⟦A();⟧\nB();\n`, `import {\n  B,\n} from 'a';\nB();\n`],
    ['two neighbours at the end', `import { C, A, B } from 'a';\n⟦A(B);⟧\nC();\n`, `import { C } from 'a';\nC();\n`],
    ['a name beside a default', `import D, { A } from 'a';\n⟦A();⟧\nD();\n`, `import D from 'a';\nD();\n`],
    ['a default beside a name', `import A, { D } from 'a';\n⟦A();⟧\nD();\n`, `import { D } from 'a';\nD();\n`],
    ['a default beside a namespace', `import A, * as D from 'a';\n⟦A();⟧\nD.x();\n`, `import * as D from 'a';\nD.x();\n`],
    ['a namespace beside a default', `import D, * as A from 'a';\n⟦A.x();⟧\nD();\n`, `import D from 'a';\nD();\n`],
    ['a name with another name', `import { X as A, B } from 'a';\n⟦A();⟧\nB();\n`, `import { B } from 'a';\nB();\n`],
    ['a type', `import { type A, B } from 'a';\n⟦B<A>();⟧\nB();\n`, `import { B } from 'a';\nB();\n`],
    ['the only name of a require', `const { A } = require('a');\n⟦A();⟧\nB();\n`, `B();\n`],
    ['one name of a require', `const { A, B } = require('a');\n⟦A();⟧\nB();\n`, `const { B } = require('a');\nB();\n`],
    ['the last two names of a require', `const { C, A, B } = require('a');\n⟦A(B);⟧\nC();\n`, `const { C } = require('a');\nC();\n`],
  ])('takes %s', (_, before, after) => expect(drop(before, 'A', 'B')).toBe(after));

  it.each([
    ['that is used elsewhere', `import { A } from 'a';\n⟦A();⟧\nA();\n`, `import { A } from 'a';\nA();\n`],
    ['that is used as a type', `import { A } from 'a';\n⟦A();⟧\nlet x: A;\n`, `import { A } from 'a';\nlet x: A;\n`],
    ['that is exported again', `import { A } from 'a';\n⟦A();⟧\nexport { A };\n`, `import { A } from 'a';\nexport { A };\n`],
    ['that nobody asked about', `import { C } from 'a';\n⟦C();⟧\n`, `import { C } from 'a';\n`],
    ['that only has the same name', `import { A } from 'a';\n⟦f((A: string) => A);⟧\nA();\n`, `import { A } from 'a';\nA();\n`],
  ])('leaves a name %s', (_, before, after) => expect(drop(before, 'A')).toBe(after));
});

describe('the style of a file', () => {
  const style = (text: string): unknown => styleOf(parseSource('a.ts', text));

  it.each([
    ['two spaces, single quotes, semicolons', `import a from 'a';\nif (a) {\n  b();\n}\n`, { eol: '\n', indent: '  ', quote: "'", semicolon: ';' }],
    ['four spaces, double quotes, none', `import a from "a"\nif (a) {\n    if (b) {\n        c()\n    }\n}\n`, { eol: '\n', indent: '    ', quote: '"', semicolon: '' }],
    ['tabs and CRLF', `const a = "x";\r\nif (a) {\r\n\tb();\r\n}\r\n`, { eol: '\r\n', indent: '\t', quote: '"', semicolon: ';' }],
    ['nothing to see', ``, { eol: '\n', indent: '  ', quote: "'", semicolon: ';' }],
    ['comments that are aligned', `/**\n * a\n */\nfunction f() {\n    return 1;\n}\n`, { eol: '\n', indent: '    ', quote: "'", semicolon: ';' }],
  ])('%s', (_, text, expected) => expect(style(text)).toEqual(expected));
});

it('finds the outermost node of a range', () => {
  const file = parseSource('a.ts', 'a.b();\nconst x = (y);');
  expect(nodeAt(file, [0, 3])?.type).toBe('MemberExpression');
  expect(nodeAt(file, [0, 5])?.type).toBe('CallExpression');
  expect(nodeAt(file, [0, 6])?.type).toBe('ExpressionStatement');
  expect(nodeAt(file, [1, 3])).toBeUndefined();
  let nodes = 0;
  walkTree(file.program, node => {
    if (node.type !== 'Program') expect(nodeAt(file, node.range)?.range).toEqual(node.range);
    nodes++;
  });
  expect(nodes).toBeGreaterThan(8);
});
