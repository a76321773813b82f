import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';

/** Where an exported name of a module comes from. */
export type ExportOrigin =
  | { readonly kind: 'local'; readonly node: TSESTree.Identifier }
  | { readonly kind: 'declaration'; readonly node: TSESTree.Node }
  | { readonly kind: 'expression'; readonly node: TSESTree.Expression }
  | { readonly kind: 'from'; readonly source: string; readonly name: string; readonly node: TSESTree.Node };

export interface ModuleExports {
  readonly names: ReadonlyMap<string, ExportOrigin>;
  /** `export * from` */
  readonly stars: readonly string[];
  /** `module.exports = x`: what `require` gives. */
  readonly whole: TSESTree.Expression | undefined;
}

const known = new WeakMap<SourceFile, ModuleExports>();

export function exportsOf(file: SourceFile): ModuleExports {
  let found = known.get(file);
  if (!found) known.set(file, (found = read(file)));
  return found;
}

function read(file: SourceFile): ModuleExports {
  const names = new Map<string, ExportOrigin>();
  const stars: string[] = [];
  for (const statement of file.program.body) {
    if (statement.type === 'ExportAllDeclaration') {
      if (statement.exported) names.set(nameOf(statement.exported), { kind: 'from', source: statement.source.value, name: '*', node: statement });
      else stars.push(statement.source.value);
    } else if (statement.type === 'ExportDefaultDeclaration') {
      const { declaration } = statement;
      names.set('default', isStatement(declaration) ? { kind: 'declaration', node: declaration } : { kind: 'expression', node: declaration });
    } else if (statement.type === 'ExportNamedDeclaration') readNamed(statement, names);
    else if (statement.type === 'TSExportAssignment') names.set('default', { kind: 'expression', node: statement.expression });
  }
  const whole = /\bexports\b/.test(file.text) ? readCommonJs(file, names) : undefined;
  return { names, stars, whole };
}

function readNamed(statement: TSESTree.ExportNamedDeclaration, names: Map<string, ExportOrigin>): void {
  const { declaration, source } = statement;
  if (declaration?.type === 'VariableDeclaration') {
    for (const declarator of declaration.declarations) for (const id of patternIdentifiers(declarator.id)) names.set(id.name, { kind: 'local', node: id });
  } else if (declaration && 'id' in declaration && declaration.id?.type === 'Identifier') {
    names.set(declaration.id.name, { kind: 'declaration', node: declaration });
  }
  for (const specifier of statement.specifiers) {
    const name = nameOf(specifier.exported);
    if (source) names.set(name, { kind: 'from', source: source.value, name: nameOf(specifier.local), node: specifier });
    else if (specifier.local.type === 'Identifier') names.set(name, { kind: 'local', node: specifier.local });
  }
}

function readCommonJs(file: SourceFile, names: Map<string, ExportOrigin>): TSESTree.Expression | undefined {
  let whole: TSESTree.Expression | undefined;
  walkTree(file.program, node => {
    if (node.type !== 'AssignmentExpression' || node.left.type !== 'MemberExpression') return;
    const { left, right } = node;
    if (isModuleExports(left)) {
      whole = right;
      if (right.type === 'ObjectExpression')
        for (const p of right.properties)
          if (p.type === 'Property' && !p.computed && isExpression(p.value)) names.set(keyName(p.key) ?? '', { kind: 'expression', node: p.value });
      return;
    }
    const name = left.computed ? undefined : left.property.type === 'Identifier' ? left.property.name : undefined;
    if (name && (isModuleExports(left.object) || (left.object.type === 'Identifier' && left.object.name === 'exports')))
      names.set(name, { kind: 'expression', node: right });
  });
  return whole;
}

function isModuleExports(node: TSESTree.Node): boolean {
  return (
    node.type === 'MemberExpression' &&
    !node.computed &&
    node.object.type === 'Identifier' &&
    node.object.name === 'module' &&
    node.property.type === 'Identifier' &&
    node.property.name === 'exports'
  );
}

type DefaultStatement = Exclude<TSESTree.ExportDefaultDeclaration['declaration'], TSESTree.Expression> | TSESTree.ClassDeclaration | TSESTree.FunctionDeclaration;

function isStatement(node: TSESTree.ExportDefaultDeclaration['declaration']): node is DefaultStatement {
  return /Declaration$|^TSDeclareFunction$/.test(node.type);
}

function isExpression(node: TSESTree.Property['value']): node is TSESTree.Expression {
  return node.type !== 'AssignmentPattern' && node.type !== 'TSEmptyBodyFunctionExpression' && node.type !== 'ArrayPattern' && node.type !== 'ObjectPattern';
}

function nameOf(node: TSESTree.Identifier | TSESTree.StringLiteral): string {
  return node.type === 'Identifier' ? node.name : node.value;
}

/** The name of a property key that is written out. */
export function keyName(key: TSESTree.Node): string | undefined {
  if (key.type === 'Identifier') return key.name;
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  if (key.type === 'Literal') return String(key.value);
  return key.type === 'TemplateLiteral' && key.expressions.length === 0 ? (key.quasis[0]?.value.cooked ?? undefined) : undefined;
}

/** The property of this name that an object literal writes out. */
export function propertyOf(object: TSESTree.ObjectExpression, name: string): TSESTree.Property | undefined {
  const found = object.properties.find(p => p.type === 'Property' && keyName(p.key) === name);
  return found?.type === 'Property' ? found : undefined;
}

export function propertyValue(object: TSESTree.ObjectExpression, name: string): TSESTree.Property['value'] | undefined {
  return propertyOf(object, name)?.value;
}

export function patternIdentifiers(pattern: TSESTree.Node): readonly TSESTree.Identifier[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern];
    case 'ObjectPattern':
      return pattern.properties.flatMap(p => patternIdentifiers(p.type === 'RestElement' ? p.argument : p.value));
    case 'ArrayPattern':
      return pattern.elements.flatMap(e => (e ? patternIdentifiers(e) : []));
    case 'AssignmentPattern':
      return patternIdentifiers(pattern.left);
    case 'RestElement':
      return patternIdentifiers(pattern.argument);
    default:
      return [];
  }
}
