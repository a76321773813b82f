import { dependsOn } from '../../src/config/manifests.js';
import { endName, innermost, keyName, memberName, says, type CodeContext, type Project, type TSESTree } from '../../src/rule.js';
import { affinity, type Affinity } from './match.js';

const STICKY_MODULES = /^(?:@socket\.io\/sticky|sticky-session(?:-custom)?|sticky-cluster|@small-tech\/sticky-session)$/;
const COOKIE_MODULES = /^(?:fetch-cookie(?:\/.*)?|node-fetch-cookies|axios-cookiejar-support|make-fetch-happen-cookies|@valuabletouch\/fetch-cookie)$/;
/** Cookies by which balancers know a client again. */
const BALANCER_COOKIE = /^(?:AWSALB(?:CORS|APP-\d|TG|TGCORS)?|ARRAffinity(?:SameSite)?|GCLB|GAESA|INGRESSCOOKIE|__cflb|fly-machine-id)$/;

const STICKY = /sticky/;
const CLIENTS = /ClientTransport/;

/** `fetchCookie(fetch)` beside a transport of an MCP client: the client keeps the balancer's cookie. */
export function cookieClient({ file, mcp }: CodeContext, node: TSESTree.CallExpression | TSESTree.NewExpression): boolean {
  if (!says(file, CLIENTS)) return false;
  return mcp.values(file, innermost(node.callee)).some(({ value }) => {
    if (value.kind !== 'external') return false;
    if (value.module === 'tough-cookie') return node.type === 'NewExpression' && value.path.at(-1) === 'CookieJar' && !/from ['"](?:fetch-cookie|axios-cookiejar-support)/.test(file.text);
    return COOKIE_MODULES.test(value.module) && !value.path.includes('()');
  });
}

/** The name of a balancer's cookie in a file that makes a transport of an MCP client. */
export function isBalancerCookie({ file }: CodeContext, text: string): boolean {
  return BALANCER_COOKIE.test(text) && says(file, CLIENTS);
}

/** `setupMaster(httpServer)` of a module that ties clients to workers. */
export function isStickyCluster({ file, mcp }: CodeContext, node: TSESTree.CallExpression): boolean {
  const callee = innermost(node.callee);
  const name = endName(callee);
  if (name === undefined || name === 'require' || !says(file, STICKY)) return false;
  return mcp.values(file, callee).some(({ value }) => value.kind === 'external' && STICKY_MODULES.test(value.module) && !value.path.includes('()') && value.path.length <= 2);
}

/** `res.set('fly-replay', 'instance=...')`: the platform is told which instance has to answer. */
export function isReplay(node: TSESTree.Literal): boolean {
  if (typeof node.value !== 'string' || !/^fly-(?:replay|force-instance-id|prefer-instance-id)$/i.test(node.value)) return false;
  const { parent } = node;
  if (parent.type === 'CallExpression') return parent.arguments[0] === node && parent.arguments.length > 1 && !(/replay$/i.test(node.value) && /^["'`]region=/.test(sourceOf(parent)));
  return parent.type === 'Property' && parent.key === node;
}

function sourceOf(call: TSESTree.CallExpression): string {
  const second = call.arguments[1];
  return second?.type === 'Literal' ? JSON.stringify(second.value) : second?.type === 'TemplateLiteral' ? `"${second.quasis[0]?.value.raw ?? ''}` : '';
}

const BUILDERS = /^(?:aws-cdk-lib|cdk8s|cdktf|sst|@pulumi\/.+|@aws-cdk\/.+|@cdktf\/.+)$/;

/** Whether infrastructure is written in code somewhere in the project. */
export function buildsInfrastructure(project: Project): boolean {
  return dependsOn(project, BUILDERS);
}

const ALB = affinity('aws-alb-stickiness', 'alb', 'This target group ties a client to one target by a cookie');

/** Infrastructure that is written in TypeScript or JavaScript. */
export function infrastructure(node: TSESTree.Node): Affinity | undefined {
  if (node.type === 'Property') {
    const name = keyName(node.key);
    const value = innermost(node.value);
    const text = value.type === 'Literal' ? String(value.value) : '';
    if (name === 'stickinessCookieDuration') return ALB;
    if (name === 'stickiness' && value.type === 'ObjectExpression' && value.properties.some(p => p.type === 'Property' && keyName(p.key) === 'enabled' && p.value.type === 'Literal' && p.value.value === true)) return ALB;
    if (name === 'sessionAffinity' && text === 'ClientIP') return affinity('k8s-session-affinity', 'k8s', 'This service sends all requests of an address to one pod');
    if (name === 'sessionAffinity' && /^(?:GENERATED_COOKIE|HTTP_COOKIE|HEADER_FIELD|CLIENT_IP\w*)$/.test(text)) return affinity('gcp-backend-affinity', 'gcp', 'This backend sends a client back to the instance that it reached first');
    if (name === 'clientAffinityEnabled' && text === 'true') return affinity('azure-app-service-affinity', 'app-service', 'This app ties a client to one instance by a cookie');
    return name === 'stickySessions' && value.type === 'ObjectExpression' ? affinity('azure-container-apps-sticky', 'container-apps', 'This container app ties a client to one replica') : undefined;
  }
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
  const name = memberName(node.callee);
  const [first, second] = node.arguments;
  if (name === 'enableCookieStickiness') return ALB;
  return name === 'setAttribute' && first?.type === 'Literal' && first.value === 'stickiness.enabled' && !(second?.type === 'Literal' && second.value === 'false') ? ALB : undefined;
}

/** The words that one of these needs. */
export const INFRASTRUCTURE_WORDS = ['stickiness', 'CookieStickiness', 'sessionAffinity', 'clientAffinityEnabled', 'stickySessions'];
