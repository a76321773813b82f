// Stands for the logger of a project. It writes to stderr.
import { destination, pino } from 'pino';

export const logger = pino({ level: 'debug' }, destination({ dest: 2, sync: true }));
