import { linkToMcp } from '../../src/config/link.js';
import { readBlocks } from '../../src/config/blocks.js';
import { commandLines, configOf, languageOf } from '../../src/config/read.js';
import { allNodes, type ConfigNode } from '../../src/config/tree.js';
import { defineRule, walkTree, type ProjectContext, type TextContext } from '../../src/rule.js';
import { CLOUDS } from './clouds.js';
import { buildsInfrastructure, cookieClient, infrastructure, INFRASTRUCTURE_WORDS, isBalancerCookie, isReplay, isStickyCluster } from './code.js';
import { durableObjects } from './durable-objects.js';
import { annotation, KUBERNETES } from './kubernetes.js';
import type { Affinity, Matchers } from './match.js';
import { CADDY_DIRECTIVES, haproxy, line, NGINX_DIRECTIVES } from './proxies.js';

const NO_STATE = 'a stateless server needs no such tie.';

export default defineRule({
  id: 'no-sticky-sessions',
  title: 'No client is tied to an instance',
  clauses: [
    'deploy-nginx-affinity', 'deploy-ingress-nginx-affinity', 'deploy-haproxy-stickiness', 'deploy-traefik-sticky', 'deploy-envoy-hash', 'deploy-istio-consistent-hash',
    'deploy-gateway-api-session-persistence', 'deploy-k8s-session-affinity', 'deploy-aws-alb-stickiness', 'deploy-azure-app-service-affinity', 'deploy-azure-container-apps-sticky',
    'deploy-azure-gateway-affinity', 'deploy-gcp-backend-affinity', 'deploy-gcp-cloud-run-affinity', 'deploy-cloudflare-durable-object-sessions', 'deploy-cloudflare-lb-affinity',
    'deploy-other-proxy-affinity', 'deploy-platform-affinity', 'session-client-tracking',
  ],
  words: [
    'ip_hash', 'mcp_session_id', 'hash $', 'sticky', 'Sticky', 'stickiness', 'Stickiness', 'stickysession', 'stick on', 'stick match', 'stick store', 'balance source', 'balance hdr', 'balance url_param', 'cookie ',
    'ffinity', 'consistentHash', 'ConsistentHash', 'sessionPersistence', 'hash_policy', 'RING_HASH', 'MAGLEV', 'stateful_session', 'hash_on', 'chash', 'RequestHash', 'upstream-hash-by', 'lb_policy',
    'durable_objects', 'Microsoft.Web/sites', 'fly-replay', 'fly-force-instance', 'fly-prefer-instance', 'etch-cookie', 'cookiejar', 'CookieJar', 'AWSALB', 'GCLB', 'INGRESSCOOKIE', '__cflb',
  ],
  kinds: ['code', 'config', 'manifest'],
  scan: context => {
    for (const { affinity, at } of affinities(context)) report(context, affinity, at);
    durableObjects(context);
  },
  visit: context => ({
    CallExpression(node) {
      if (isStickyCluster(context, node))
        context.report(node.callee, { clause: 'deploy-other-proxy-affinity', subject: 'affinity:cluster', message: `This ties a client to one worker process; ${NO_STATE}` });
      else if (cookieClient(context, node))
        context.report(node, { clause: 'session-client-tracking', subject: 'affinity:client-cookie', message: `This client keeps the cookie of a balancer, so that it reaches one instance again; ${NO_STATE}` });
    },
    NewExpression(node) {
      if (cookieClient(context, node)) context.report(node, { clause: 'session-client-tracking', subject: 'affinity:client-cookie', message: `This client keeps the cookie of a balancer, so that it reaches one instance again; ${NO_STATE}` });
    },
    Literal(node) {
      if (typeof node.value === 'string' && isBalancerCookie(context, node.value))
        context.report(node, { clause: 'session-client-tracking', subject: 'affinity:client-cookie', message: `This client sends the cookie of a balancer, so that it reaches one instance again; ${NO_STATE}` });
      else if (isReplay(node)) context.report(node, { clause: 'deploy-platform-affinity', subject: 'affinity:platform', message: `This tells the platform which instance has to answer; ${NO_STATE}` });
    },
  }),
  project: reportInfrastructure,
});

function report({ file, project, report }: TextContext, { clause, subject, what }: Affinity, at: { readonly range: readonly [number, number] }): void {
  report(at, { clause, subject, message: `${what}; ${NO_STATE}`, confidence: linkToMcp(project, file), unit: 'affinity' });
}

interface Found {
  readonly affinity: Affinity;
  readonly at: { readonly range: readonly [number, number] };
}

function* affinities({ file }: TextContext): Iterable<Found> {
  const language = languageOf(file);
  const tables: readonly Matchers[] = language === 'nginx' ? [NGINX_DIRECTIVES] : language === 'caddy' ? [CADDY_DIRECTIVES] : language === 'hcl' || language === 'bicep' ? [CLOUDS] : [KUBERNETES, CLOUDS];
  for (const node of allNodes(configOf(file))) {
    const found = language === 'haproxy' ? haproxy(node) : match(tables, node) ?? (isAnnotation(node) ? annotation(node) : undefined);
    if (found) yield { affinity: found, at: found.at ?? node };
  }
  if (language !== 'nginx') yield* embedded(file.text);
  for (const { text, start } of commandLines(file.text)) {
    const found = line(text);
    if (found) yield { affinity: found, at: { range: [start + text.length - text.trimStart().length, start + text.trimEnd().length] } };
  }
}

function match(tables: readonly Matchers[], node: ConfigNode): Affinity | undefined {
  for (const table of tables) {
    const found = Object.hasOwn(table, node.key) ? table[node.key]?.(node) : undefined;
    if (found) return found;
  }
  return undefined;
}

function isAnnotation({ key, value = '' }: ConfigNode): boolean {
  return key === '' ? value.startsWith('traefik.') : key.includes('/') || key.startsWith('traefik.');
}

/** nginx inside of something else: a ConfigMap, a heredoc, a script. */
function* embedded(text: string): Iterable<Found> {
  for (const { index } of text.matchAll(/^[^#\n]*?(?=\bupstream\s+[\w.-]+\s*\{)/gm)) {
    const close = text.indexOf('}', index);
    for (const node of allNodes(readBlocks(text, 'nginx', text.indexOf('upstream', index), close === -1 ? text.length : close + 1))) {
      const found = match([NGINX_DIRECTIVES], node);
      if (found) yield { affinity: found, at: node };
    }
  }
}

/** Infrastructure in code need not be near anything that speaks MCP, so every file is looked at, by its bytes first. */
function reportInfrastructure({ project, report }: ProjectContext): void {
  if (!buildsInfrastructure(project)) return;
  for (const path of project.codeFiles()) {
    const bytes = project.bytes(path);
    if (!bytes || !INFRASTRUCTURE_WORDS.some(word => bytes.includes(word))) continue;
    const file = project.source(path);
    if (!file) continue;
    walkTree(file.program, node => {
      const found = infrastructure(node);
      if (found) report(file, node.type === 'CallExpression' ? node.callee : node, { clause: found.clause, subject: found.subject, message: `${found.what}; ${NO_STATE}`, confidence: linkToMcp(project, file), unit: 'affinity' });
    });
  }
}
