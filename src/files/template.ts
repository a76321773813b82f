import { readFileSync } from 'node:fs';

/** The text of a file that migrated projects receive, as it stands in the folder of templates. */
export function templateText(name: string): string {
  return readFileSync(new URL(`../../templates/${name}.ts`, import.meta.url), 'utf8').replaceAll('\r\n', '\n');
}
