import { createInterface } from 'node:readline';
import type { ReadStream } from 'node:tty';
import type { Input } from './io.js';

/** Keys and lines from a terminal. Between questions the terminal is as it was. */
export function inputOf(stream: ReadStream): Input {
  return {
    isTTY: stream.isTTY,
    key: () =>
      new Promise(resolve => {
        stream.setRawMode(true);
        stream.resume();
        stream.once('data', (chunk: Buffer | string) => {
          stream.setRawMode(false);
          stream.pause();
          resolve(chunk.toString().slice(0, 1));
        });
      }),
    line: () =>
      new Promise(resolve => {
        const reader = createInterface({ input: stream, terminal: false });
        let line: string | undefined;
        reader.once('line', text => {
          line = text;
          reader.close();
        });
        reader.once('close', () => {
          stream.pause();
          resolve(line);
        });
      }),
  };
}
