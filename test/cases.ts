/** Tables of code beside each rule. `«` and `»` mark what must be reported; valid cases have no marks. */
export interface Case {
  readonly name: string;
  /** One file, or several by path. The first is called server.ts when it has no name. */
  readonly code: string | Readonly<Record<string, string>>;
  /** Subjects of the findings, in the order of the marks. */
  readonly found?: readonly string[];
}

export interface Cases {
  readonly valid: readonly Case[];
  readonly invalid: readonly Case[];
}

export function defineCases(cases: Cases): Cases {
  return cases;
}

export interface Mark {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export interface PreparedCase {
  readonly files: ReadonlyMap<string, string>;
  readonly marks: readonly Mark[];
}

/** Takes the marks out of the code and remembers where they were. */
export function prepare({ code }: Case): PreparedCase {
  const files = new Map<string, string>();
  const marks: Mark[] = [];
  for (const [file, marked] of Object.entries(typeof code === 'string' ? { 'server.ts': code } : code)) {
    let text = '';
    const open: number[] = [];
    for (const c of marked) {
      if (c === '«') open.push(text.length);
      else if (c === '»') marks.push({ file, start: open.pop() ?? 0, end: text.length });
      else text += c;
    }
    files.set(file, text);
  }
  return { files, marks: marks.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.start - b.start || a.end - b.end)) };
}
