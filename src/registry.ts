import { rules } from '../rules/index.js';
import { transformList } from '../transforms/list.js';
import type { Registry } from './audit.js';
import { takes } from './transform.js';

/** The rules that this package ships, and what is known of its transforms before any is run. */
export const registry: Registry = {
  rules,
  transformOf: (rule, clause) => transformList.find(t => takes(t, rule, clause))?.id,
  transformTitle: id => transformList.find(t => t.id === id)?.title,
};
