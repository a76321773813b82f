import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { templatesText } from '../../scripts/handle-templates.js';

it('what is emitted is what is kept in templates/handles: npm run handle-templates', () => {
  expect(readFileSync(join(import.meta.dirname, '../../transforms/session-to-handle/templates.ts'), 'utf8')).toBe(templatesText());
});
