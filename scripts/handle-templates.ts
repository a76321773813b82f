// transforms/session-to-handle/templates.ts from templates/handles: each file as TypeScript, as a module and as CommonJS.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const TARGET = join(root, 'transforms/session-to-handle/templates.ts');

export function templatesText(): string {
  const folder = join(root, 'templates/handles');
  const entries = readdirSync(folder)
    .sort()
    .map(name => {
      const text = readFileSync(join(folder, name), 'utf8');
      const esm = withoutTypes(text);
      return `  '${name.replace(/\.ts$/, '')}': {\n    ts: ${JSON.stringify(text)},\n    esm: ${JSON.stringify(esm)},\n    cjs: ${JSON.stringify(asCommonJs(esm))},\n  },`;
    });
  return `// Made from templates/handles by \`npm run handle-templates\`. Do not edit.\n\nexport interface Template {\n  readonly ts: string;\n  readonly esm: string;\n  readonly cjs: string;\n}\n\nexport const TEMPLATES = {\n${entries.join('\n')}\n} as const satisfies Record<string, Template>;\n`;
}

/** The compiler drops blank lines; comments carry them over. */
function withoutTypes(text: string): string {
  const marked = text.replace(/^\s*$/gm, '//BLANK');
  const { outputText } = ts.transpileModule(marked, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true } });
  return outputText
    .replace(/^ *\/\/BLANK$/gm, '')
    .replace(/^(?: {4})+/gm, spaces => '  '.repeat(spaces.length / 4))
    .replace(/\n{3,}/g, '\n\n')
    .replace(/\{\n\n/g, '{\n')
    .trim()
    .concat('\n');
}

function asCommonJs(text: string): string {
  const names: string[] = [];
  const body = text
    .replace(/^import \{ ([^}]*) \} from ('[^']*');/gm, (_, list: string, from: string) => `const { ${list} } = require(${from});`)
    .replace(/^import (\w+) from ('[^']*');/gm, 'const $1 = require($2);')
    .replace(/^export ((?:async )?(?:class|function|const) (\w+))/gm, (_, declaration: string, name: string) => {
      names.push(name);
      return declaration;
    });
  return `${body}\nmodule.exports = { ${names.join(', ')} };\n`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) writeFileSync(TARGET, templatesText());
