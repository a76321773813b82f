export interface Installed {
  readonly path?: string | undefined;
  /** Why there is none. */
  readonly why?: string;
}
export function findChromium(): string | undefined;
export function installChromium(): Installed;
