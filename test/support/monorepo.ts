/** A TypeScript monorepo that has nothing to do with MCP, with the words that such code is full of. */
export function monorepo(packages: number, filesEach: number): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    'package.json': JSON.stringify({ name: 'monorepo', private: true, workspaces: ['packages/*'] }),
    'tsconfig.base.json': JSON.stringify({ compilerOptions: { strict: true, baseUrl: '.', paths: { '@acme/*': ['packages/*/src'] } } }),
    '.gitignore': 'node_modules/\ndist/\n',
  };
  for (let p = 0; p < packages; p++) {
    const folder = `packages/lib-${p}`;
    files[`${folder}/package.json`] = JSON.stringify({ name: `@acme/lib-${p}`, version: '1.0.0', main: 'dist/index.js', dependencies: { [`@acme/lib-${(p + 1) % packages}`]: 'workspace:*' } });
    files[`${folder}/tsconfig.json`] = JSON.stringify({ extends: '../../tsconfig.base.json' });
    files[`${folder}/README.md`] = `# lib-${p}\n`;
    for (let f = 0; f < filesEach; f++) files[`${folder}/src/${f === 0 ? 'index' : `part-${f}`}.ts`] = moduleText(p, f, packages);
  }
  return files;
}

function moduleText(p: number, f: number, packages: number): string {
  const imports = [`import { value${f} } from '@acme/lib-${(p + 1) % packages}';`, f > 0 ? `import { log } from './part-${f - 1 || 1}.js';` : `export * from './part-1.js';`];
  const methods = Array.from({ length: 12 }, (_, i) => methodText(i)).join('\n');
  return `${imports.join('\n')}\n\nexport const value${f} = ${f};\nexport interface Session${f} { id: string; transport: string; server: { connect(): Promise<void> } }\n\nexport class Service${f} {\n  private readonly sessions = new Map<string, Session${f}>();\n\n${methods}\n}\n`;
}

function methodText(i: number): string {
  return `  /** Handles step ${i}. */\n  async step${i}(request: { headers: Record<string, string>; query: { sessionId?: string } }): Promise<string> {\n    const session = this.sessions.get(request.headers['x-session-id'] ?? request.query.sessionId ?? '');\n    if (!session) throw new Error('Resource not found');\n    await session.server.connect();\n    logger.info('createMessage', { logging: true, sampling: 0.1, step: ${i} });\n    return session.transport;\n  }\n`;
}
