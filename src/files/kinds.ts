/** What a file is good for. Rules say which kinds they read; code is the default. */
export type FileKind = 'code' | 'manifest' | 'config' | 'doc';

const CODE = /\.(?:[cm]?[jt]s|[jt]sx)$/;
const DECLARATION = /\.d\.(?:[cm]?ts|[^./]+\.ts)$/;
const MANIFEST = /^(?:package|deno|jsr|server|wrangler)\.jsonc?$|^wrangler\.toml$/;
const LOCK = /^(?:package-lock|npm-shrinkwrap|deno\.lock|bun\.lock)|-lock\.(?:json|ya?ml)$/;
const CONFIG_NAME = /^(?:\.?dockerfile(?:\..+)?|.+\.dockerfile|containerfile|procfile|caddyfile|haproxy(?:\..+)?|nginx(?:\..+)?|\.env(?:\..+)?|makefile|jenkinsfile|\.nvmrc|\.node-version|\.tool-versions)$/i;
const CONFIG = /\.(?:ya?ml|toml|conf|cfg|vcl|tf|tfvars|hcl|bicep|json|jsonc|template|tpl|gotmpl|service|ini|properties|j2|sh|sql|prisma)$/i;
const DOC = /\.(?:md|mdx|markdown|rst|txt)$/i;

/** Undefined for files that no rule can have an opinion about. */
export function kindOf(name: string): FileKind | undefined {
  if (CODE.test(name)) return 'code';
  if (LOCK.test(name)) return undefined;
  if (MANIFEST.test(name)) return 'manifest';
  if (CONFIG_NAME.test(name) || CONFIG.test(name)) return 'config';
  return DOC.test(name) ? 'doc' : undefined;
}

/** Declaration files describe code that is elsewhere: they answer questions about imports, rules do not visit them. */
export function isDeclaration(name: string): boolean {
  return DECLARATION.test(name);
}

/** JavaScript that a compiler may have written. */
export function isJavaScript(name: string): boolean {
  return /\.(?:[cm]?js|jsx)$/.test(name);
}

const TEST_PATH = /(?:^|\/)(?:tests?|__tests__|__mocks__|e2e|e2e[-_]tests?|spec|specs|conformance|mocks|test-?utils?|testing|[\w.]+-tests?|test-(?:servers?|fixtures?|harness|support|helpers?)|fixtures|__fixtures__)\/|\.(?:test|spec|e2e|bench|stories)\.[cm]?[jt]sx?$|[.-]mocks?\.[cm]?[jt]sx?$|(?:^|\/)(?:vitest|jest)\.(?:config|setup)\.[cm]?[jt]s$/i;
const EXAMPLE_PATH = /(?:^|\/)(?:examples?|samples?|demos?|playgrounds?|tutorials?)\//i;

export type Zone = 'source' | 'test' | 'example' | 'doc';

/** Where a file stands: readiness counts source only, reports list the rest apart. */
export function zoneOf(path: string): Zone {
  if (DOC.test(path)) return 'doc';
  if (TEST_PATH.test(path)) return 'test';
  return EXAMPLE_PATH.test(path) ? 'example' : 'source';
}
