const ASCII = 128;

/**
 * Which of many words occur in a text, in one pass over it (Aho and Corasick): asking for each word by itself
 * took most of the time of an audit in large projects.
 */
export class WordFinder {
  readonly #words: readonly string[];
  /** Next state for each state and character; state 0 is the start. */
  readonly #next: Int32Array;
  /** For each state the words that end there, also as ends of longer ones. */
  readonly #ends: readonly (readonly number[])[];

  constructor(words: Iterable<string>) {
    this.#words = [...new Set(words)].filter(word => word !== '');
    const size = this.#words.reduce((sum, word) => sum + word.length, 1);
    this.#next = new Int32Array(size * ASCII);
    const ends: number[][] = [[]];
    for (const [index, word] of this.#words.entries()) {
      let state = 0;
      for (let i = 0; i < word.length; i++) {
        const at = state * ASCII + code(word, i);
        let next = this.#next[at] ?? 0;
        if (next === 0) {
          next = ends.push([]) - 1;
          this.#next[at] = next;
        }
        state = next;
      }
      ends[state]?.push(index);
    }
    this.#ends = ends;
    this.#linkFailures(ends);
  }

  /** Where a word stops matching, go on with the longest end of what was read that begins another. */
  #linkFailures(ends: number[][]): void {
    const failure = new Int32Array(ends.length);
    const queue: number[] = [];
    for (let c = 0; c < ASCII; c++) {
      const state = this.#next[c] ?? 0;
      if (state !== 0) queue.push(state);
    }
    for (let head = 0; head < queue.length; head++) {
      const state = queue[head] ?? 0;
      const back = failure[state] ?? 0;
      ends[state]?.push(...(ends[back] ?? []));
      for (let c = 0; c < ASCII; c++) {
        const at = state * ASCII + c;
        const next = this.#next[at] ?? 0;
        const over = this.#next[back * ASCII + c] ?? 0;
        if (next === 0) this.#next[at] = over;
        else {
          failure[next] = over;
          queue.push(next);
        }
      }
    }
  }

  wordsIn(text: string): ReadonlySet<string> {
    const found = new Set<string>();
    const next = this.#next;
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      state = c < ASCII ? (next[state * ASCII + c] ?? 0) : 0;
      if (state === 0) continue;
      const ends = this.#ends[state];
      if (ends !== undefined && ends.length > 0) for (const index of ends) found.add(this.#words[index] ?? '');
    }
    return found;
  }
}

function code(word: string, index: number): number {
  const value = word.charCodeAt(index);
  if (value >= ASCII) throw new Error(`The words of rules are ASCII: ${word}`);
  return value;
}

/** What may be in a name. */
const IN_NAME = Uint8Array.from({ length: ASCII }, (_, c) => (/[\w$]/.test(String.fromCharCode(c)) ? 1 : 0));
const NAME = /^[A-Za-z_$][\w$]*$/;
const ZERO = 48;
const NINE = 57;

/**
 * Which names a text contains; made for asking about many. A few bits for each name say of most others that they are not there, in a
 * twentieth of the memory that the names would take; the rest is looked for in the text.
 */
export class NamesOfText {
  readonly #bits: Uint8Array;
  readonly #mask: number;

  constructor(private readonly text: string) {
    let size = 64;
    while (size < text.length >> 4 && size < 8192) size *= 2;
    this.#bits = new Uint8Array(size);
    this.#mask = size * 8 - 1;
    this.#note(text);
  }

  has(name: string): boolean {
    let hash = 0;
    for (let i = 0; i < name.length; i++) hash = mixed(hash, name.charCodeAt(i));
    const bit = hash & this.#mask;
    return ((this.#bits[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0 && NAME.test(name) && this.#contains(name);
  }

  #note(text: string): void {
    let hash = 0;
    let inside = false;
    for (let i = 0; i <= text.length; i++) {
      const c = i < text.length ? text.charCodeAt(i) : 0;
      if (c < ASCII && IN_NAME[c] === 1) {
        // A name does not begin with a digit.
        if (!inside && c >= ZERO && c <= NINE) continue;
        inside = true;
        hash = mixed(hash, c);
      } else if (inside) {
        const bit = hash & this.#mask;
        this.#bits[bit >> 3] = (this.#bits[bit >> 3] ?? 0) | (1 << (bit & 7));
        inside = false;
        hash = 0;
      }
    }
  }

  #contains(name: string): boolean {
    for (let at = this.text.indexOf(name); at !== -1; at = this.text.indexOf(name, at + 1)) {
      if (!this.#isInName(at + name.length) && this.#beginsAt(at)) return true;
    }
    return false;
  }

  #isInName(at: number): boolean {
    const c = this.text.charCodeAt(at);
    return c < ASCII && IN_NAME[c] === 1;
  }

  /** Only digits may be before a name without a gap. */
  #beginsAt(at: number): boolean {
    for (let i = at - 1; i >= 0 && this.#isInName(i); i--) {
      const c = this.text.charCodeAt(i);
      if (c < ZERO || c > NINE) return false;
    }
    return true;
  }
}

function mixed(hash: number, c: number): number {
  return (Math.imul(hash, 31) + c) | 0;
}
