const HOME = 'https://github.com/mcp-stateless/mcp-stateless';

export const HOMEPAGE = HOME;

export function ruleUrl(rule: string): string {
  return `${HOME}/blob/main/rules/${rule}/README.md`;
}

/** A path as a part of an address; what has a meaning in addresses loses it. */
export function pathInUrl(path: string): string {
  return path.split('/').map(encodePart).join('/');
}

function encodePart(part: string): string {
  return encodeURIComponent(wellFormed(part)).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Half of a pair of surrogates is no text: a shortened line may end in one. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
