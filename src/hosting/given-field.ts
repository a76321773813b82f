import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../mcp/exports.js';
import { enclosingClass, indexOf, innermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { contains } from '../mcp/nodes.js';
import type { ClassNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { callOn } from './closure.js';

/** A field that is what the constructor got: `this.server = server`, or a parameter that is a field itself. */
export interface GivenField {
  readonly cls: ClassNode;
  readonly name: string;
  /** The parameter, and its place. */
  readonly parameter: TSESTree.Identifier;
  readonly index: number;
  readonly constructor: TSESTree.FunctionExpression;
  /** `this.server = server`; undefined where the parameter is the field. */
  readonly assignment?: TSESTree.AssignmentExpression;
  readonly property?: TSESTree.PropertyDefinition;
  /** `this.server`, other than where it is assigned. */
  readonly uses: readonly TSESTree.MemberExpression[];
}

export function givenField(file: SourceFile, cls: ClassNode, name: string): GivenField | undefined {
  const member = cls.body.body.find(m => m.type === 'MethodDefinition' && m.kind === 'constructor');
  const constructor = member?.type === 'MethodDefinition' && member.value.type === 'FunctionExpression' ? member.value : undefined;
  const property = cls.body.body.find((m): m is TSESTree.PropertyDefinition => m.type === 'PropertyDefinition' && keyName(m.key) === name);
  if (!constructor || property?.value) return undefined;
  const all = (indexOf(file).members.get(name) ?? []).filter(m => m.object.type === 'ThisExpression' && enclosingClass(m) === cls);
  const written = all.filter(m => m.parent.type === 'AssignmentExpression' && m.parent.left === m);
  const uses = all.filter(m => !written.includes(m));
  const index = constructor.params.findIndex(p => p.type === 'TSParameterProperty' && p.parameter.type === 'Identifier' && p.parameter.name === name);
  const own = constructor.params[index];
  if (own?.type === 'TSParameterProperty' && own.parameter.type === 'Identifier') return written.length === 0 ? { cls, name, parameter: own.parameter, index, constructor, uses } : undefined;
  const [only, another] = written;
  const assignment = only?.parent.type === 'AssignmentExpression' ? only.parent : undefined;
  const given = assignment?.right.type === 'Identifier' ? file.variableOf(assignment.right)?.defs[0] : undefined;
  const at = constructor.params.findIndex(p => p === given?.name);
  const parameter = constructor.params[at];
  if (another || !assignment || parameter?.type !== 'Identifier' || !constructor.body.body.some(s => s.type === 'ExpressionStatement' && s.expression === assignment)) return undefined;
  return { cls, name, parameter, index: at, constructor, assignment, uses, ...(property && { property }) };
}

/** `new HttpHost(server)`, where the class connects what it is given. */
export function isConnectedByClass(mcp: McpModel, file: SourceFile, argument: TSESTree.Node): boolean {
  const made = argument.parent;
  if (made?.type !== 'NewExpression' || made.callee === argument) return false;
  const index = made.arguments.findIndex(a => innermost(a) === argument);
  const classes = mcp.values(file, made.callee).flatMap(({ value }) => (value.kind === 'class' ? [value] : []));
  return classes.length > 0 && classes.every(({ file: home, node: cls }) => {
    const names = new Set([...indexOf(home).members].flatMap(([name, members]) => (members.some(m => contains(cls, m) && callOn(m, /^connect$/)) ? [name] : [])));
    return [...names].some(name => givenField(home, cls, name)?.index === index);
  });
}
