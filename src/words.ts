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
