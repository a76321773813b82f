// Questions to a person at a terminal.
import { answered, type Question } from '../migrate/choose.js';
import type { Choices } from '../choices.js';
import type { Paint } from '../report/paint.js';
import type { Input, Output } from './io.js';

/** Somebody ended the conversation: nothing is written. */
export class Ended extends Error {}

export async function askChoices(questions: readonly Question[], input: Input, out: Output, style: Paint): Promise<Partial<Choices>> {
  let chosen: Partial<Choices> = {};
  for (const question of questions) chosen = { ...chosen, ...(await askOne(question, input, out, style)) };
  return chosen;
}

async function askOne({ name, option, text, values, suggested, because }: Question, input: Input, out: Output, style: Paint): Promise<Partial<Choices>> {
  const rows = values.map((v, i) => `  ${(i + 1).toString()} ${v === suggested ? style.bold(v) : v}${v === suggested ? style.dim(` (${because})`) : ''}`);
  await out.write(`${style.bold(text)} ${option}\n${rows.join('\n')}\n`);
  for (;;) {
    await out.write(`Number, name, or Enter for ${suggested}: `);
    const line = (await input.line())?.trim();
    if (line === undefined) throw new Ended();
    const value = line === '' ? suggested : (values[Number(line) - 1] ?? line);
    const choice = answered(name, value);
    if (choice) return choice;
    await out.write(`There is no ${value}.\n`);
  }
}

export type Decision = 'apply' | 'skip' | 'show' | 'quit';

const KEYS: Readonly<Record<string, Decision>> = { a: 'apply', y: 'apply', s: 'skip', n: 'skip', d: 'show', v: 'show', q: 'quit', '\u001b': 'quit' };

export async function askDecision(prompt: string, input: Input, out: Output): Promise<Decision> {
  return askKey(prompt, KEYS, input, out);
}

/** One key. Control-C ends it all, as anywhere. */
export async function askKey<T extends string>(prompt: string, keys: Readonly<Record<string, T>>, input: Input, out: Output): Promise<T> {
  await out.write(prompt);
  for (;;) {
    const key = await input.key();
    if (key === undefined || key === '\u0003' || key === '\u0004') {
      await out.write('\n');
      throw new Ended();
    }
    const decision = keys[key.toLowerCase()];
    if (decision) {
      await out.write(`${decision}\n`);
      return decision;
    }
  }
}
