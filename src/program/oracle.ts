import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Node, Project as Program, ts, type SourceFile, type Type } from 'ts-morph';
import type { Range } from '../parse/source.js';

/** `mcp`: declared by the SDK or on top of it. `other`: declared by somebody else. `unknown`: the compiler cannot tell either. */
export type Origin = 'mcp' | 'other' | 'unknown';

/** Asks the compiler what a value is. Loaded only when somebody wants to know: this file brings TypeScript with it. */
export interface TypeOracle {
  originOf(file: string, range: Range): Origin;
}

const MCP_DECLARATION = /\/node_modules\/@modelcontextprotocol\//;
const MAX_BASES = 8;

export function typeOracle(root: string): TypeOracle {
  const programs = new Map<string, Program>();
  const programOf = (file: string): Program => {
    const config = nearestConfig(root, dirname(join(root, file))) ?? '';
    let program = programs.get(config);
    if (!program) programs.set(config, (program = makeProgram(config)));
    return program;
  };
  return {
    originOf(file, range) {
      const program = programOf(file);
      const path = join(root, file);
      const source = program.getSourceFile(path) ?? program.addSourceFileAtPathIfExists(path);
      const node = source && nodeAt(source, range);
      return node ? originOfType(node.getType(), 0) : 'unknown';
    },
  };
}

/** Only what is asked about is read, with what it imports: not all that a tsconfig names. */
function makeProgram(config: string): Program {
  const always = { allowJs: true, noEmit: true, skipLibCheck: true };
  const plain = { ...always, strict: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
  if (config === '') return new Program({ compilerOptions: plain });
  try {
    return new Program({ tsConfigFilePath: config, skipAddingFilesFromTsConfig: true, compilerOptions: always });
  } catch {
    // A configuration that cannot be read is no reason to give up.
    return new Program({ compilerOptions: plain });
  }
}

function nearestConfig(root: string, folder: string): string | undefined {
  for (let current = folder; current.startsWith(root); current = dirname(current)) {
    const config = join(current, 'tsconfig.json');
    if (existsSync(config)) return config;
    if (current === dirname(current)) break;
  }
  return undefined;
}

function nodeAt(source: SourceFile, [start, end]: Range): Node | undefined {
  let node: Node | undefined = source.getDescendantAtPos(start);
  while (node && (node.getStart() !== start || node.getEnd() < end)) node = node.getParent();
  return node?.getEnd() === end ? node : undefined;
}

function originOfType(type: Type, depth: number): Origin {
  const certain = type.getNonNullableType();
  if (certain.isAny() || certain.isUnknown() || certain.isNever() || certain.isTypeParameter()) return 'unknown';
  if (certain.isUnion() || certain.isIntersection()) {
    const parts = [...certain.getUnionTypes(), ...certain.getIntersectionTypes()].map(t => originOfType(t, depth + 1));
    return parts.includes('mcp') ? 'mcp' : parts.every(p => p === 'other') && parts.length > 0 ? 'other' : 'unknown';
  }
  const declarations = [...(certain.getSymbol()?.getDeclarations() ?? []), ...(certain.getAliasSymbol()?.getDeclarations() ?? [])];
  if (declarations.some(d => MCP_DECLARATION.test(d.getSourceFile().getFilePath()))) return 'mcp';
  if (depth > MAX_BASES) return 'unknown';
  const bases = certain.getBaseTypes().map(t => originOfType(t, depth + 1));
  if (bases.includes('mcp')) return 'mcp';
  // A base that cannot be resolved, such as one of a package that is not installed, may be anything.
  const open = bases.includes('unknown') || declarations.some(d => Node.isClassDeclaration(d) && d.getExtends() !== undefined && bases.length === 0);
  return declarations.length > 0 && !open ? 'other' : 'unknown';
}
