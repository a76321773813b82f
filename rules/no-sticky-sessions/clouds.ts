import { childOf, isOn, within, type ConfigNode } from '../../src/config/tree.js';
import { affinity, type Affinity, type Matchers } from './match.js';

const ALB = affinity('aws-alb-stickiness', 'alb', 'This target group ties a client to one target by a cookie');
const APP_SERVICE = affinity('azure-app-service-affinity', 'app-service', 'This app ties a client to one instance by a cookie');
const CONTAINER_APP = affinity('azure-container-apps-sticky', 'container-apps', 'This container app ties a client to one replica');
const AZURE_GATEWAY = affinity('azure-gateway-affinity', 'azure-gateway', 'This gateway ties a client to one backend by a cookie');
const PLATFORM = affinity('platform-affinity', 'platform', 'This platform ties a client to one instance');

/** Terraform, CloudFormation, Bicep, ARM and the manifests of platforms. */
export const CLOUDS: Matchers = {
  stickiness: node => (isOn(node.value) || isEnabledBlock(node) ? ALB : undefined),
  dynamic: node => (node.value === 'stickiness' ? ALB : undefined),
  Key: node => (isAttribute(node) ? ALB : undefined),
  OptionName: node => (node.value === 'StickinessEnabled' && isOn(childOf(node.parent, 'Value')?.value) ? ALB : undefined),
  StickinessEnabled: node => (isOn(node.value) ? ALB : undefined),
  TargetGroupStickinessConfig: node => (isOn(childOf(node, 'Enabled')?.value) ? ALB : undefined),
  AppCookieStickinessPolicy: () => ALB,
  LBCookieStickinessPolicy: () => ALB,
  resource: node => ofResource(node),
  clientAffinityEnabled: node => (isOn(node.value) ? APP_SERVICE : undefined),
  client_affinity_enabled: node => (isOn(node.value) ? APP_SERVICE : undefined),
  stickySessions: node => (childOf(node, 'affinity')?.value === 'sticky' || node.value === 'sticky' ? CONTAINER_APP : isOn(node.value) ? PLATFORM : undefined),
  cookieBasedAffinity: node => (isOn(node.value) ? AZURE_GATEWAY : undefined),
  cookie_based_affinity: node => (isOn(node.value) ? AZURE_GATEWAY : undefined),
  sessionAffinityState: node => (isOn(node.value) ? AZURE_GATEWAY : undefined),
  session_affinity_enabled: node => (isOn(node.value) ? AZURE_GATEWAY : undefined),
  session_affinity: node => ofAttribute(node),
  sticky_sessions: node => (childOf(node, 'type')?.value === 'cookies' || isOn(node.value) ? PLATFORM : undefined),
  name: node => (node.value === 'http-session-affinity' ? PLATFORM : undefined),
};

/** Terraform: `enabled` may be missing in a target group, not in a rule of a listener. */
function isEnabledBlock(node: ConfigNode): boolean {
  if (node.children.length === 0) return false;
  const enabled = childOf(node, 'enabled')?.value;
  return enabled === undefined ? within(node, 'resource')?.value?.includes('target_group') === true : !/^"?false"?$/.test(enabled);
}

/** CloudFormation: `- Key: stickiness.enabled` with `Value: true`. */
function isAttribute(node: ConfigNode): boolean {
  return node.value === 'stickiness.enabled' && !/^false$/i.test(childOf(node.parent, 'Value')?.value ?? '');
}

function ofResource(node: ConfigNode): Affinity | undefined {
  if (/aws_(?:lb|app|alb)_cookie_stickiness_policy/.test(node.value ?? '')) return ALB;
  // Affinity is on unless somebody switches it off.
  if (!/'Microsoft\.Web\/sites@/.test(node.value ?? '') || mentions(node, 'clientAffinityEnabled') || mentionsFunctionApp(node)) return undefined;
  return { ...APP_SERVICE, subject: 'affinity:app-service-default', what: 'This app does not switch off the cookie that ties a client to one instance' };
}

function mentions(node: ConfigNode, key: string): boolean {
  return node.key === key || node.children.some(c => mentions(c, key));
}

function mentionsFunctionApp(node: ConfigNode): boolean {
  return /functionapp/i.test(childOf(node, 'kind')?.value ?? '');
}

function ofAttribute(node: ConfigNode): Affinity | undefined {
  const value = node.value ?? '';
  const resource = within(node, 'resource')?.value ?? '';
  if (value === 'ClientIP') return affinity('k8s-session-affinity', 'k8s', 'This service sends all requests of an address to one pod');
  if (/^(?:GENERATED_COOKIE|HTTP_COOKIE|HEADER_FIELD|STRONG_COOKIE_AFFINITY|CLIENT_IP\w*)$/.test(value))
    return affinity('gcp-backend-affinity', 'gcp', 'This backend sends a client back to the instance that it reached first');
  if (/^(?:cookie|ip_cookie|header)$/.test(value)) return affinity('cloudflare-lb-affinity', 'cloudflare', 'This balancer ties a client to one origin');
  return isOn(value) && !/kubernetes/.test(resource) ? affinity('gcp-cloud-run-affinity', 'cloud-run', 'This service sends a client back to the instance that it reached first') : undefined;
}
