import type { JsonValue } from '../finding.js';
import { sameName } from './thread.js';

/** A value that was made up for an argument of a call that went well. */
export interface Given {
  readonly name: string;
  readonly tool: string;
  readonly turn: number;
  readonly value: JsonValue;
  /** The tool may have kept it. */
  readonly kept: boolean;
}

/**
 * What calls were given. A tool that takes an argument of the same name is given the same value in the same turn: only
 * who asks for what somebody else has put in sees whether it is still there.
 */
export class GivenValues {
  readonly #all: Given[] = [];
  /** Tools that were called with a value before another tool was, which may have kept it. */
  readonly #early = new Set<string>();

  add(given: Given): void {
    this.#all.push(given);
  }

  /** Values that other tools were given under a name, the likeliest first. */
  for(name: string, { tool, turn }: { readonly tool: string; readonly turn: number }): readonly Given[] {
    const rank = (g: Given): number => (g.kept ? 0 : 2) + (g.turn === turn ? 0 : 1);
    return this.#all.filter(g => g.tool !== tool && sameName(g.name, name)).sort((a, b) => rank(a) - rank(b));
  }

  usedAgain({ tool }: Given): void {
    this.#early.add(tool);
  }

  cameEarly(tool: string): boolean {
    return this.#early.has(tool);
  }
}
