import { applyEdits } from '../../edits/edit.js';
import { sdk } from '../../mcp/sdk.js';
import { parseSource } from '../../parse/parse.js';
import { specifiersOf } from './homes.js';

/** Where a file names the registry and the version in its imports, as programs of Deno do, the new ones do too. */
export function restoreRegistry(original: string, path: string, text: string): string {
  if (!/['"]npm:@modelcontextprotocol\/sdk/.test(original)) return text;
  const edits = specifiersOf(parseSource(path, text).program).flatMap(literal => {
    const [, name, rest] = /^(@modelcontextprotocol\/[\w-]+)(\/.*)?$/.exec(literal.value) ?? [];
    if (name === undefined) return [];
    const quote = text[literal.range[0]] ?? "'";
    return [{ range: literal.range, text: `${quote}npm:${name}@^${sdk().versionOf(name) ?? '2.0.0'}${rest ?? ''}${quote}` }];
  });
  return applyEdits(text, edits);
}
