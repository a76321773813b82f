import { rules } from '../rules/index.js';
import { transforms } from '../transforms/index.js';
import type { Registry } from './audit.js';
import { takes } from './transform.js';

/** The rules and transforms that this package ships. */
export const registry: Registry = {
  rules,
  transformOf: (rule, clause) => transforms.find(t => takes(t, rule, clause))?.id,
  transformTitle: id => transforms.find(t => t.id === id)?.title,
};
