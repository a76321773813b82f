import { defineRule, innermost, keyName, memberName, propertyValue, type CodeContext, type TSESTree } from '../../src/rule.js';

const ANNOTATION = 'x-mcp-header';
/** What a header can be called. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TYPES: ReadonlySet<string> = new Set(['string', 'integer', 'boolean']);
/** Where a value is not in one known place of the arguments. */
const NOT_REACHED = /^(?:items|prefixItems|contains|additionalProperties|patternProperties|propertyNames|dependentSchemas|oneOf|anyOf|allOf|not|if|then|else|\$defs|definitions)$/;
const SENSITIVE = /(?:^|_)(?:password|passwd|passphrase|secret|credentials?|api_?key|private_?key|access_?token|refresh_?token|auth_?token|token|ssn|social_security\w*|e_?mail(?:_address)?|phone(?:_number)?|credit_?card\w*|iban)$/;

export default defineRule({
  id: 'use-header-annotations',
  title: 'Parameters that are mirrored in headers',
  clauses: ['x-mcp-header-annotations', 'x-mcp-header-sensitive'],
  words: [ANNOTATION],
  visit(context) {
    const names = new Map<TSESTree.Node, Set<string>>();
    return {
      Property(node) {
        if (keyName(node.key) === ANNOTATION && node.parent.type === 'ObjectExpression') reportAnnotation(context, node, node.parent, names);
      },
    };
  },
});

function reportAnnotation(context: CodeContext, annotation: TSESTree.Property, holder: TSESTree.ObjectExpression, names: Map<TSESTree.Node, Set<string>>): void {
  const place = placeOf(holder);
  if (!place) return;
  const fault = faultOf(context, annotation, place, names);
  if (fault !== undefined)
    context.report(annotation, { clause: 'x-mcp-header-annotations', subject: 'header:invalid', message: `${fault} Clients leave the whole tool out.`, confidence: 'likely' });
  if (SENSITIVE.test(snakeCase(place.property ?? '')))
    context.report(annotation, { clause: 'x-mcp-header-sensitive', subject: 'header:sensitive', message: 'This copies a value that should stay private into a header, which proxies and logs can read.', confidence: 'likely' });
}

/** The schema that an annotation belongs to. */
interface AnnotatedPlace {
  /** The name of the parameter. */
  readonly property: string | undefined;
  /** The `type` of JSON Schema, or the constructor of zod. */
  readonly type: string | undefined;
  readonly reached: boolean;
  /** The whole schema, in which names must differ. */
  readonly root: TSESTree.Node;
}

function placeOf(holder: TSESTree.ObjectExpression): AnnotatedPlace | undefined {
  const call = holder.parent.type === 'CallExpression' && holder.parent.callee.type === 'MemberExpression' && memberName(holder.parent.callee) === 'meta' ? holder.parent : undefined;
  const schema = call ?? holder;
  const steps = stepsAbove(schema);
  if (!steps) return undefined;
  const type = call ? zodType(call) : jsonType(holder);
  return { ...steps, type };
}

/** Up through the properties of the schema to its root. */
function stepsAbove(schema: TSESTree.Node): Pick<AnnotatedPlace, 'property' | 'reached' | 'root'> | undefined {
  let property: string | undefined;
  let reached = true;
  let root: TSESTree.Node = schema;
  for (let n = schema.parent; n && !/Statement$|Declarator$|Function/.test(n.type); n = n.parent) {
    if (n.type !== 'Property') continue;
    const name = keyName(n.key) ?? '';
    if (name === 'inputSchema') break;
    if (property === undefined && name !== 'properties') property = name;
    if (NOT_REACHED.test(name)) reached = false;
    root = n.parent;
  }
  return property === undefined ? undefined : { property, reached, root };
}

function jsonType(schema: TSESTree.ObjectExpression): string | undefined {
  const type = propertyValue(schema, 'type');
  const node = type && innermost(type);
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** `z.number().int().meta(...)`: what the chain begins with, and whether it says that it is whole. */
function zodType(call: TSESTree.CallExpression): string | undefined {
  let whole = false;
  for (let n: TSESTree.Node = call.callee; ; ) {
    if (n.type === 'CallExpression') n = n.callee;
    else if (n.type === 'MemberExpression') {
      const name = memberName(n) ?? '';
      if (name === 'int') whole = true;
      if (n.object.type === 'Identifier') return name === 'number' ? (whole ? 'integer' : 'number') : name === 'enum' || name === 'literal' || name === 'url' || name === 'email' || name === 'uuid' ? 'string' : name === 'int' ? 'integer' : name;
      n = n.object;
    } else return undefined;
  }
}

function faultOf({ file, mcp }: CodeContext, annotation: TSESTree.Property, place: AnnotatedPlace, names: Map<TSESTree.Node, Set<string>>): string | undefined {
  if (!place.reached) return 'This parameter is not always in the same place of the arguments, so it cannot be mirrored in a header.';
  if (place.type === undefined || !TYPES.has(place.type)) return `Only texts, whole numbers and booleans can be mirrored in a header${place.type === undefined ? '' : `, and this is of the type ${place.type}`}.`;
  const name = mcp.text(file, annotation.value);
  if (name === undefined) return undefined;
  if (!TOKEN.test(name)) return `A header cannot be called “${name}”.`;
  const taken = names.get(place.root) ?? new Set<string>();
  names.set(place.root, taken);
  if (taken.has(name.toLowerCase())) return `Another parameter’s header is called “${name}” too.`;
  taken.add(name.toLowerCase());
  return undefined;
}

function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
