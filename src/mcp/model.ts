import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';
import { indexOf, innermost, memberName } from './file-index.js';
import { Inference } from './infer.js';
import { isWrapperType, nameOfType, sdk } from './sdk.js';
import type { SdkTypeId } from './sdk-map.js';
import { step, type Known, type Step } from './values.js';

export type Confidence = 'certain' | 'likely' | 'possible';

/** A member of an SDK object, asked for at a place. */
export interface SdkUse {
  /** The receiver's type, such as `sdk#McpServer`. */
  readonly owner: SdkTypeId;
  readonly member: string;
  readonly because: Step | undefined;
  readonly confidence: Confidence;
}

/** Member names that only servers of the SDK have: enough to recognise a receiver that nothing else tells about. */
const TELLING_MEMBERS = new Set([
  'registerTool',
  'registerResource',
  'registerPrompt',
  'setRequestHandler',
  'setNotificationHandler',
  'sendLoggingMessage',
  'sendToolListChanged',
  'sendResourceListChanged',
  'sendPromptListChanged',
  'sendResourceUpdated',
  'elicitInput',
  'getClientCapabilities',
  'getClientVersion',
  'oninitialized',
]);

/** Requests that only clients answer. */
const OF_CLIENTS = /^(?:CreateMessage|Elicit|ListRoots)Request/;

let last: McpModel | undefined;

/** The model of a project, which several ask in turn. Only the last one is kept: a migration goes from one state of a project to the next. */
export function modelOf(project: Project): McpModel {
  if (last?.project !== project) last = new McpModel(project);
  return last;
}

/** Rules ask this what a value is. One per project. */
export class McpModel {
  readonly infer: Inference;

  constructor(readonly project: Project) {
    this.infer = new Inference(project);
  }

  values(file: SourceFile, node: TSESTree.Node | null | undefined): readonly Known[] {
    return this.infer.values(file, node);
  }

  /** The SDK types that an expression can be an instance of. */
  types(file: SourceFile, node: TSESTree.Node): readonly { readonly type: SdkTypeId; readonly because: Step | undefined }[] {
    return this.values(file, node).flatMap(({ value, because }) => (value.kind === 'sdk' ? [{ type: value.type, because }] : []));
  }

  text(file: SourceFile, node: TSESTree.Node): string | undefined {
    return this.infer.text(file, node);
  }

  /** `server.createMessage`: whose member is it? Undefined for anything that is not the SDK's. */
  member(file: SourceFile, node: TSESTree.MemberExpression): SdkUse | undefined {
    const name = memberName(node);
    if (name === undefined || node.object.type === 'Super') return undefined;
    const values = this.values(file, node.object);
    for (const { value, because } of values) {
      if (value.kind === 'sdk' && sdk().member(value.type, name)) return { owner: value.type, member: name, because: step(file, node, 'member', because), confidence: confidenceOf(value.type) };
    }
    return values.length === 0 || values.every(k => k.value.kind === 'global') ? this.#guess(file, node, name) : undefined;
  }

  /** A call of an SDK method: through a member, or through a name that holds the method. */
  call(file: SourceFile, node: TSESTree.CallExpression): SdkUse | undefined {
    const callee = innermost(node.callee);
    if (callee.type === 'MemberExpression') {
      const use = this.member(file, callee);
      if (use) return use;
    }
    if (callee.type === 'Super') return undefined;
    for (const { value, because } of this.values(file, callee)) {
      if (value.kind === 'sdk-method') return { owner: value.owner, member: value.member, because: step(file, node, 'member', because), confidence: confidenceOf(value.owner) };
    }
    return undefined;
  }

  /** The SDK class that `new` constructs. `named` says which class names are wanted, so that others cost nothing. */
  constructed(file: SourceFile, node: TSESTree.NewExpression, named?: RegExp): { readonly type: SdkTypeId; readonly because: Step } | undefined {
    if (named && !mayBeNamed(file, node.callee, named)) return undefined;
    for (const { value, because } of this.values(file, node.callee)) {
      if (value.kind === 'sdk-export' && value.what === 'class') return { type: value.id, because: step(file, node, 'new', because) };
    }
    return undefined;
  }

  newExpressions(file: SourceFile): readonly TSESTree.NewExpression[] {
    return indexOf(file).news;
  }

