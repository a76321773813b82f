import { setFlagsFromString } from 'node:v8';

/**
 * A run is over before most of its functions are worth optimising: without this, a fifth of the processor time of an audit goes into
 * compiling them, and into taking back what was compiled too early. V8 has changed how it counts, and complains of flags that it does not know.
 */
export function tuneForShortRuns(): void {
  const version = Number.parseInt(process.versions.v8, 10);
  if (version === 11) setFlagsFromString('--interrupt-budget=1000000');
  else if (version === 12 || version === 13) setFlagsFromString('--invocation-count-for-turbofan=12000');
}
