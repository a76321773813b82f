import { createHash } from 'node:crypto';
import type { ts as Ts } from '@ts-morph/common';
import type { CompileError } from '../migrate/types.js';

/** What can change the meaning of files that do not import it. */
const GLOBAL = /\bdeclare\s+(?:global|module)\b/;

/** The errors of one program, file by file. */
export interface SeenIn {
  errors(file: Ts.SourceFile, check: () => readonly CompileError[]): readonly CompileError[];
}

/**
 * What the compiler has said of files. It is asked again only where a text has changed that a file can see: its own, that of what it
 * imports, and so on, or one that declares something for all.
 */
export class SeenErrors {
  readonly #known = new Map<string, readonly CompileError[]>();
  readonly #versions = new Map<string, string[]>();

  /** `imports` has the files that a file of the project imports, as the last program resolved them. */
  constructor(private readonly imports: ReadonlyMap<string, ReadonlySet<string>>) {}

  of(program: Ts.Program, configuration: string): SeenIn {
    const everywhere = [configuration, ...program.getSourceFiles().flatMap(f => (this.#isForAll(f) ? [this.#version(f)] : []))].join('\n');
    return {
      errors: (file, check) => {
        const key = createHash('sha256').update(everywhere).update(this.#visibleFrom(file, program)).digest('hex');
        const known = this.#known.get(key) ?? check();
        this.#known.set(key, known);
        return known;
      },
    };
  }

  #isForAll(file: Ts.SourceFile): boolean {
    return !('externalModuleIndicator' in file && file.externalModuleIndicator !== undefined) || (!file.fileName.includes('/node_modules/') && GLOBAL.test(file.text));
  }

  /** A file and all that it can see, each with what it imports: the same specifier may lead elsewhere later. */
  #visibleFrom(file: Ts.SourceFile, program: Ts.Program): string {
    const reached = new Set([file.fileName]);
    let seen = '';
    for (const path of reached) {
      const found = program.getSourceFile(path);
      const targets = [...(this.imports.get(path) ?? [])];
      seen += `${found ? this.#version(found) : path} ${targets.join(' ')}\n`;
      for (const target of targets) reached.add(target);
    }
    return seen;
  }

  /** A short name of a file with this text; texts are compared, not kept anew. */
  #version({ fileName, text, impliedNodeFormat }: Ts.SourceFile): string {
    const versions = this.#versions.get(fileName) ?? [];
    this.#versions.set(fileName, versions);
    const at = versions.indexOf(text);
    if (at === -1) versions.push(text);
    return `${fileName}:${String(at === -1 ? versions.length - 1 : at)}:${String(impliedNodeFormat)}`;
  }
}