  /** A class that extends McpAgent, or that class itself. */
  agentClass(file: SourceFile, node: TSESTree.Node): { readonly because: Step | undefined; readonly confidence: Confidence } | undefined {
    for (const { value, because } of this.infer.expand(this.values(file, node))) {
      if (value.kind === 'sdk-export' && value.id === 'agents#McpAgent') return { because, confidence: 'likely' };
      if (value.kind !== 'class') continue;
      const base = this.infer.instancesOf(value.file, value.node).find(k => k.value.kind === 'sdk' && k.value.type === 'agents#McpAgent');
      if (base) return { because: base.because, confidence: 'likely' };
    }
    return undefined;
  }

  /** The id of the SDK export that an expression is, such as `sdk#isInitializeRequest`. */
  export(file: SourceFile, node: TSESTree.Node, named?: RegExp): { readonly id: SdkTypeId; readonly name: string; readonly because: Step | undefined } | undefined {
    if (named && !mayBeNamed(file, node, named)) return undefined;
    for (const { value, because } of this.values(file, node)) if (value.kind === 'sdk-export') return { id: value.id, name: nameOfType(value.id), because };
    return undefined;
  }

  /** An untyped receiver: the schema it is given, or a member that only servers have, tells what it is. */
  #guess(file: SourceFile, node: TSESTree.MemberExpression, name: string): SdkUse | undefined {
    if (!TELLING_MEMBERS.has(name) || this.#isOfOtherPackage(file, node.object)) return undefined;
    const owner = name === 'registerTool' || name === 'registerResource' || name === 'registerPrompt' ? 'sdk#McpServer' : 'sdk#Server';
    const call = node.parent.type === 'CallExpression' && node.parent.callee === node ? node.parent : undefined;
    const argument = call?.arguments[0];
    const evidence = argument && argument.type !== 'SpreadElement' && /^set\w+Handler$/.test(name) ? this.export(file, argument) : undefined;
    if (evidence) return { owner: OF_CLIENTS.test(evidence.name) ? 'sdk#Client' : owner, member: name, because: step(file, node, 'argument', evidence.because), confidence: 'certain' };
    return { owner, member: name, because: step(file, node, 'name'), confidence: this.#isOpenParameter(file, node.object) ? 'likely' : 'possible' };
  }

  /** `bridge: AppBridge`, with the type from a package that is none of the SDK: it has members of the same names. */
  #isOfOtherPackage(file: SourceFile, node: TSESTree.Node): boolean {
    const declared = node.type === 'Identifier' ? file.variableOf(node)?.defs[0]?.name : undefined;
    const type = declared?.type === 'Identifier' ? declared.typeAnnotation?.typeAnnotation : undefined;
    if (type?.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return false;
    const { name } = type.typeName;
    const source = file.program.body.flatMap(s => (s.type === 'ImportDeclaration' && s.specifiers.some(i => i.local.name === name) ? [s.source.value] : []))[0];
    return source !== undefined && !/^(?:[.~#]|@\/|@modelcontextprotocol\/(?:sdk|server|client|core)\b)/.test(source) && this.project.resolve(file.path, source) === undefined;
  }

  /** A parameter that no call in sight fills. */
  #isOpenParameter(file: SourceFile, node: TSESTree.Node): boolean {
    const root = node.type === 'MemberExpression' ? node.object : node;
    return root.type === 'Identifier' && file.variableOf(root)?.defs[0]?.type === 'Parameter';
  }
}

/** Whether an expression can stand for an export of such a name. Only variables and parameters hide the name of what they hold. */
function mayBeNamed(file: SourceFile, node: TSESTree.Node, named: RegExp): boolean {
  const inner = innermost(node);
  if (inner.type === 'MemberExpression') {
    const name = memberName(inner);
    return name === undefined || named.test(name);
  }
  if (inner.type !== 'Identifier') return true;
  const definition = file.variableOf(inner)?.defs[0];
  if (!definition) return named.test(inner.name);
  switch (definition.node.type) {
    case 'ImportSpecifier': {
      const { imported } = definition.node;
      return named.test(imported.type === 'Identifier' ? imported.name : imported.value);
    }
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return false;
    case 'VariableDeclarator':
      return definition.node.init?.type !== 'ArrowFunctionExpression' && definition.node.init?.type !== 'FunctionExpression';
    default:
      return true;
  }
}

function confidenceOf(type: SdkTypeId): Confidence {
  return isWrapperType(type) ? 'likely' : 'certain';
}
