import { createInterface, type Interface } from 'node:readline';

// One reader for all questions: what is typed ahead belongs to the next one.
let reader: Interface | undefined;
let waiting: ((line: string) => void) | undefined;
const early: string[] = [];

/** On stderr, so that what is printed stays what it is. Only a clear yes is one; the end of the input is none. */
export async function ask(question: string): Promise<boolean> {
  reader ??= opened();
  process.stderr.write(`${question} [y/N] `);
  const line = early.shift() ?? (await new Promise<string>(resolve => (waiting = resolve)));
  return /^y(?:es)?$/i.test(line.trim());
}

function opened(): Interface {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', line => {
    const answer = waiting;
    waiting = undefined;
    if (answer) answer(line);
    else early.push(line);
  });
  lines.on('close', () => waiting?.(''));
  return lines;
}

export function endQuestions(): void {
  reader?.close();
}
