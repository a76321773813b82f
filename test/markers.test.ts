import { describe, expect, it } from 'vitest';
import { changeDependencies } from '../src/migrate/manifest.js';
import { MARKER_TEXTS } from '../src/migrate/marker-texts.js';
import { markerText, withMarkers } from '../src/migrate/markers.js';
import { parseSource } from '../src/parse/parse.js';

const TEXT = '// TODO(mcp-stateless:bus): Give all replicas the same event bus.';

/** Sets a marker at the place of `@`. */
function mark(text: string, path = 'a.ts'): string {
  const offset = text.indexOf('@@');
  return withMarkers(parseSource(path, text.replace('@@', '')), [{ id: 'bus', offset }]);
}

describe('a marker', () => {
  it.each([
    ['above a statement', 'a();\nb(@@c);\n', `a();\n${TEXT}\nb(c);\n`],
    ['with the indent of the statement', 'function f() {\n\treturn {\n\t\ta: @@b,\n\t};\n}\n', `function f() {\n\t${TEXT}\n\treturn {\n\t\ta: b,\n\t};\n}\n`],
    ['with CRLF', 'a();\r\nb(@@);\r\n', `a();\r\n${TEXT}\r\nb();\r\n`],
    ['above a class member', 'class A {\n  a = 1;\n  f() { return @@1; }\n}\n', `class A {\n  a = 1;\n  ${TEXT}\n  f() { return 1; }\n}\n`],
    ['below a comment', '/** About f. */\nexport const f = @@1;\n', `/** About f. */\n${TEXT}\nexport const f = 1;\n`],
    ['above a directive for the next line', 'a();\n// eslint-disable-next-line x\nb(@@);\n', `a();\n// eslint-disable-next-line x\nb();\n`.replace('// eslint', `${TEXT}\n// eslint`)],
    ['above several directives', 'a();\n// @ts-expect-error y\n// eslint-disable-next-line x\nb(@@);\n', `a();\n${TEXT}\n// @ts-expect-error y\n// eslint-disable-next-line x\nb();\n`],
    ['above the line of several statements', 'a(); b(@@);\n', `/* ${TEXT.slice(3)} */ `.replace(/^/, 'a(); ').concat('b();\n')],
    ['after a hashbang', '#!/usr/bin/env node\na(@@);\n', `#!/usr/bin/env node\n${TEXT}\na();\n`],
    ['above a case', 'switch (x) {\n  case 1:\n    a(@@);\n}\n', `switch (x) {\n  case 1:\n    ${TEXT}\n    a();\n}\n`],
    ['not inside of a template', 'const a = `\n${@@b}\n`;\n', `${TEXT}\nconst a = \`\n\${b}\n\`;\n`],
    ['before the next statement when its own has gone', 'a();\n@@\nb();\n', `a();\n\n${TEXT}\nb();\n`],
    ['for a block that is empty', 'function f() {\n  @@\n}\n', `${TEXT}\nfunction f() {\n  \n}\n`],
  ])('stands %s', (_, before, after) => {
    const marked = mark(before);
    expect(marked).toBe(after);
    const file = parseSource('a.ts', marked);
    expect(file.problems).toEqual([]);
    expect(file.comments.length).toBe(parseSource('a.ts', before.replace('@@', '')).comments.length + 1);
  });

  it('stands once, also above a directive', () => {
    for (const text of ['a();\nb(@@);\n', 'a();\n// eslint-disable-next-line x\nb(@@);\n', 'a(); b(@@);\n']) {
      const marked = mark(text);
      expect(withMarkers(parseSource('a.ts', marked), [{ id: 'bus', offset: marked.lastIndexOf('b(') }])).toBe(marked);
    }
  });

  it('stands in markup where comments are allowed', () => {
    const marked = mark('export const A = () => (\n  <div>\n    {b(@@)}\n  </div>\n);\n', 'a.tsx');
    expect(marked).toBe(`${TEXT}\nexport const A = () => (\n  <div>\n    {b()}\n  </div>\n);\n`);
  });

  it('says what only the place can say', () => {
    expect(markerText('state-key', 'the key is a path.')).toBe('TODO(mcp-stateless:state-key): Session state that cannot be moved automatically: the key is a path. Give it a handle, as in create_<kind>.');
    expect(markerText('bus', 'See\n  bus.ts.')).toBe('TODO(mcp-stateless:bus): Give all replicas the same event bus. See bus.ts.');
    expect(() => markerText('no-such')).toThrow('There is no text for the marker no-such.');
  });

  it('has a text that is complete by itself', () => {
    for (const id of Object.keys(MARKER_TEXTS)) expect(markerText(id), id).toMatch(/: [A-Z2].*[^{}]\.$/);
  });
});

