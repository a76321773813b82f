import type { SourceFile } from '../../parse/source.js';

/** `Request` of the platform, also where a file has one of its own, such as Express's. */
export function requestType(file: SourceFile): string {
  return file.scopes.scopes.some(s => s.type === 'module' && s.set.has('Request')) ? 'globalThis.Request' : 'Request';
}
