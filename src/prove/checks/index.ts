import type { Check } from './check.js';
import { asking } from './asking.js';
import { discovery, results } from './discovery.js';
import { http } from './http.js';
import { lists } from './lists.js';
import { official } from './official.js';
import { older } from './older.js';

/** Every check, in the order of the report. */
export const checks: readonly Check[] = [...discovery, ...http, ...results, ...lists, ...asking, ...older, ...official];
