import { sdkStep } from '../sdk-step/step.js';
import type { PrepareStep } from './prepare.js';

/** In the order in which they run. */
export const prepareSteps: readonly PrepareStep[] = [sdkStep];
