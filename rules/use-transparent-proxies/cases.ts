import { defineCases } from '../../test/cases.js';

const mcp = `import '@modelcontextprotocol/sdk/types.js';\n`;
const beside = (path: string, text: string): Record<string, string> => ({ 'server.ts': mcp, [path]: text });

export default defineCases({
  valid: [
    { name: 'a proxy that passes everything on', code: beside('nginx.conf', `server {\n  location /mcp {\n    proxy_pass http://mcp;\n    proxy_buffering off;\n    proxy_read_timeout 1h;\n  }\n  location /static { proxy_read_timeout 5s; proxy_buffering on; }\n}\n`) },
    { name: 'lists that are current', code: beside('main.tf', `resource "aws_cloudfront_origin_request_policy" "mcp" {\n  headers_config {\n    header_behavior = "whitelist"\n    headers { items = ["Authorization", "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"] }\n  }\n}\n`) },
    { name: 'everything is passed on', code: beside('vercel.json', `{ "headers": [{ "source": "/mcp", "headers": [{ "key": "Access-Control-Allow-Headers", "value": "*" }] }] }`) },
    { name: 'headers in a log', code: beside('nginx.conf', `log_format mcp '$remote_addr $http_mcp_method $http_mcp_name';\nserver { location /mcp { proxy_pass http://mcp; } }\n`) },
    { name: 'mirrored headers with the version', code: beside('nginx.conf', `map $http_mcp_protocol_version $mirrored { default 0; }\nserver { location /mcp { if ($http_mcp_name = "drop") { return 403; } } }\n`) },
    { name: 'methods of tools only', code: `${mcp}const RATE_LIMITED = ['tools/call', 'prompts/get'];\nconst ALLOWED = ['server/discover', 'tools/list', 'tools/call', 'subscriptions/listen'];` },
    { name: 'a CORS list and a list for logs', code: `${mcp}const corsAllowHeaders = ['content-type', 'mcp-protocol-version'];\nconst SHOWN = ['content-type', 'mcp-protocol-version'];` },
    { name: 'an API that is not MCP', code: { 'server.ts': mcp, 'api.tf': `resource "aws_apigatewayv2_api" "shop" {\n  cors_configuration {\n    allow_headers = ["content-type", "x-shop"]\n  }\n}\n` } },
  ],
  invalid: [
    { name: 'headers are cut off', code: beside('nginx.conf', `server { location /mcp { «proxy_pass_request_headers off»; proxy_pass http://mcp; } }`), found: ['proxy:headers-off'] },
    { name: 'streams are held back or ended', code: beside('nginx.conf', `server {\n  location = /mcp {\n    proxy_pass http://mcp;\n    «proxy_read_timeout 10s»;\n    «proxy_buffering on»;\n  }\n  «gzip_types text/plain text/event-stream»;\n}\n`), found: ['proxy:timeout', 'proxy:buffering', 'proxy:buffering'] },
    { name: 'verbs, caches and error pages', code: beside('nginx.conf.template', `server {\n  error_page 404 /404.html;\n  location /mcp {\n    «limit_except GET POST DELETE» { deny all; }\n    «proxy_cache_methods GET POST»;\n    «proxy_intercept_errors on»;\n  }\n}\n`), found: ['proxy:verbs', 'proxy:cache', 'proxy:errors'] },
    { name: 'trust in mirrored headers', code: { 'server.ts': mcp, 'nginx.conf': `server { location /mcp { «if ($http_mcp_name = "drop")» { return 403; } } }`, 'haproxy.cfg': `frontend in\n  «http-request deny if { req.hdr(mcp-method) -m str tools/call }»\n` }, found: ['proxy:trust', 'proxy:trust'] },
    { name: 'a list of a content network', code: beside('cdn.tf', `resource "aws_cloudfront_origin_request_policy" "mcp" {\n  headers_config {\n    header_behavior = "whitelist"\n    headers {\n      «items =» ["Authorization", "Mcp-Session-Id"]\n    }\n  }\n}\n`), found: ['edge:headers'] },
    { name: 'the same in CloudFormation', code: beside('cdn.yaml', `Resources:\n  Policy:\n    Properties:\n      OriginRequestPolicyConfig:\n        HeadersConfig:\n          HeaderBehavior: whitelist\n          «Headers»: [Authorization, Mcp-Session-Id]\n`), found: ['edge:headers'] },
    { name: 'CORS at the edge', code: { 'server.ts': mcp, 'vercel.json': `{ "headers": [{ "headers": [{ "key": "Access-Control-Allow-Headers", «"value": "Content-Type, mcp-session-id"» }] }] }`, 'nginx.conf': `server { location /mcp { «add_header Access-Control-Expose-Headers "Mcp-Session-Id"»; } }`, 'ingress.yaml': `metadata:\n  annotations:\n    «nginx.ingress.kubernetes.io/cors-allow-headers: "Content-Type,Mcp-Protocol-Version"»\n` }, found: ['edge:cors', 'edge:cors-session', 'edge:cors-session'] },
    { name: 'CORS of an API gateway', code: beside('api.tf', `resource "aws_apigatewayv2_api" "mcp" {\n  cors_configuration {\n    «allow_headers =» ["content-type", "mcp-session-id"]\n  }\n}\n`), found: ['edge:cors-session'] },
    { name: 'a gateway that knows the older methods', code: `${mcp}const ALLOWED = new Set(«['initialize', 'ping', 'tools/list', 'tools/call']»);\nexport const passes = (m: string) => ALLOWED.has(m);`, found: ['gateway:methods'] },
    { name: 'the same in plain JavaScript', code: { 'gateway.cjs': `require('@modelcontextprotocol/sdk/types.js');\nexports.METHODS = «['tools/list', 'tools/call', 'logging/setLevel']»;` }, found: ['gateway:methods'] },
    { name: 'headers that are passed on', code: `${mcp}const FORWARDED_HEADERS = «['authorization', 'content-type', 'mcp-protocol-version']»;\nconst headers = pick(req.headers, «['authorization', 'mcp-protocol-version']»);`, found: ['gateway:headers', 'gateway:headers'] },
  ],
});
