// One process of several: counts up a state, many calls at once. `node worker.ts <backend> <handle> <calls>`
import type { HandleBackend } from '../../templates/handles/handle-store.js';
import { HandleStore } from '../../templates/handles/handle-store.js';

const [backend = '', handle = '', calls = '0'] = process.argv.slice(2);
const { handleBackend } = (await import(`../../templates/handles/${backend}-backend.js`)) as { handleBackend: HandleBackend };
const store = new HandleStore<{ n: number }>({ kind: 'box', createTool: 'create_box', initial: () => ({ n: 0 }), backend: handleBackend });
await Promise.all(
  Array.from({ length: Number(calls) }, () =>
    store.use(handle, 'me', async ({ value }) => {
      const before = value.n;
      await new Promise(resolve => setTimeout(resolve, Math.random() * 3));
      value.n = before + 1;
    }),
  ),
);
process.exit(0);
