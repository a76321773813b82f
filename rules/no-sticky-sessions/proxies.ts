import { within, type ConfigNode } from '../../src/config/tree.js';
import { affinity, type Affinity, type Matchers } from './match.js';

const NGINX = affinity('nginx-affinity', 'nginx', 'This upstream sends requests with the same key to one server');
const HAPROXY = affinity('haproxy-stickiness', 'haproxy', 'This backend ties a client to one server');
const OTHER = affinity('other-proxy-affinity', 'proxy', 'This proxy ties a client to one backend');

/** nginx, where directives stand in an `upstream` block. */
export const NGINX_DIRECTIVES: Matchers = {
  ip_hash: node => (within(node, 'upstream') ? NGINX : undefined),
  hash: node => (within(node, 'upstream') && /^\$(?:http_mcp_session_id|remote_addr|binary_remote_addr|cookie_\w+|arg_\w+|http_\w+|mcp\w*|session\w*|sticky\w*)/.test(node.value ?? '') ? NGINX : undefined),
  sticky: node => (within(node, 'upstream') ? NGINX : undefined),
  map: node => (/^\$(?:http|sent_http|upstream_http)_mcp_session_id\b/.test(node.value ?? '') ? { ...NGINX, what: 'This map is keyed by the session header' } : undefined),
};

/** HAProxy: the first line of a section that does it. */
export function haproxy(node: ConfigNode): Affinity | undefined {
  if (!node.parent || !isSticky(node)) return undefined;
  for (const other of node.parent.children) {
    if (other === node) return HAPROXY;
    if (isSticky(other)) return undefined;
  }
  return undefined;
}

function isSticky({ key, value = '' }: ConfigNode): boolean {
  if (key === 'stick') return /^(?:on|match|store-re\w+)\b/.test(value);
  // A table alone counts requests of a client; it ties nobody to a server.
  if (key === 'balance') return /^(?:source|hdr\(|url_param)/.test(value);
  return key === 'cookie' && /\b(?:insert|prefix|rewrite)\b/.test(value);
}

export const CADDY_DIRECTIVES: Matchers = {
  lb_policy: node => (/^(?:ip_hash|client_ip_hash|header|cookie|uri_hash|query)\b/.test(node.value ?? '') ? OTHER : undefined),
};

/** A single line, in whatever file: commands of cloud tools, and proxies that are configured by lines. */
export function line(text: string): Affinity | undefined {
  if (/(?<!-no)(?<!no)-?-session-affinity(?:[= ]|$)(?!"?(?:NONE|none)\b)/.test(text) && /gcloud/.test(text)) {
    return /backend-services/.test(text)
      ? affinity('gcp-backend-affinity', 'gcp', 'This command makes a backend send a client back to the instance that it reached first')
      : affinity('gcp-cloud-run-affinity', 'cloud-run', 'This command makes a service send a client back to the instance that it reached first');
  }
  if (/--client-affinity-enabled\s+true/.test(text)) return affinity('azure-app-service-affinity', 'app-service', 'This command ties a client to one instance by a cookie');
  if (/sticky-sessions\s+set\b.*--affinity\s+sticky/s.test(text)) return affinity('azure-container-apps-sticky', 'container-apps', 'This command ties a client to one replica');
  if (/Key=stickiness\.enabled,\s*Value=true/.test(text)) return affinity('aws-alb-stickiness', 'alb', 'This command ties a client to one target by a cookie');
  if (/features:enable\s+http-session-affinity/.test(text)) return affinity('platform-affinity', 'platform', 'This command ties a client to one instance');
  return /^\s*(?:ProxySet|ProxyPass|BalancerMember|<Proxy)\b.*\bstickysession=/.test(text) ? OTHER : undefined;
}
