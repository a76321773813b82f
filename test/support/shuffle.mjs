// Loaded before the tool: folders are listed in an order of their own, as file systems do. SHUFFLE is the seed.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

let seed = Number(process.env.SHUFFLE);
const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
const list = fs.readdirSync;

fs.readdirSync = (...args) => {
  const entries = list(...args);
  for (let i = entries.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [entries[i], entries[j]] = [entries[j], entries[i]];
  }
  if (process.env.SHUFFLE_LOG) fs.appendFileSync(process.env.SHUFFLE_LOG, entries.map(e => e.name ?? e).join() + '\n');
  return entries;
};
syncBuiltinESMExports();
