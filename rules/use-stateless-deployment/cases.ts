import { defineCases } from '../../test/cases.js';

const mcp = `import '@modelcontextprotocol/sdk/types.js';\n`;
const beside = (path: string, text: string): Record<string, string> => ({ 'server.ts': mcp, [path]: text });

export default defineCases({
  valid: [
    { name: 'a health route of its own', code: beside('k8s/mcp.yaml', `kind: Deployment\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n        - name: mcp\n          livenessProbe: { httpGet: { path: /healthz, port: 3000 } }\n          readinessProbe:\n            httpGet:\n              path: /mcp/health\n`) },
    { name: 'the route of the endpoint itself', code: beside('ingress.yaml', `kind: Ingress\nspec:\n  rules:\n    - http:\n        paths:\n          - path: /mcp\n            backend: { service: { name: mcp } }\n`) },
    { name: 'one replica to save money', code: beside('mcp.yaml', `kind: Deployment\nspec:\n  # small cluster\n  replicas: 1\n---\nservices:\n  mcp:\n    deploy: { replicas: 1 } # staging\n`) },
    { name: 'a check by discovery', code: beside('Dockerfile', `FROM node:22\nHEALTHCHECK CMD curl -fsS -X POST localhost:3000/mcp -d '{"jsonrpc":"2.0","id":1,"method":"server/discover"}' || exit 1\n`) },
    { name: 'sessions of people', code: { 'server.ts': mcp, 'schema.sql': `CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id TEXT);`, 'db.ts': `${mcp}export const sessions = pgTable('sessions', {});\nconst name = 'mcp-session-id';` } },
    { name: 'client configuration for the new transport', code: beside('.mcp.json', `{ "mcpServers": { "a": { "type": "http", "url": "https://a.example/mcp" }, "b": { "command": "npx", "args": ["b"] } } }`) },
    { name: 'other event streams', code: beside('nginx.conf', `server { location /events { proxy_pass http://app; } location /assets/sse.js { root /srv; } }`) },
    { name: 'a switch between transports', code: beside('compose.yml', `services:\n  mcp:\n    environment:\n      - TRANSPORT=\${TRANSPORT:-http} # stdio | sse | http\n`) },
  ],
  invalid: [
    { name: 'a probe of Kubernetes', code: beside('k8s/mcp.yaml', `kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - livenessProbe:\n            httpGet:\n              «path: /mcp»\n              port: 3000\n          readinessProbe: { httpGet: { «path: /api/mcp», port: 3000 } }\n`), found: ['deploy:health', 'deploy:health'] },
    { name: 'a target group in CloudFormation and Terraform', code: { 'server.ts': mcp, 'stack.yaml': `Resources:\n  T:\n    Properties:\n      «HealthCheckPath: "/mcp"»\n      Matcher: { HttpCode: 200,400 }\n`, 'alb.tf': `resource "aws_lb_target_group" "mcp" {\n  health_check {\n    «path    = "/mcp"»\n    matcher = "400"\n  }\n}\n` }, found: ['deploy:health', 'deploy:health'] },
    { name: 'an image and a compose file', code: { 'server.ts': mcp, Dockerfile: `FROM node:22\n«HEALTHCHECK --interval=30s CMD curl -f http://localhost:3000/mcp || exit 1»\n`, 'compose.yml': `services:\n  mcp:\n    healthcheck:\n      «test: ["CMD", "curl", "-f", "http://localhost:3000/mcp"]»\n` }, found: ['deploy:health', 'deploy:health'] },
    { name: 'platforms', code: { 'server.ts': mcp, 'fly.toml': `[[http_service.checks]]\ninterval = "10s"\n«path = "/mcp"»\n`, 'render.yaml': `services:\n  - type: web\n    «healthCheckPath: /mcp»\n` }, found: ['deploy:health', 'deploy:health'] },
    { name: 'routes of the older transport', code: { 'server.ts': mcp, 'nginx.conf': `server {\n  «location /sse» { proxy_pass http://mcp; }\n  location /mcp { proxy_pass http://mcp; }\n}\n`, 'ingress.yaml': `spec:\n  rules:\n    - http:\n        paths:\n          - «path: /sse»\n            backend: { service: { name: mcp } }\n` }, found: ['deploy:sse', 'deploy:sse'] },
    { name: 'client configuration', code: { 'server.ts': mcp, '.cursor/mcp.json': `{ "mcpServers": { "a": { «"type": "sse"», "url": "https://a.example/sse" } } }`, 'server.json': `{ "name": "a", "remotes": [{ «"type": "sse"», "url": "https://a.example/sse" }] }` }, found: ['deploy:sse-client', 'deploy:sse-client'] },
    { name: 'a mode', code: { 'server.ts': mcp, 'compose.yml': `services:\n  mcp:\n    environment:\n      «MCP_TRANSPORT: sse»\n`, 'Dockerfile': `FROM node:22\n«ENV TRANSPORT=sse»\n` }, found: ['deploy:sse-mode', 'deploy:sse-mode'] },
    { name: 'one instance because of sessions', code: { 'server.ts': mcp, 'compose.yml': `services:\n  mcp:\n    deploy:\n      «replicas: 1» # in-memory MCP sessions\n`, 'service.tf': `resource "aws_ecs_service" "mcp" {\n  # sessions live in the process\n  «desired_count = 1»\n}\n`, 'values.yaml': `# must be 1: SSE connections are bound to one pod\n«replicaCount: 1»\n` }, found: ['deploy:replica', 'deploy:replica', 'deploy:replica'] },
    { name: 'tables of sessions', code: { 'server.ts': mcp, 'migrations/1.sql': `«CREATE TABLE IF NOT EXISTS mcp_sessions» (session_id TEXT PRIMARY KEY);`, 'schema.prisma': `«model McpSession» {\n  id String @id\n}` }, found: ['deploy:session-store', 'deploy:session-store'] },
    { name: 'tables in code', code: `${mcp}export const t = pgTable(«'mcp_sessions'», {});\nconst store = new RedisStore({ client, keyPrefix: «'mcp:session:'» });\nawait db.exec(«\`CREATE TABLE mcp_sessions (id TEXT)\`»);`, found: ['deploy:session-store', 'deploy:session-store', 'deploy:session-store'] },
    { name: 'a table in Terraform', code: beside('db.tf', `resource "aws_dynamodb_table" "sessions" {\n  «name = "mcp-sessions"»\n}\n`), found: ['deploy:session-store'] },
  ],
});
