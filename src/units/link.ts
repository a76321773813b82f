/** Findings that go together, by what they share. */
export class Links<T> {
  readonly #parent = new Map<T, T>();

  /** Each item by itself, in the order given. */
  constructor(private readonly items: readonly T[]) {
    for (const item of items) this.#parent.set(item, item);
  }

  join(a: T, b: T): void {
    const [x, y] = [this.#top(a), this.#top(b)];
    if (x !== y) this.#parent.set(y, x);
  }

  /** Joins all that have a key in common. */
  joinBy(keysOf: (item: T) => Iterable<string>): void {
    const first = new Map<string, T>();
    for (const item of this.items) {
      for (const key of keysOf(item)) {
        const other = first.get(key);
        if (other === undefined) first.set(key, item);
        else this.join(other, item);
      }
    }
  }

  groups(): readonly (readonly T[])[] {
    const groups = new Map<T, T[]>();
    for (const item of this.items) {
      const top = this.#top(item);
      const group = groups.get(top);
      if (group) group.push(item);
      else groups.set(top, [item]);
    }
    return [...groups.values()];
  }

  #top(item: T): T {
    let current = item;
    for (let next = this.#parent.get(current); next !== undefined && next !== current; next = this.#parent.get(current)) current = next;
    return current;
  }
}
