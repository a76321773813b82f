import { childOf, within, type ConfigNode } from '../../src/config/tree.js';
import type { NewFinding } from '../../src/rule.js';

export type Found = Pick<NewFinding, 'clause' | 'subject' | 'message' | 'also'>;

const TIMEOUT = 'deploy-sse-timeouts';
/** Servers send a comment on a quiet stream about every quarter of a minute. */
const SHORTEST_SECONDS = 30;

/** Directives of nginx that stand where MCP passes through. */
export function nginxDirective(node: ConfigNode, text: string): Found | undefined {
  const { key, value = '' } = node;
  switch (key) {
    case 'proxy_pass_request_headers':
      return value === 'off' && ofMcp(node) ? headers('proxy:headers-off', 'This proxy passes no header on; requests of the new revision are refused without theirs.') : undefined;
    case 'add_header':
      return corsList(node);
    case 'limit_except':
      return /\b(?:GET|DELETE)\b/.test(value) && ofMcp(node) ? verbs() : undefined;
    case 'proxy_cache_methods':
      return /\bPOST\b/.test(value) && ofMcp(node)
        ? { clause: 'gateway-shared-cache', subject: 'proxy:cache', message: 'This caches answers to POST without regard to the caller and to the scope that each result names.' }
        : undefined;
    case 'proxy_intercept_errors':
      return value === 'on' && ofMcp(node) && /error_page\s[^;]*\b40[045]\b/.test(text)
        ? { clause: 'gateway-error-relay', subject: 'proxy:errors', message: 'This replaces the errors of the server by own pages; clients read the era of a server from status and body.' }
        : undefined;
    case 'proxy_read_timeout':
      return ofMcp(node) && seconds(value) < SHORTEST_SECONDS ? { clause: TIMEOUT, subject: 'proxy:timeout', message: 'This ends a stream that is quiet for a moment, before the server has sent its next sign of life.' } : undefined;
    case 'proxy_buffering':
      return value === 'on' && ofMcp(node) ? { clause: TIMEOUT, subject: 'proxy:buffering', message: 'This holds the messages of a stream back until a buffer is full.' } : undefined;
    case 'proxy_ignore_headers':
      return /X-Accel-Buffering/i.test(value) && ofMcp(node) ? { clause: TIMEOUT, subject: 'proxy:buffering', message: 'This ignores the header by which a server asks not to be buffered.' } : undefined;
    case 'gzip_types':
      return /event-stream/.test(value) ? { clause: TIMEOUT, subject: 'proxy:buffering', message: 'This compresses event streams, which holds their messages back.' } : undefined;
    default:
      return trusted(node, text);
  }
}

/** `if ($http_mcp_name = ...)`: a decision on a mirrored header, in a file that does not look at the version. */
function trusted({ key, value = '' }: ConfigNode, text: string): Found | undefined {
  if (!/^(?:if|map|limit_req_zone|limit_conn_zone|geo|set|return|http-request|use_backend|acl)$/.test(key)) return undefined;
  if (!/\$http_mcp_(?:method|name|param)|req\.hdr\(mcp-(?:method|name)/i.test(value) || /mcp[-_]protocol[-_]version/i.test(text)) return undefined;
  return { clause: 'gateway-header-trust', subject: 'proxy:trust', message: 'This decides by a header that mirrors the request, without asking whether the version makes the server check it.' };
}

/** The location, or a server or upstream around it, names MCP. */
function ofMcp(node: ConfigNode): boolean {
  for (let n: ConfigNode | undefined = node; n; n = n.parent) if (/^(?:location|server|upstream)$/.test(n.key) && n.value !== undefined && /mcp/i.test(n.value)) return true;
  const server = within(node, 'server');
  return server?.children.some(c => (c.key === 'server_name' && /mcp/i.test(c.value ?? '')) || (c.key === 'location' && /mcp/i.test(c.value ?? '') && within(node, 'location') === undefined)) === true;
}

function seconds(value: string): number {
  const match = /^(\d+)(ms|s|m|h|d)?$/.exec(value);
  if (!match) return Infinity;
  const factor = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 }[match[2] ?? 's'] ?? 1;
  return Number(match[1]) * factor;
}

