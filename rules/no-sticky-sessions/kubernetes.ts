import { childOf, isOn, siblingOf, within, type ConfigNode } from '../../src/config/tree.js';
import { affinity, type Affinity, type Matchers } from './match.js';

const SERVICE = affinity('k8s-session-affinity', 'k8s', 'This service sends all requests of an address to one pod');
const CLOUD = affinity('gcp-backend-affinity', 'gcp', 'This backend sends a client back to the instance that it reached first');
const INGRESS = affinity('ingress-nginx-affinity', 'ingress-nginx', 'This ingress ties a client to one pod');
const ALB = affinity('aws-alb-stickiness', 'alb', 'This balancer ties a client to one target');
const TRAEFIK = affinity('traefik-sticky', 'traefik', 'This proxy ties a client to one server by a cookie');
const ISTIO = affinity('istio-consistent-hash', 'istio', 'This mesh sends requests with the same hash to one pod');
const ENVOY = affinity('envoy-hash', 'envoy', 'This proxy sends requests with the same hash to one host');
const OTHER = affinity('other-proxy-affinity', 'proxy', 'This proxy ties a client to one backend');
const GATEWAY = affinity('gateway-api-session-persistence', 'gateway-api', 'This route ties a session to one backend');
const RUN = affinity('gcp-cloud-run-affinity', 'cloud-run', 'This service sends a client back to the instance that it reached first');
const TEMPLATED = /\{\{/;

/** Kubernetes objects, Helm values and templates, Envoy, Istio, Traefik, Kong and others that are written in YAML. */
export const KUBERNETES: Matchers = {
  sessionAffinity: node => {
    if (node.value !== undefined && /^(?:ClientIP)$/i.test(node.value)) return SERVICE;
    if (node.value !== undefined && TEMPLATED.test(node.value)) return { ...SERVICE, what: 'This template lets a value tie the clients of an address to one pod' };
    return affinityOfCloud(node);
  },
  affinityType: affinityOfCloud,
  'run.googleapis.com/sessionAffinity': node => (isOn(node.value) ? RUN : undefined),
  consistentHash: node => (within(node, 'loadBalancer') ? ISTIO : undefined),
  sessionPersistence: node => (node.children.length > 0 || (node.value !== undefined && TEMPLATED.test(node.value)) ? GATEWAY : undefined),
  hash_policy: () => ENVOY,
  lb_policy: node => (node.value !== undefined && /^(?:RING_HASH|MAGLEV)$/i.test(node.value) && !policyAbove(node) ? ENVOY : undefined),
  name: node => (node.value === 'envoy.filters.http.stateful_session' ? ENVOY : undefined),
  type: node => {
    if (node.value === 'ConsistentHash' && within(node, 'loadBalancer')) return ENVOY;
    return node.value === 'chash' ? OTHER : undefined;
  },
  hash_on: node => (node.value !== undefined && /^(?:ip|header|cookie|consumer|path|query_arg|vars\w*)$/.test(node.value) && !siblingIs(node, 'type', 'chash') ? OTHER : undefined),
  strategy: node => (node.parent?.key === 'loadBalancerPolicy' && /^(?:Cookie|RequestHash)$/.test(node.value ?? '') ? OTHER : undefined),
  sticky: node => (node.children.length > 0 || isOn(node.value) ? (within(node, /^(?:load_?balancer|services|weighted)$/i) ? TRAEFIK : undefined) : undefined),
};

/** Annotations and labels: the first of those that belong together. */
export function annotation(node: ConfigNode): Affinity | undefined {
  const text = node.key === '' ? (node.value ?? '') : `${node.key}=${node.value ?? ''}`;
  const found = annotationOf(text);
  return found && !earlierSibling(node, other => annotationOf(other.key === '' ? (other.value ?? '') : `${other.key}=${other.value ?? ''}`)?.subject === found.subject) ? found : undefined;
}

function annotationOf(text: string): Affinity | undefined {
  if (/=\s*"?false"?$/i.test(text)) return undefined;
  if (/^nginx\.(?:ingress\.kubernetes\.io|org)\/(?:affinity(?:-mode)?|session-cookie-[a-z-]+|upstream-hash-by(?:-subset)?|sticky-cookie-services)=./.test(text)) return INGRESS;
  if (/^nginx\.ingress\.kubernetes\.io\/\w+-snippet=[\s\S]*(?:mcp_session_id|ip_hash)/.test(text)) return INGRESS;
  if (/target-group-attributes=.*stickiness\.enabled=true/.test(text)) return ALB;
  if (/^traefik\.ingress\.kubernetes\.io\/(?:service\.sticky\.cookie|affinity)/.test(text) || /^traefik\.[\w.-]*load-?balancer\.(?:sticky|stickiness)(?:[.=]|$)/i.test(text)) return TRAEFIK;
  if (/^appgw\.ingress\.kubernetes\.io\/cookie-based-affinity=/.test(text)) return affinity('azure-gateway-affinity', 'azure-gateway', 'This gateway ties a client to one backend by a cookie');
  if (/^haproxy\.router\.openshift\.io\/balance=source/.test(text) || /^haproxy(?:-ingress\.github\.io|\.org)\/(?:affinity|cookie-persistence|session-cookie-name)=/.test(text)) return OTHER;
  return /do-loadbalancer-sticky-sessions-type=cookies/.test(text) ? affinity('platform-affinity', 'platform', 'This platform ties a client to one instance') : undefined;
}

function affinityOfCloud(node: ConfigNode): Affinity | undefined {
  return /^(?:GENERATED_COOKIE|HTTP_COOKIE|HEADER_FIELD|STRONG_COOKIE_AFFINITY|CLIENT_IP\w*)$/i.test(node.value ?? '') ? CLOUD : undefined;
}

/** A cluster that hashes is for routes that say what to hash: those are reported. */
function policyAbove(node: ConfigNode): boolean {
  let top = node;
  while (top.parent) top = top.parent;
  return contains(top, 'hash_policy');
}

function contains(node: ConfigNode, key: string): boolean {
  return node.key === key || node.children.some(c => contains(c, key));
}

function siblingIs(node: ConfigNode, key: string, value: string): boolean {
  return siblingOf(node, key)?.value === value || childOf(node, key)?.value === value;
}

function earlierSibling(node: ConfigNode, test: (other: ConfigNode) => boolean): boolean {
  for (const other of node.parent?.children ?? []) {
    if (other === node) return false;
    if (test(other)) return true;
  }
  return false;
}
