import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../../files/kinds.js';
import { keyName, propertyValue } from '../../mcp/exports.js';
import { indexOf, innermost, outermost } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import type { SourceFile } from '../../parse/source.js';
import { walkTree } from '../../parse/walk.js';
import type { Pass, PassFile } from '../pass.js';
import { indentAt, shifted } from '../text.js';
import { CONTEXT_WORDS, grouped, placeOf, type ShapedMember } from './context-shape.js';
import { hasContext } from './own-context-types.js';
import { requestType } from './request-type.js';

/** Names that only a context has. */
const TELLING = new Set(['sendRequest', 'sendNotification', 'requestInfo', 'closeSSEStream', 'closeStandaloneSSEStream']);
const KEPT = new Set(['sessionId', 'taskId', 'taskStore', 'taskRequestedTtl']);

/** Contexts that are written out: those that tests pass to handlers, and those that helpers make. */
export const contextDoubles: Pass = {
  id: 'context-doubles',
  words: CONTEXT_WORDS,
  rewrite(pass) {
    const doubles = doublesIn(pass.mcp, pass.file);
    for (const node of doubles) reshape(pass, node);
    readsOfDoubles(pass);
  },
};

const known = new WeakMap<McpModel, Map<SourceFile, ReadonlySet<TSESTree.ObjectExpression>>>();

function doublesIn(mcp: McpModel, file: SourceFile): ReadonlySet<TSESTree.ObjectExpression> {
  const files = known.get(mcp) ?? new Map<SourceFile, ReadonlySet<TSESTree.ObjectExpression>>();
  known.set(mcp, files);
  const found = files.get(file);
  if (found) return found;
  const doubles = new Set<TSESTree.ObjectExpression>();
  files.set(file, doubles);
  if (!CONTEXT_WORDS.test(file.text)) return doubles;
  walkTree(file.program, node => {
    if (node.type === 'ObjectExpression' && isDouble(mcp, file, node)) doubles.add(node);
  });
  return doubles;
}

function isDouble(mcp: McpModel, file: SourceFile, node: TSESTree.ObjectExpression): boolean {
  const keys = node.properties.flatMap(p => (p.type === 'Property' && !p.computed ? [keyName(p.key) ?? ''] : []));
  if (!keys.some(k => placeOf(k)) || keys.includes('mcpReq')) return false;
  if (declared(mcp, file, node) || passed(mcp, file, node)) return true;
  const foreign = keys.filter(k => !placeOf(k) && !KEPT.has(k));
  return zoneOf(file.path) === 'test' && foreign.length === 0 && (keys.some(k => TELLING.has(k)) || keys.filter(k => placeOf(k)).length > 1) && !isMessageExtra(node);
}

/** `... as RequestHandlerExtra`, `const extra: RequestHandlerExtra = ...`, what a function declares to return. */
function declared(mcp: McpModel, file: SourceFile, node: TSESTree.ObjectExpression): boolean {
  for (let current: TSESTree.Node = node; ; ) {
    const parent = parentOf(current);
    if (parent?.type === 'TSAsExpression' || parent?.type === 'TSSatisfiesExpression' || parent?.type === 'TSTypeAssertion') {
      if (hasContext(mcp.infer.annotations.values(file, parent.typeAnnotation))) return true;
      current = parent;
    } else {
      const type = parent?.type === 'VariableDeclarator' && parent.init === current ? parent.id.typeAnnotation?.typeAnnotation : returnType(parent, current);
      return type !== undefined && hasContext(mcp.infer.annotations.values(file, type));
    }
  }
}

function parentOf(node: TSESTree.Node): TSESTree.Node | undefined {
  return node.parent;
}

function returnType(parent: TSESTree.Node | undefined, current: TSESTree.Node): TSESTree.TypeNode | undefined {
  if (parent?.type === 'ArrowFunctionExpression' && parent.body === current) return parent.returnType?.typeAnnotation;
  if (parent?.type !== 'ReturnStatement') return undefined;
  for (let n: TSESTree.Node | undefined = parent.parent; n; n = n.parent) {
    if (n.type === 'ArrowFunctionExpression' || n.type === 'FunctionDeclaration' || n.type === 'FunctionExpression') return n.returnType?.typeAnnotation;
  }
  return undefined;
}

/** An argument where the function that is called gets a context elsewhere. */
function passed(mcp: McpModel, file: SourceFile, node: TSESTree.ObjectExpression): boolean {
  const whole = outermost(node);
  const call = whole.parent;
  if (call?.type !== 'CallExpression') return false;
  const index = call.arguments.findIndex(a => a === whole);
  if (index === -1) return false;
  return mcp.values(file, innermost(call.callee)).some(({ value }) => value.kind === 'function' && hasContext(mcp.infer.parameters.ofFunction(value.file, value.node, index)));
}