describe('dependencies', () => {
  const manifest = (text: string, ...changes: Parameters<typeof changeDependencies>[1]): string => changeDependencies(text, changes, 'package.json').text;

  it('are added where the names are sorted, with the indent of the file', () => {
    const text = '{\n    "name": "x",\n    "dependencies": {\n        "a": "1",\n        "c": "1"\n    }\n}\n';
    const added = manifest(text, { name: 'b', range: '^2.0.0' });
    expect(added).toBe(text.replace('"c"', '"b": "^2.0.0",\n        "c"'));
    expect(manifest(added, { name: 'b', range: '^2.0.0' })).toBe(added);
  });

  it('are added at the end where the names are not sorted', () => {
    const text = '{\r\n\t"dependencies": {\r\n\t\t"c": "1",\r\n\t\t"a": "1"\r\n\t}\r\n}';
    expect(manifest(text, { name: 'b', range: '^2.0.0' })).toBe('{\r\n\t"dependencies": {\r\n\t\t"c": "1",\r\n\t\t"a": "1",\r\n\t\t"b": "^2.0.0"\r\n\t}\r\n}');
  });

  it('get a field of their own where there is none', () => {
    expect(JSON.parse(manifest('{\n  "name": "x"\n}\n', { name: 'b', range: '^2.0.0', dev: true }))).toEqual({ name: 'x', devDependencies: { b: '^2.0.0' } });
  });

  it('are removed wherever they are', () => {
    const text = '{\n  "dependencies": {\n    "a": "1",\n    "b": "1"\n  },\n  "devDependencies": {\n    "b": "1",\n    "c": "1"\n  }\n}\n';
    expect(manifest(text, { name: 'b', range: undefined })).toBe('{\n  "dependencies": {\n    "a": "1"\n  },\n  "devDependencies": {\n    "c": "1"\n  }\n}\n');
  });

  it('are raised, never lowered', () => {
    const text = (range: string): string => `{\n  "dependencies": {\n    "zod": "${range}"\n  }\n}\n`;
    expect(manifest(text('^3.25.0'), { name: 'zod', range: '^4.2.0' })).toBe(text('^4.2.0'));
    expect(manifest(text('^4.0.0'), { name: 'zod', range: '^4.2.0' })).toBe(text('^4.2.0'));
    expect(manifest(text('^4.3.1'), { name: 'zod', range: '^4.2.0' })).toBe(text('^4.3.1'));
    expect(manifest(text('4.2.1'), { name: 'zod', range: '^4.2.0' })).toBe(text('4.2.1'));
  });

  it('move from development to the program', () => {
    expect(JSON.parse(manifest('{"devDependencies":{"b":"^2.1.0","c":"1"}}', { name: 'b', range: '^2.0.0' }))).toEqual({ devDependencies: { c: '1' }, dependencies: { b: '^2.1.0' } });
  });

  it('that come from elsewhere are left, and said', () => {
    const text = '{"dependencies":{"b":"catalog:"}}';
    expect(changeDependencies(text, [{ name: 'b', range: '^2.0.0' }], 'package.json')).toEqual({ text, notes: ['package.json takes b from catalog:: see that it is ^2.0.0 there.'] });
  });

  it('of a file that cannot be read are left, and said', () => {
    expect(changeDependencies('{', [{ name: 'b', range: '^2.0.0' }], 'x/package.json')).toEqual({ text: '{', notes: ['x/package.json cannot be read: change its dependencies by hand.'] });
  });
});