function headers(subject: string, message: string): Found {
  return { clause: 'deploy-header-allowlist', subject, message };
}

function verbs(): Found {
  return { clause: 'deploy-http-method-allowlist', subject: 'proxy:verbs', message: 'This lists GET or DELETE for the MCP endpoint, where only POST carries messages now.' };
}

const SESSION = /mcp-session-id/i;
const OWN = /mcp-session-id|mcp-protocol-version/i;

/** A list of allowed or exposed headers for browsers, at the edge. */
function corsList({ value = '', parent }: ConfigNode): Found | undefined {
  const match = /^["']?Access-Control-(Allow|Expose)-Headers["']?\s+(.*)$/is.exec(value);
  if (!match) return undefined;
  return listed(match[1] === 'Expose', match[2] ?? '', parent !== undefined && ofMcp(parent));
}

function listed(exposes: boolean, list: string, ofEndpoint: boolean): Found | undefined {
  if (/mcp-method/i.test(list) || /\*/.test(list)) return undefined;
  if (exposes ? !SESSION.test(list) : !OWN.test(list) && !(ofEndpoint && /content-type/i.test(list))) return undefined;
  return { clause: 'cors-headers', also: ['deploy-header-allowlist'], subject: SESSION.test(list) ? 'edge:cors-session' : 'edge:cors', message: exposes ? 'This edge shows browsers the session header, which the protocol no longer has.' : 'This edge lets browsers send the older headers only, so their requests fail before they reach the server.' };
}

/** Lists in YAML, JSON, Terraform: `allow_headers`, `headers { items = [...] }`, `{ key: 'Access-Control-Allow-Headers', value }`. */
export function headerList(node: ConfigNode): Found | undefined {
  const { key, value } = node;
  if (/^(?:value|Value)$/.test(key) && value !== undefined) {
    const name = node.parent?.children.find(c => /^(?:key|name|Key|Name)$/.test(c.key))?.value ?? '';
    const match = /^Access-Control-(Allow|Expose)-Headers$/i.exec(name);
    return match ? listed(match[1]?.toLowerCase() === 'expose', value, false) : undefined;
  }
  const cors = /^(?:access-control-(allow|expose)-headers|(allow|expose)_?headers|cors-(allow|expose)-headers|nginx\.ingress\.kubernetes\.io\/cors-(allow|expose)-headers)$/i.exec(key);
  if (cors) return listed(/expose/i.test(key), value ?? itemsOf(node), false);
  if (!/^(?:items|headers|Headers)$/.test(key) || node.children.length === 0 || !within(node, /^(?:headers_config|HeadersConfig|forwarded_values|ForwardedValues|parameters_in_cache_key_and_forwarded_to_origin)$/)) return undefined;
  const behavior = siblingBehavior(node);
  const list = itemsOf(node);
  const forwards = /mcp-session-id|mcp-protocol-version|authorization/i.test(list) && !/mcp-method|\*/i.test(list);
  return forwards && !/^(?:none|allViewer\w*)$/i.test(behavior ?? '') ? headers('edge:headers', 'This edge passes a list of headers on that lacks those of the new revision; the server refuses such requests.') : undefined;
}

function siblingBehavior(node: ConfigNode): string | undefined {
  for (let n: ConfigNode | undefined = node; n; n = n.parent) {
    const found = childOf(n, 'header_behavior')?.value ?? childOf(n, 'HeaderBehavior')?.value;
    if (found !== undefined) return found;
  }
  return undefined;
}

function itemsOf(node: ConfigNode): string {
  return node.children.map(c => c.value ?? c.key).join(', ');
}
