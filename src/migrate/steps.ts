import type { PrepareStep } from './prepare.js';

/** In the order in which they run. */
export const prepareSteps: readonly PrepareStep[] = [];
