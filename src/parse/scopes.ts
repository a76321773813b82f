import type { TSESTree } from '@typescript-eslint/types';
import { Reference, Scope, type Variable, type DefinitionType, type ScopeType } from './scope.js';
import { forEachChild } from './walk.js';

type Node = TSESTree.Node;
type FunctionLike = TSESTree.ArrowFunctionExpression | TSESTree.FunctionDeclaration | TSESTree.FunctionExpression | TSESTree.TSDeclareFunction | TSESTree.TSEmptyBodyFunctionExpression;
type FunctionType = TSESTree.TSCallSignatureDeclaration | TSESTree.TSConstructorType | TSESTree.TSConstructSignatureDeclaration | TSESTree.TSFunctionType | TSESTree.TSMethodSignature;
type ClassLike = TSESTree.ClassDeclaration | TSESTree.ClassExpression;
type Field = TSESTree.PropertyDefinition | TSESTree.AccessorProperty | TSESTree.TSAbstractAccessorProperty | TSESTree.TSAbstractPropertyDefinition | TSESTree.TSAbstractMethodDefinition;

/** What a name in a pattern may get when nothing else is given. */
type Defaults = readonly (TSESTree.AssignmentExpression | TSESTree.AssignmentPattern)[];
type OnName = (name: TSESTree.Identifier, defaults: Defaults) => void;

const NO_DEFAULTS: Defaults = [];

/**
 * The scopes, variables and references of a module, as `@typescript-eslint/scope-manager` finds them: what rules are told in a linter.
 * That one spends most of its time on making visitors and sets for each node, and keeps much that nobody asks for.
 */
export function analyzeScopes(program: TSESTree.Program): ScopesOfModule {
  const analysis = new Analysis();
  analysis.program(program);
  return new ScopesOfModule(analysis.scopes);
}

class ScopesOfModule {
  constructor(readonly scopes: readonly Scope[]) {}

  get globalScope(): Scope | null {
    return this.scopes[0] ?? null;
  }

  /** What a declaration, function or class declares. */
  getDeclaredVariables(node: Node): readonly Variable[] {
    return this.scopes.flatMap(({ variables }) => variables.filter(v => v.defs.some(d => d.node === node || d.parent === node)));
  }
}

class Analysis {
  readonly scopes: Scope[] = [];
  #scope: Scope | undefined;
  #knowsReact = false;

  program(program: TSESTree.Program): void {
    this.#nest('global', program);
    // `as const` refers to it.
    this.#current.define('const', undefined, undefined).isValueVariable = false;
    this.#nest('module', program);
    for (const statement of program.body) this.#visit(statement);
    this.#close(program);
    for (const scope of this.scopes) scope.settle();
  }

  get #current(): Scope {
    if (!this.#scope) throw new Error('Nothing is looked at outside of a scope.');
    return this.#scope;
  }

  #nest(type: ScopeType, block: Node): void {
    this.#scope = new Scope(type, block, this.#scope);
    this.scopes.push(this.#scope);
  }

  #close(block: Node): void {
    while (this.#scope?.block === block) this.#scope = this.#scope.close();
  }