/** What transports hand to `onmessage` keeps its shape. */
function isMessageExtra(node: TSESTree.ObjectExpression): boolean {
  const call = outermost(node).parent;
  return call?.type === 'CallExpression' && call.callee.type === 'MemberExpression' && call.callee.property.type === 'Identifier' && /^(?:onmessage|handleMessage)$/.test(call.callee.property.name);
}

/** `overrides: Record<string, unknown>`, of which nothing can be spread before somebody says that it is an object. */
function isOfUnknown(file: SourceFile, spread: TSESTree.ObjectLiteralElement | undefined): boolean {
  if (spread?.type !== 'SpreadElement' || spread.argument.type !== 'Identifier') return false;
  const declared = file.variableOf(spread.argument)?.defs[0]?.name;
  const annotation = declared && 'typeAnnotation' in declared ? declared.typeAnnotation : undefined;
  return annotation !== undefined && /^:\s*Record<string,\s*unknown>$/.test(file.text.slice(...annotation.range));
}

function reshape(pass: PassFile, node: TSESTree.ObjectExpression): void {
  const { file, editor } = pass;
  const { eol, indent: step } = editor.style;
  const isWide = file.text.slice(...node.range).includes('\n');
  const spread = node.properties.find(p => p.type === 'SpreadElement');
  const base = spread?.type === 'SpreadElement' && spread.argument.type === 'Identifier' ? spread.argument.name : undefined;
  const rows = grouped(node.properties.map(p => shapedProperty(pass, p, isWide ? step : '')));
  const inherited = (group: string): readonly string[] => (base === undefined ? [] : [isOfUnknown(file, spread) ? `...(${base}.${group} as object | undefined)` : `...${base}.${group}`]);
  if (!isWide) {
    editor.replace(node, `{ ${rows.map(r => ('members' in r ? `${r.group}: { ${[...inherited(r.group), ...r.members].join(', ')} }` : r.text)).join(', ')} }`);
    return;
  }
  const outer = indentAt(file.text, node.range[1] - 1);
  const comma = /,\s*\}$/.test(file.text.slice(...node.range)) ? ',' : '';
  const lines = rows.map(r => {
    if (!('members' in r)) return `${outer}${step}${r.text}`;
    return [`${outer}${step}${r.group}: {`, [...inherited(r.group), ...r.members].map(m => `${outer}${step}${step}${m}`).join(`,${eol}`) + comma, `${outer}${step}}`].join(eol);
  });
  editor.replace(node, `{${eol}${lines.join(`,${eol}`)}${comma}${eol}${outer}}`);
}

function shapedProperty({ file }: PassFile, property: TSESTree.Property | TSESTree.SpreadElement, step: string): ShapedMember {
  const lead = file.comments.filter(c => c.range[1] <= property.range[0] && /^\s*$/.test(file.text.slice(c.range[1], property.range[0]))).map(c => `${file.text.slice(...c.range)}${c.block ? ' ' : '\n'}`);
  const text = lead.join('') + file.text.slice(...property.range);
  if (property.type === 'SpreadElement' || property.computed) return { group: undefined, text };
  const place = placeOf(keyName(property.key) ?? '');
  if (!place) return { group: undefined, text };
  if (property.shorthand) {
    const value = file.text.slice(...property.value.range);
    return { group: place.group, text: lead.join('') + (value === place.member ? value : `${place.member}: ${value}`) };
  }
  const before = file.text.slice(property.range[0], property.key.range[0]);
  const value = place.member === 'req' ? requestText(file, property.value) : undefined;
  const after = value === undefined ? file.text.slice(property.key.range[1], property.value.range[0]) + shifted(file, property.value, step) : `: ${value}`;
  return { group: place.group, text: `${lead.join('')}${before}${place.member}${after}` };
}

/** `{ headers: {...} }` stands for a request, whose headers are asked for by `get`. */
function requestText(file: SourceFile, value: TSESTree.Node): string | undefined {
  const inner = innermost(value);
  if (inner.type !== 'ObjectExpression') return undefined;
  const headers = propertyValue(inner, 'headers');
  const init = headers ? `, { headers: ${file.text.slice(...headers.range)} }` : '';
  return `new ${requestType(file)}('http://localhost/'${init})`;
}

/** What is asked of a double follows it. */
function readsOfDoubles(pass: PassFile): void {
  const { file, mcp, editor } = pass;
  for (const [name, uses] of indexOf(file).members) {
    const place = placeOf(name);
    for (const use of place ? uses : []) {
      if (use.object.type === 'Super' || use.computed) continue;
      const values = mcp.values(file, use.object);
      if (hasContext(values) || !values.some(({ value }) => value.kind === 'object' && doublesIn(mcp, value.file).has(value.node))) continue;
      editor.replace(use.property, (place?.path ?? name).replace('?.', zoneOf(file.path) === 'test' ? '.' : '?.'));
    }
  }
}
