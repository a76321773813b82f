import { createTwoFilesPatch } from 'diff';

export interface PatchedFile {
  readonly file: string;
  /** Undefined for a file that is new. */
  readonly before: string | undefined;
  /** Null for a file that goes. */
  readonly after: string | null;
}

/** A patch that `git apply` takes. */
export function unifiedPatch(files: readonly PatchedFile[]): string {
  return files
    .map(({ file, before, after }) => {
      const header = before === undefined ? `diff --git a/${file} b/${file}\nnew file mode 100644\n` : after === null ? `diff --git a/${file} b/${file}\ndeleted file mode 100644\n` : `diff --git a/${file} b/${file}\n`;
      const body = createTwoFilesPatch(before === undefined ? '/dev/null' : `a/${file}`, after === null ? '/dev/null' : `b/${file}`, before ?? '', after ?? '', undefined, undefined, { context: 3 });
      return header + body.replace(/^=+\n/, '').replaceAll(/^(---|\+\+\+) (.*)\t$/gm, '$1 $2');
    })
    .join('');
}
