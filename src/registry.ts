import { rules } from '../rules/index.js';
import { transforms } from '../transforms/index.js';
import type { Registry } from './audit.js';

/** The rules and transforms that this package ships. */
export const registry: Registry = {
  rules,
  transformOf: (rule, clause) => transforms.find(t => t.fixes.some(f => f.rule === rule && (!f.clauses || f.clauses.includes(clause))))?.id,
};