  #define(name: TSESTree.Identifier, type: DefinitionType, node: Node, parent?: Node, scope = this.#current): void {
    scope.define(name.name, name, { type, name, node, parent: parent ?? null });
  }

  #reads(name: TSESTree.Identifier | TSESTree.JSXIdentifier): void {
    this.#current.refer(new Reference(name, this.#current, 'value'));
  }

  #readsType(name: TSESTree.Identifier): void {
    this.#current.refer(new Reference(name, this.#current, 'type'));
  }

  #readsEither(name: TSESTree.Identifier): void {
    this.#current.refer(new Reference(name, this.#current, 'either'));
  }

  #writes(name: TSESTree.Identifier, writeExpr: Node | null, init: boolean, alsoReads = false): void {
    this.#current.refer(new Reference(name, this.#current, 'value', { writeExpr, init, alsoReads }));
  }

  #writesDefaults(name: TSESTree.Identifier, defaults: Defaults, init: boolean): void {
    for (const { right } of defaults) this.#writes(name, right, init);
  }

  // --- statements and expressions ------------------------------------------------------------------------------------------

  #visitAll(nodes: readonly (Node | null)[]): void {
    for (const node of nodes) this.#visit(node);
  }

  readonly #visitChild = (node: Node): void => this.#visit(node);

  #visit(node: Node | null | undefined): void {
    if (!node) return;
    switch (node.type) {
      case 'Literal':
      case 'TemplateElement':
      case 'ThisExpression':
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'ExportAllDeclaration':
      case 'ImportAttribute':
      case 'MetaProperty':
      case 'PrivateIdentifier':
        return;
      case 'Identifier':
        this.#reads(node);
        this.#visitType(node.typeAnnotation);
        return;
      case 'JSXIdentifier':
        this.#reads(node);
        return;
      case 'MemberExpression':
        this.#visit(node.object);
        if (node.computed) this.#visit(node.property);
        return;
      case 'CallExpression':
      case 'NewExpression':
        this.#visit(node.callee);
        this.#visitAll(node.arguments);
        this.#visitType(node.typeArguments);
        return;
      case 'TaggedTemplateExpression':
        this.#visit(node.tag);
        this.#visit(node.quasi);
        this.#visitType(node.typeArguments);
        return;
      case 'TSInstantiationExpression':
        this.#visit(node.expression);
        this.#visitType(node.typeArguments);
        return;
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSTypeAssertion':
        this.#visit(node.expression);
        this.#visitType(node.typeAnnotation);
        return;
      case 'Property':
        if (node.computed) this.#visit(node.key);
        this.#visit(node.value);
        return;
      case 'LabeledStatement':
        this.#visit(node.body);
        return;
      case 'ArrowFunctionExpression':
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'TSDeclareFunction':
      case 'TSEmptyBodyFunctionExpression':
        this.#function(node);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#class(node);
        return;
      case 'AssignmentExpression':
        this.#assignment(node);
        return;
      case 'UpdateExpression':
        this.#update(node);
        return;
      case 'VariableDeclaration':
        this.#declaration(node);
        return;
      case 'BlockStatement':
        this.#block(node);
        return;
      case 'CatchClause':
        this.#catch(node);
        return;
      case 'ForInStatement':
      case 'ForOfStatement':
        this.#forEach(node);
        return;
      case 'ForStatement':
        if (node.init?.type === 'VariableDeclaration' && node.init.kind !== 'var') this.#nest('for', node);
        forEachChild(node, this.#visitChild);
        this.#close(node);
        return;
      case 'SwitchStatement':
        this.#visit(node.discriminant);
        this.#nest('switch', node);
        this.#visitAll(node.cases);
        this.#close(node);
        return;
      case 'WithStatement':
        this.#visit(node.object);
        this.#nest('with', node);
        this.#visit(node.body);
        this.#close(node);
        return;
      case 'ImportDeclaration':
        for (const specifier of node.specifiers) this.#define(specifier.local, 'ImportBinding', specifier, node);
        return;
      case 'ExportDefaultDeclaration':
        if (node.declaration.type === 'Identifier') this.#readsEither(node.declaration);
        else this.#visit(node.declaration);
        return;
      case 'ExportNamedDeclaration':
        if (node.declaration) this.#visit(node.declaration);
        else this.#exported(node);
        return;
      case 'JSXAttribute':
        this.#visit(node.value);
        return;
      case 'JSXOpeningElement':
        this.#refersToReact();
        this.#element(node.name);
        this.#visitType(node.typeArguments);
        this.#visitAll(node.attributes);
        return;
      case 'JSXClosingElement':
        this.#element(node.name);
        return;
      case 'JSXFragment':
        this.#refersToReact();
        forEachChild(node, this.#visitChild);
        return;
      case 'JSXMemberExpression':
        if (node.object.type !== 'JSXIdentifier' || node.object.name !== 'this') this.#visit(node.object);
        return;
      case 'TSInterfaceDeclaration':
      case 'TSTypeAliasDeclaration':
        this.#visitType(node);
        return;
      case 'TSEnumDeclaration':
        this.#enum(node);
        return;
      case 'TSModuleDeclaration':
        if (node.id.type === 'Identifier' && node.kind !== 'global') this.#define(node.id, 'TSModuleName', node);
        this.#nest('tsModule', node);
        this.#visit(node.body);
        this.#close(node);
        return;
      case 'TSExportAssignment':
        if (node.expression.type === 'Identifier') this.#readsEither(node.expression);
        else this.#visit(node.expression);
        return;
      case 'TSImportEqualsDeclaration':
        this.#define(node.id, 'ImportBinding', node, node);
        this.#visit(firstOf(node.moduleReference));
        return;
      default:
        forEachChild(node, this.#visitChild);
        return;
    }
  }

  #assignment(node: TSESTree.AssignmentExpression): void {
    const left = this.#target(node.left);
    if (!isPattern(left)) this.#visit(left);
    else if (node.operator === '=') {
      this.#pattern(left, (name, defaults) => {
        this.#writesDefaults(name, defaults, false);
        this.#writes(name, node.right, false);
      });
    } else if (left.type === 'Identifier') this.#writes(left, node.right, false, true);
    this.#visit(node.right);
  }

  #update(node: TSESTree.UpdateExpression): void {
    const argument = this.#target(node.argument);
    if (isPattern(argument)) this.#names(argument, name => this.#writes(name, null, false, true));
    else this.#visit(node.argument);
  }

  /** `(x as T) = 1`, `x! = 1` */
  #target(node: Node): Node {
    if (node.type === 'TSAsExpression' || node.type === 'TSTypeAssertion') this.#visitType(node.typeAnnotation);
    return node.type === 'TSAsExpression' || node.type === 'TSTypeAssertion' || node.type === 'TSNonNullExpression' ? node.expression : node;
  }

  #declaration(node: TSESTree.VariableDeclaration): void {
    const scope = node.kind === 'var' ? this.#current.variableScope : this.#current;
    for (const declarator of node.declarations) {
      const { id, init } = declarator;
      this.#pattern(id, (name, defaults) => {
        this.#define(name, 'Variable', declarator, node, scope);
        this.#writesDefaults(name, defaults, true);
        if (init) this.#writes(name, init, true);
      });
      this.#visit(init);
      this.#visitType(id.typeAnnotation);
    }
  }

  #block(node: TSESTree.BlockStatement): void {
    this.#nest('block', node);
    this.#visitAll(node.body);
    this.#close(node);
  }

  #catch(node: TSESTree.CatchClause): void {
    this.#nest('catch', node);
    if (node.param)
      this.#pattern(node.param, (name, defaults) => {
        this.#define(name, 'CatchClause', node);
        this.#writesDefaults(name, defaults, true);
      });
    this.#visit(node.body);
    this.#close(node);
  }

  #forEach(node: TSESTree.ForInStatement | TSESTree.ForOfStatement): void {
    const { left, right } = node;
    if (left.type === 'VariableDeclaration') {
      if (left.kind !== 'var') this.#nest('for', node);
      this.#visit(left);
      const first = left.declarations[0];
      this.#names(first.id, name => this.#writes(name, right, true));
    } else {
      this.#pattern(left, (name, defaults) => {
        this.#writesDefaults(name, defaults, false);
        this.#writes(name, right, false);
      });
    }
    this.#visit(right);
    this.#visit(node.body);
    this.#close(node);
  }

  #exported(node: TSESTree.ExportNamedDeclaration): void {
    if (node.source) return;
    for (const { local, exportKind } of node.specifiers) {
      if (exportKind === 'type' || node.exportKind === 'type') this.#readsType(local);
      else this.#readsEither(local);
    }
  }

  /** A name in small letters is a tag of HTML. */
  #element(name: TSESTree.JSXTagNameExpression): void {
    const first = name.type === 'JSXIdentifier' ? (name.name[0] ?? '') : undefined;
    if (first === undefined || first.toUpperCase() === first || (name.type === 'JSXIdentifier' && name.name === 'this')) this.#visit(name);
  }

  /** JSX is compiled to calls of React, once it is in reach. */
  #refersToReact(): void {
    for (let scope = this.#scope; scope && !this.#knowsReact; scope = scope.upper ?? undefined) {
      const name = scope.find('React')?.identifiers[0];
      if (!name) continue;
      scope.refer(new Reference(name, scope, 'value'));
      this.#knowsReact = true;
    }
  }

  #enum(node: TSESTree.TSEnumDeclaration): void {
    this.#define(node.id, 'TSEnumName', node);
    this.#nest('tsEnum', node);
    for (const member of node.body.members) {
      const { id } = member;
      const text = textOf(id);
      if (id.type === 'Identifier') this.#define(id, 'TSEnumMemberName', member);
      else if (text !== undefined) this.#current.define(text, undefined, { type: 'TSEnumMemberName', name: id, node: member, parent: null });
      this.#visit(member.initializer);
    }
    this.#close(node);
  }

  // --- functions and classes -----------------------------------------------------------------------------------------------

  #function(node: FunctionLike): void {
    if (node.type === 'FunctionExpression') this.#ownName(node);
    else if (node.id) this.#define(node.id, 'FunctionName', node);
    this.#nest('function', node);
    for (const parameter of node.params) {
      this.#parameter(node, parameter);
      this.#visitAll(parameter.decorators);
    }
    this.#visitType(node.returnType);
    this.#visitType(node.typeParameters);
    if (node.body?.type === 'BlockStatement') this.#visitAll(node.body.body);
    else this.#visit(node.body);
    this.#close(node);
  }

  #method(node: TSESTree.FunctionExpression): void {
    this.#ownName(node);
    for (const parameter of node.params) this.#visitAll(parameter.decorators);
    this.#nest('function', node);
    for (const parameter of node.params) this.#parameter(node, parameter);
    this.#visitType(node.returnType);
    this.#visitType(node.typeParameters);
    this.#visitAll(node.body.body);
    this.#close(node);
  }

  /** The name of a function expression is known inside only. */
  #ownName(node: TSESTree.FunctionExpression): void {
    if (!node.id) return;
    this.#nest('function-expression-name', node);
    this.#define(node.id, 'FunctionName', node);
  }

  #parameter(node: FunctionLike, parameter: TSESTree.Parameter): void {
    this.#pattern(parameter, (name, defaults) => {
      this.#define(name, 'Parameter', node);
      this.#writesDefaults(name, defaults, true);
    });
    const own = parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter;
    this.#visitType(own.type === 'AssignmentPattern' ? own.left.typeAnnotation : own.typeAnnotation);
  }

  #class(node: ClassLike): void {
    if (node.type === 'ClassDeclaration' && node.id) this.#define(node.id, 'ClassName', node);
    this.#visitAll(node.decorators);
    this.#nest('class', node);
    // Inside, the name is another variable.
    if (node.id) this.#define(node.id, 'ClassName', node);
    this.#visit(node.superClass);
    this.#visitType(node.typeParameters);
    this.#visitType(node.superTypeArguments);
    for (const type of node.implements) this.#visitType(type);
    for (const member of node.body.body) this.#member(member);
    this.#close(node);
  }

  #member(node: TSESTree.ClassElement): void {
    switch (node.type) {
      case 'MethodDefinition':
        if (node.computed) this.#visit(node.key);
        if (node.value.type === 'FunctionExpression') this.#method(node.value);
        else this.#visit(node.value);
        this.#visitAll(node.decorators);
        return;
      case 'StaticBlock':
        this.#nest('class-static-block', node);
        this.#visitAll(node.body);
        this.#close(node);
        return;
      case 'TSIndexSignature':
        this.#visitType(node);
        return;
      case 'TSAbstractMethodDefinition':
        this.#field(node);
        return;
      default:
        this.#field(node);
        this.#visitType(node.typeAnnotation);
        return;
    }
  }

  #field(node: Field): void {
    if (node.computed) this.#visit(node.key);
    const isInitialised = node.type === 'PropertyDefinition' || node.type === 'AccessorProperty';
    if (node.value && isInitialised) this.#nest('class-field-initializer', node.value);
    this.#visit(node.value);
    if (node.value && isInitialised) this.#close(node.value);
    this.#visitAll(node.decorators);
  }

  // --- patterns ------------------------------------------------------------------------------------------------------------

  /** The names that a pattern binds, then what stands in it: defaults and computed keys. */
  #pattern(node: Node, onName: OnName): void {
    if (node.type === 'Identifier') {
      onName(node, NO_DEFAULTS);
      return;
    }
    const inside: Node[] = [];
    this.#bound(node, onName, NO_DEFAULTS, inside);
    this.#visitAll(inside);
  }

  #names(node: Node, onName: OnName): void {
    this.#bound(node, onName, NO_DEFAULTS, []);
  }

  #bound(node: Node | null, onName: OnName, defaults: Defaults, inside: Node[]): void {
    if (!node) return;
    switch (node.type) {
      case 'Decorator':
      case 'TSTypeAnnotation':
        return;
      case 'Identifier':
        onName(node, defaults);
        return;
      case 'ArrayPattern':
      case 'ArrayExpression':
        for (const element of node.elements) this.#bound(element, onName, defaults, inside);
        return;
      case 'AssignmentPattern':
      case 'AssignmentExpression':
        this.#bound(node.left, onName, [...defaults, node], inside);
        inside.push(node.right);
        return;
      case 'CallExpression':
        inside.push(...node.arguments);
        this.#bound(node.callee, onName, defaults, inside);
        return;
      case 'MemberExpression':
        if (node.computed) inside.push(node.property);
        inside.push(node.object);
        return;
      case 'Property':
        if (node.computed) inside.push(node.key);
        this.#bound(node.value, onName, defaults, inside);
        return;
      case 'RestElement':
      case 'SpreadElement':
        this.#bound(node.argument, onName, defaults, inside);
        return;
      default:
        forEachChild(node, child => this.#bound(child, onName, defaults, inside));
        return;
    }
  }

  // --- types ---------------------------------------------------------------------------------------------------------------

  readonly #visitChildType = (node: Node): void => this.#visitType(node);

  #visitType(node: Node | null | undefined): void {
    if (!node) return;
    switch (node.type) {
      case 'Identifier':
        this.#readsType(node);
        return;
      case 'MemberExpression':
        this.#visitType(node.object);
        return;
      case 'TSQualifiedName':
        this.#visitType(node.left);
        return;
      case 'TSCallSignatureDeclaration':
      case 'TSConstructorType':
      case 'TSConstructSignatureDeclaration':
      case 'TSFunctionType':
        this.#functionType(node);
        return;
      case 'TSMethodSignature':
        if (node.computed) this.#visit(node.key);
        this.#functionType(node);
        return;
      case 'TSPropertySignature':
        if (node.computed) this.#visit(node.key);
        this.#visitType(node.typeAnnotation);
        return;
      case 'TSConditionalType':
        this.#nest('conditionalType', node);
        this.#visitType(node.checkType);
        this.#visitType(node.extendsType);
        this.#visitType(node.trueType);
        this.#close(node);
        this.#visitType(node.falseType);
        return;
      case 'TSImportType':
        this.#visitType(node.typeArguments);
        return;
      case 'TSIndexSignature':
        for (const parameter of node.parameters) if (parameter.type === 'Identifier') this.#visitType(parameter.typeAnnotation);
        this.#visitType(node.typeAnnotation);
        return;
      case 'TSInferType':
        this.#define(node.typeParameter.name, 'Type', node.typeParameter, undefined, this.#scopeOfInferred());
        this.#visitType(node.typeParameter.constraint);
        return;
      case 'TSInterfaceDeclaration':
      case 'TSTypeAliasDeclaration':
        this.#typeDeclaration(node);
        return;
      case 'TSMappedType':
        this.#nest('mappedType', node);
        this.#define(node.key, 'Type', node);
        this.#visitType(node.constraint);
        this.#visitType(node.nameType);
        this.#visitType(node.typeAnnotation);
        this.#close(node);
        return;
      case 'TSNamedTupleMember':
        this.#visitType(node.elementType);
        return;
      case 'TSTypeParameter':
        this.#define(node.name, 'Type', node);
        this.#visitType(node.constraint);
        this.#visitType(node.default);
        return;
      case 'TSTypePredicate':
        if (node.parameterName.type !== 'TSThisType') this.#reads(node.parameterName);
        this.#visitType(node.typeAnnotation);
        return;
      case 'TSTypeQuery': {
        const name = firstOf(node.exprName);
        if (node.exprName.type === 'TSImportType') this.#visitType(node.exprName);
        else if (name.type === 'Identifier') this.#reads(name);
        this.#visitType(node.typeArguments);
        return;
      }
      default:
        forEachChild(node, this.#visitChildType);
        return;
    }
  }

  #functionType(node: FunctionType): void {
    this.#nest('functionType', node);
    this.#visitType(node.typeParameters);
    for (const parameter of node.params) {
      const visited: Node[] = [];
      this.#names(parameter, name => {
        this.#define(name, 'Parameter', node);
        if (!name.typeAnnotation) return;
        this.#visitType(name.typeAnnotation);
        visited.push(name);
      });
      // Of a pattern, the annotation is its own.
      if (visited.length === 0 && 'typeAnnotation' in parameter) this.#visitType(parameter.typeAnnotation);
    }
    this.#visitType(node.returnType);
    this.#close(node);
  }

  #typeDeclaration(node: TSESTree.TSInterfaceDeclaration | TSESTree.TSTypeAliasDeclaration): void {
    this.#define(node.id, 'Type', node);
    if (node.typeParameters) this.#nest('type', node);
    this.#visitType(node.typeParameters);
    if (node.type === 'TSInterfaceDeclaration') {
      for (const base of node.extends) this.#visitType(base);
      this.#visitType(node.body);
    } else this.#visitType(node.typeAnnotation);
    if (node.typeParameters) this.#close(node);
  }

  /** `infer T` inside of a function type or mapped type is known in the whole condition. */
  #scopeOfInferred(): Scope {
    let scope: Scope | null = this.#current;
    while (scope?.type === 'functionType' || scope?.type === 'mappedType') scope = scope.upper;
    return scope?.type === 'conditionalType' ? scope : this.#current;
  }
}

/** `a` of `a.b.c`. */
function firstOf(name: Node): Node {
  let first = name;
  while (first.type === 'TSQualifiedName') first = first.left;
  return first;
}

function textOf(node: Node): string | undefined {
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

function isPattern(node: Node): boolean {
  switch (node.type) {
    case 'Identifier':
    case 'ObjectPattern':
    case 'ArrayPattern':
    case 'SpreadElement':
    case 'RestElement':
    case 'AssignmentPattern':
      return true;
    default:
      return false;
  }
}
