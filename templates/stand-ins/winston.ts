// Stands for the logger of a project. It writes to stderr.
import winston from 'winston';

export const logger = winston.createLogger({ level: 'debug', format: winston.format.json(), transports: [new winston.transports.Console({ stderrLevels: Object.keys(winston.config.npm.levels) })] });
