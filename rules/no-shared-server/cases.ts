import { defineCases } from '../../test/cases.js';

export default defineCases({ valid: [], invalid: [] });
