import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import { indentAt, reindented, withComments } from '../edits/indent.js';
import { keyName } from '../mcp/exports.js';
import { enclosingClass, enclosingFunction, innermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { contains } from '../mcp/nodes.js';
import { isFunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { awaits, callOn, closureOf, closingStatement, rootOf, lineOf, type Closure } from './closure.js';
import { factoryOfClass, isField } from './classes.js';
import { adaptTests, isConnectedBy } from './consumers.js';
import type { Draft } from './draft.js';
import { endingOf, waitForInputToEnd } from './ending.js';
import { isObstacle, obstacle, type Handover, type Obstacle, type Origin, type OriginContext } from './obstacle.js';
import { factoryOfCall, variableName, writeFactory, type Factory } from './factory.js';
import { isFresh } from './fresh.js';
import { keepStateOutside } from './kept-state.js';
import { givenField, type GivenField } from './given-field.js';

/** Where the server that is connected comes from, turned into a function that makes a new one. `own` are the calls of connect that will be rewritten. */
export function originOf(context: OriginContext, file: SourceFile, server: TSESTree.Node, own: readonly Handover[]): Origin | Obstacle {
  const node = innermost(server);
  if (node.type === 'Identifier') return ofName(context, file, node, own);
  if (isField(node)) return ofGivenField(context, file, node, own) ?? factoryOfClass(context, file, node, own);
  if ((node.type === 'CallExpression' || node.type === 'NewExpression') && isFresh(context.mcp, file, node)) return { factory: factoryOfCall(context.mcp, file, node), closers: [], notes: [] };
  return ofInstance(context, file, node) ?? obstacle('Where the server comes from is not understood: it is not made in a way that can be repeated.');
}

/** `kit.getServer()`, where `const kit = new Kit()` is used for nothing else: a kit for each server. */
function ofInstance({ mcp, draft, oneAtATime }: OriginContext, file: SourceFile, server: TSESTree.Node): Origin | undefined {
  const root = rootOf(server);
  const variable = root?.type === 'Identifier' ? file.variableOf(root) : undefined;
  const declarator = variable?.defs[0]?.node;
  if (!root || !variable || !oneAtATime || declarator?.type !== 'VariableDeclarator' || declarator.id.type !== 'Identifier' || !declarator.init || declarator.parent.declarations.length > 1) return undefined;
  const made = innermost(declarator.init);
  const classes = made.type === 'NewExpression' ? mcp.values(file, made).flatMap(k => (k.value.kind === 'instance' ? [k.value] : [])) : [];
  if (made.type !== 'NewExpression' || classes.length === 0 || classes.some(c => /\bprocess\.on|\bsetInterval\(|\.listen\(/.test(c.file.text)) || variable.references.some(r => r.init !== true && r.identifier !== root)) return undefined;
  const fileDraft = draft.of(file);
  const call = `${file.text.slice(...made.range)}${file.text.slice(root.range[1], server.range[1])}`;
  fileDraft.editor.removeStatement(declarator.parent);
  fileDraft.gone(declarator.parent, [made]);
  return { factory: { expression: `() => ${call}`, call, isAsync: false }, closers: [], notes: [] };
}

function ofName(context: OriginContext, file: SourceFile, name: TSESTree.Identifier, own: readonly Handover[]): Origin | Obstacle {
  const variable = file.variableOf(name);
  const definition = variable?.defs[0];
  if (!variable || !definition) return obstacle(`${name.name} is not declared in this file.`);
  if (definition.type === 'Parameter') return ofParameter(context, file, variable, own);
  if (definition.type === 'ImportBinding') return ofImport(context, file, name, variable, own);
  if (definition.node.type !== 'VariableDeclarator') return obstacle(`${name.name} is declared in a way that is not understood.`);
  return ofDeclarator(context, file, variable, definition.node, own);
}

function ofDeclarator(context: OriginContext, file: SourceFile, variable: Variable, declarator: TSESTree.VariableDeclarator, own: readonly Handover[]): Origin | Obstacle {
  const { mcp } = context;
  if (!declarator.init) return obstacle(`${variable.name} is filled later than it is declared. Make the server in a function that returns it.`);
  if (declarator.id.type !== 'Identifier') return ofPattern(context, file, variable, declarator, own);
  if (!isFresh(mcp, file, declarator.init)) return obstacle(`${variable.name} comes from code that may give the same server twice.`);
  const closure = closureOf(file, variable, declarator, { own, oneAtATime: context.oneAtATime, isGiven: node => isConnectedBy(mcp, file, node) });
  if (isObstacle(closure)) return closure;
  const blocked = exportObstacle(mcp, file, variable, closure);
  if (blocked) return blocked;
  return write(context, file, closure, own);
}

function write({ mcp, draft, oneAtATime }: OriginContext, file: SourceFile, closure: Closure, own: readonly Handover[]): Origin | Obstacle {
  const obstacleInside = processEffect(closure, file) ?? (oneAtATime ? undefined : keeperOf(closure, file));
  if (obstacleInside) return obstacleInside;
  const [other] = closure.connects;
  if (other && closure.senders.length > 0) return obstacle(`Line ${lineOf(file, other)} connects the same server to something else, so code outside of requests cannot tell which client it speaks to.`);
  const sync = closure.isAsync ? closure.given.find(g => enclosingFunction(g)?.async === false) : undefined;
  if (sync) return obstacle(`Line ${lineOf(file, sync)} gives the server away in a function that does not wait, and making another one takes waiting.`);
  const fileDraft = draft.of(file);
  for (const ending of closure.endings) waitForInputToEnd(fileDraft, ending);
  const made = writeFactory(mcp, fileDraft, closure);
  const notes = oneAtATime || closure.moved.length > 1 || !closure.declarator.init ? [] : keepStateOutside(mcp, draft, file, closure.declarator.init);
  for (const connect of closure.connects) replaceReceiver(fileDraft, connect, made);
  for (const given of closure.given) fileDraft.replace(given, made.isAsync ? `await ${made.call}` : made.call);
  const factory = closure.late.length > 0 ? withLate(fileDraft, variableName(closure), closure.late, made, own) : made;
  return { factory, closers: closure.closers.map(node => ({ file, node })), notes };
}

/** What must not happen once per client, inside of what moves. */
function processEffect(closure: Closure, file: SourceFile): Obstacle | undefined {
  for (const statement of closure.moved) {
    if (endingOf(file, statement)?.ends === true)
      return obstacle(`The onclose at line ${lineOf(file, statement)} ends the process. A server that only answered a probe is closed too: end the process where the input ends.`, 'factory-side-effect');
  }
  return undefined;
}

/** `const registry = new Registry(server)` that tools use: what it keeps would be gone after each request. */
function keeperOf({ moved, declarator }: Closure, file: SourceFile): Obstacle | undefined {
  for (const statement of moved) {
    if (statement.type !== 'VariableDeclaration') continue;
    for (const { id, init } of statement.declarations) {
      if (init?.type !== 'NewExpression' || id.type !== 'Identifier' || id === declarator.id) continue;
      const use = file.variableOf(id)?.references.find(r => r.init !== true && isInFunction(r.identifier, moved));
      if (use) return obstacle(`${id.name} (line ${lineOf(file, statement)}) holds the server, and is used while requests are served: what it keeps would be gone after each. Keep that apart from the server.`);
    }
  }
  return undefined;
}

function isInFunction(node: TSESTree.Node, moved: readonly TSESTree.Node[]): boolean {
  for (let n: TSESTree.Node | undefined = node; n && !moved.includes(n); n = n.parent) if (isFunctionNode(n)) return true;
  return false;
}

/** Another connection gets a server of its own. */
function replaceReceiver(draft: { replace: (node: TSESTree.Node, text: string) => void }, connect: TSESTree.CallExpression, factory: Factory): void {
  if (connect.callee.type !== 'MemberExpression') return;
  draft.replace(connect.callee.object, factory.isAsync ? `(await ${factory.call})` : factory.call);
}

/** Statements that need what only the connecting function knows: a second function around the first. */
function withLate(draft: ReturnType<Draft['of']>, name: string, late: readonly TSESTree.Statement[], made: Factory, own: readonly Handover[]): Factory {
  const { file, editor } = draft;
  const { eol, indent, semicolon } = editor.style;
  const [site] = own;
  const base = indentAt(file, site?.range[0] ?? 0);
  const inner = base + indent;
  const isAsync = made.isAsync || late.some(s => /\bawait\b/.test(editor.text(s)));
  const lines = late.map(s => inner + reindented(file, s.range, inner));
  for (const statement of late) editor.removeStatement(statement);
  const text = `${isAsync ? 'async ' : ''}() => {${eol}${inner}const ${name} = ${made.isAsync ? 'await ' : ''}${made.call}${semicolon}${eol}${lines.join(eol)}${eol}${inner}return ${name}${semicolon}${eol}${base}}`;
  return { expression: text, call: `(${text})()`, isAsync };
}

/** Files that import the one server would go on using it. */
function exportObstacle(mcp: McpModel, file: SourceFile, variable: Variable, closure: Closure): Obstacle | undefined {
  if (closure.exports.length === 0) return undefined;
  const elsewhere = mcp.infer.references.ofVariable(file, variable, 'all').find(p => p.file !== file);
  if (elsewhere) return obstacle(`${elsewhere.file.path} imports ${variable.name}. Make that code take the server as a parameter.`);
  const test = mcp.project.tree.files.find(f => f.kind === 'code' && f.path !== file.path && !mcp.project.importersOf(file.path).includes(f.path) && mcp.project.specifiers(f.path).some(s => mcp.project.resolve(f.path, s) === file.path) && mcp.project.hasWord(f.path, variable.name));
  return test ? obstacle(`${test.path} imports ${variable.name}. Let the tests make a server of their own first.`) : undefined;
}

/** `const { server, cleanup } = createServer()`: what else was made belongs to this one server, and ends with it. */
function ofPattern(context: OriginContext, file: SourceFile, variable: Variable, declarator: TSESTree.VariableDeclarator, own: readonly Handover[]): Origin | Obstacle {
  const { mcp, draft } = context;
  const { id, init } = declarator;
  const property = id.type === 'ObjectPattern' ? id.properties.find(p => p.type === 'Property' && p.value.type === 'Identifier' && file.variableOf(p.value) === variable) : undefined;
  if (id.type !== 'ObjectPattern' || property?.type !== 'Property' || property.key.type !== 'Identifier' || !init || !isFresh(mcp, file, init)) return obstacle(`${variable.name} is taken out of something that is not understood.`);
  const closers: TSESTree.CallExpression[] = [];
  const setUp: TSESTree.ExpressionStatement[] = [];
  for (const { identifier, init: isInit } of variable.references) {
    const call = callOn(identifier, /^(?:connect|close)$/);
    if (isInit === true || (call && own.includes(call.node)) || isWithEnd(identifier, own)) continue;
    const statement = call ? undefined : setupStatement(identifier, own);
    if (statement) setUp.push(statement);
    else if (call?.name === 'close') closers.push(call.node);
    else return obstacle(`${variable.name} is used at line ${lineOf(file, identifier)} after it was made.`);
  }
  if (setUp.length > 0) return ofSetUpPattern(context, file, variable, declarator, own, [...new Set(setUp)], closers);
  const cleanup = cleanupOf(file, id, property);
  if (typeof cleanup === 'string') return obstacle(cleanup, 'session-lifecycle');
  const fileDraft = draft.of(file);
  const { eol, indent, semicolon } = fileDraft.editor.style;
  fileDraft.editor.removeStatement(declarator.parent);
  fileDraft.gone(declarator.parent, [init]);
  const made = factoryOfCall(mcp, file, init);
  const awaited = made.isAsync ? `await ${made.call}` : made.call;
  if (!cleanup) {
    const call = `${made.isAsync ? `(${awaited})` : made.call}.${property.key.name}`;
    return { factory: { expression: `${made.isAsync ? 'async ' : ''}() => ${call}`, call, isAsync: made.isAsync }, closers: closers.map(node => ({ file, node })), notes: [] };
  }
  for (const statement of cleanup.calls) fileDraft.editor.removeStatement(statement);
  const base = indentAt(file, own[0]?.range[0] ?? 0);
  const inner = base + indent;
  const lowLevel = mcp.types(file, property.value).some(t => t.type.endsWith('#McpServer')) ? `${variable.name}.server` : variable.name;
  const lines = [`const ${fileDraft.editor.text(id)} = ${awaited}`, `${lowLevel}.onclose = ${cleanup.name}`, `return ${variable.name}`].map(l => inner + l + semicolon + eol);
  const text = `${made.isAsync ? 'async ' : ''}() => {${eol}${lines.join('')}${base}}`;
  return { factory: { expression: text, call: `(${text})()`, isAsync: made.isAsync }, closers: closers.map(node => ({ file, node })), notes: [] };
}

/** `const { server, register } = create(); await register(server)`: both are done for each server. */
function ofSetUpPattern({ draft }: OriginContext, file: SourceFile, variable: Variable, declarator: TSESTree.VariableDeclarator, own: readonly Handover[], setUp: readonly TSESTree.ExpressionStatement[], closers: readonly TSESTree.CallExpression[]): Origin | Obstacle {
  const declaration = declarator.parent;
  for (const other of file.scopes.scopes.flatMap(s => s.variables.filter(v => v !== variable && v.defs.some(d => d.node === declarator)))) {
    const outside = other.references.find(r => r.init !== true && !setUp.some(s => contains(s, r.identifier)));
    if (outside) return obstacle(`${other.name} is made together with the server, and line ${lineOf(file, outside.identifier)} uses it for more than to set the server up.`, 'session-lifecycle');
  }
  const fileDraft = draft.of(file);
  const { eol, indent, semicolon } = fileDraft.editor.style;
  const base = indentAt(file, own[0]?.range[0] ?? 0);
  const inner = base + indent;
  const moved = [declaration, ...[...setUp].sort((a, b) => a.range[0] - b.range[0])];
  const lines = moved.map(s => {
    const [start] = withComments(file, s);
    return inner + reindented(file, [start, s.range[1]], inner);
  });
  for (const s of moved) fileDraft.editor.removeStatement(s);
  const isAsync = moved.some(awaits);
  const text = `${isAsync ? 'async ' : ''}() => {${eol}${lines.join(eol)}${eol}${inner}return ${variable.name}${semicolon}${eol}${base}}`;
  return { factory: { expression: text, call: `(${text})()`, isAsync }, closers: closers.map(node => ({ file, node })), notes: [] };
}

/** `server.onclose = () => server.close()` beside the connection, in a handler that is looked at as a whole. */
function isWithEnd(node: TSESTree.Node, own: readonly Handover[]): boolean {
  for (let n: TSESTree.Node | undefined = node; n; n = n.parent) {
    if (n.type !== 'ExpressionStatement' || n.expression.type !== 'AssignmentExpression') continue;
    const { left } = n.expression;
    const block = n.parent;
    return left.type === 'MemberExpression' && keyName(left.property) === 'onclose' && enclosingFunction(n) !== undefined && own.some(o => contains(block, o));
  }
  return false;
}

/** The function that ends what was made with the server, and the statements that call it. */
function cleanupOf(file: SourceFile, pattern: TSESTree.ObjectPattern, server: TSESTree.Property): { readonly name: string; readonly calls: readonly TSESTree.Statement[] } | string | undefined {
  const [other, more] = pattern.properties.filter(p => p !== server);
  if (!other) return undefined;
  const name = other.type === 'Property' && other.value.type === 'Identifier' ? other.value : undefined;
  const variable = name ? file.variableOf(name) : undefined;
  if (more || !name || !variable) return 'What is made together with the server belongs to this one server. Give it to the onclose of the server, or make it outside.';
  const calls: TSESTree.Statement[] = [];
  for (const { identifier, init } of variable.references) {
    if (init === true) continue;
    const call = identifier.parent;
    const outer = call.parent?.type === 'AwaitExpression' ? call.parent.parent : call.parent;
    if (call.type !== 'CallExpression' || call.arguments.length > 0 || outer?.type !== 'ExpressionStatement') return `${name.name} is made together with the server, and line ${lineOf(file, identifier)} does more than call it at the end.`;
    calls.push(outer);
  }
  return { name: name.name, calls };
}

/** `startStdio(server)`: the callers give a function instead. */
function ofParameter(context: OriginContext, file: SourceFile, variable: Variable, own: readonly Handover[]): Origin | Obstacle {
  const { mcp, draft } = context;
  const definition = variable.defs[0];
  const fn = definition?.node;
  const parameter = definition?.name;
  if (!fn || !isFunctionNode(fn) || parameter?.type !== 'Identifier') return obstacle(`${variable.name} is a parameter that cannot be followed to its callers.`);
  const index = fn.params.findIndex(p => p === parameter);
  const name = fn.type === 'FunctionDeclaration' ? fn.id : fn.parent.type === 'VariableDeclarator' && fn.parent.id.type === 'Identifier' ? fn.parent.id : undefined;
  const declared = name ? file.variableOf(name) : undefined;
  if (!declared || index < 0) return obstacle(`${variable.name} is a parameter of a function whose callers are not all in sight.`);
  const late: TSESTree.Statement[] = [];
  for (const { identifier } of variable.references) {
    const call = callOn(identifier, /^connect$/);
    if ((call && own.includes(call.node)) || own.some(o => o.arguments.some(a => innermost(a) === identifier))) continue;
    const statement = setupStatement(identifier, own);
    if (!statement) return obstacle(`${variable.name} is a parameter, and line ${lineOf(file, identifier)} uses it for more than to set it up and connect it.`);
    if (!late.includes(statement)) late.push(statement);
  }
  const callers = mcp.infer.references.ofVariable(file, declared, 'all');
  if (callers.length === 0) return obstacle(`Nothing in sight calls ${declared.name}, so who makes the server is not known.`);
  const closers: Origin['closers'][number][] = [];
  const notes: string[] = [];
  let isAsync = false;
  for (const { file: caller, node } of callers) {
    const call = node.parent.type === 'CallExpression' && node.parent.callee === node ? node.parent : undefined;
    if (!call) {
      if (node.parent.type === 'ExportSpecifier') continue;
      return obstacle(`${declared.name} is handed on at ${caller.path}:${lineOf(caller, node)}, so its callers are not all in sight.`);
    }
    const argument = call.arguments[index];
    if (!argument || argument.type === 'SpreadElement') return obstacle(`${caller.path}:${lineOf(caller, call)} calls ${declared.name} without a server.`);
    const origin = ofArgument(context, caller, argument, call);
    if (isObstacle(origin)) return origin;
    draft.of(caller).replace(argument, origin.factory.expression, [argument]);
    closers.push(...origin.closers);
    notes.push(...origin.notes);
    if (origin.factory.isAsync) isAsync = true;
  }
  if (!context.oneAtATime && closers.every(c => isLeftOut(draft, c))) closers.length = 0;
  if (closers.length > 0) return obstacle('A caller closes the server that it has given away. Return the handle of serveStdio to it, and close that.');
  adaptTests(mcp, draft, file, declared.name, index);
  const made = renameParameter(draft, file, parameter, isAsync);
  return { factory: late.length > 0 ? withLate(draft.of(file), variable.name, late, made, own) : made, closers, notes };
}

/** `new HttpHost(server)`, whose method connects it: whoever makes the object gives a function instead. */
function ofGivenField(context: OriginContext, file: SourceFile, field: TSESTree.MemberExpression, own: readonly Handover[]): Origin | Obstacle | undefined {
  const { mcp, draft } = context;
  const cls = enclosingClass(field);
  const name = keyName(field.property);
  const given = cls?.id && name !== undefined && !field.computed ? givenField(file, cls, name) : undefined;
  const declared = cls?.id ? file.variableOf(cls.id) : undefined;
  if (!given || !cls || !declared) return undefined;
  const other = given.uses.find(use => !own.some(o => contains(o, use) && (o.callee === use.parent || o.arguments.some(a => innermost(a) === use))));
  if (other) return obstacle(`this.${given.name} is what the constructor got, and line ${lineOf(file, other)} uses it for more than to connect it.`);
  const inside = file.variableOf(given.parameter)?.references.find(r => r.init !== true && r.identifier !== given.assignment?.right);
  const outside = mcp.infer.references.ofMember(file, cls, given.name).find(p => p.file !== file || !contains(cls, p.node));
  if (inside ?? outside) return obstacle(`The server that ${declared.name} gets is used for more than to connect it.`);
  const makers = mcp.infer.references.ofVariable(file, declared, 'all').filter(p => p.node.parent.type !== 'ExportSpecifier');
  const origins: Origin[] = [];
  for (const { file: caller, node } of makers) {
    const made = node.parent.type === 'NewExpression' && node.parent.callee === node ? node.parent : undefined;
    const argument = made?.arguments[given.index];
    if (!made || !argument || argument.type === 'SpreadElement') return obstacle(`${declared.name} is handed on at ${caller.path}:${lineOf(caller, node)}, so who makes its server is not known.`);
    const origin = ofArgument(context, caller, argument, made);
    if (isObstacle(origin)) return origin;
    if (origin.closers.length > 0) return obstacle(`${caller.path} closes the server that it gives to ${declared.name}. Close what serves there.`);
    draft.of(caller).replace(argument, origin.factory.expression, [argument]);
    origins.push(origin);
  }
  if (origins.length === 0) return obstacle(`Nothing in sight makes a ${declared.name}, so who makes the server is not known.`);
  adaptTests(mcp, draft, file, declared.name, given.index);
  const isAsync = origins.some(o => o.factory.isAsync);
  const call = renameField(draft, file, given, isAsync);
  return { factory: { expression: call, call: `${call}()`, isAsync }, closers: [], notes: origins.flatMap(o => o.notes) };
}

/** The field holds the function that makes servers. */
function renameField(draft: Draft, file: SourceFile, { cls, parameter, assignment, property }: GivenField, isAsync: boolean): string {
  const fileDraft = draft.of(file);
  const { name = 'createServer' } = renameParameter(draft, file, parameter, isAsync);
  const taken = cls.body.body.some(m => 'key' in m && keyName(m.key) === name);
  const field = taken && assignment ? `${name}2` : name;
  if (assignment?.left.type === 'MemberExpression') {
    fileDraft.editor.replace(assignment.left.property, field);
    fileDraft.editor.replace(assignment.right, name);
  }
  const typed = property?.typeAnnotation?.typeAnnotation;
  if (property) fileDraft.editor.replace(property.key, field);
  if (typed) fileDraft.editor.replace(typed, `() => ${fileDraft.editor.text(typed)}${isAsync ? ` | Promise<${fileDraft.editor.text(typed)}>` : ''}`);
  return `this.${field}`;
}

/** `await server.close();` of a server that lived between requests: there is none to close any more. */
function isLeftOut(draft: Draft, { file, node }: Origin['closers'][number]): boolean {
  const statement = closingStatement(node);
  if (!statement) return false;
  draft.of(file).removeStatement(statement);
  return true;
}

/** `registerTools(server)` in the function that connects, in a block around the connection. */
function setupStatement(node: TSESTree.Node, own: readonly Handover[]): TSESTree.ExpressionStatement | undefined {
  let inner: TSESTree.Node = node;
  while (inner.parent && inner.parent.type !== 'BlockStatement') {
    if (isFunctionNode(inner)) return undefined;
    inner = inner.parent;
  }
  const block = inner.parent;
  return inner.type === 'ExpressionStatement' && block && own.every(o => contains(block, o) && !contains(inner, o)) ? inner : undefined;
}

function ofArgument(context: OriginContext, file: SourceFile, argument: TSESTree.Expression, call: Handover): Origin | Obstacle {
  const inner = innermost(argument);
  if (isField(inner)) return ofGivenField(context, file, inner, [call]) ?? factoryOfClass(context, file, inner, [call]);
  if (inner.type !== 'Identifier') {
    if (isFresh(context.mcp, file, argument)) return { factory: factoryOfCall(context.mcp, file, argument), closers: [], notes: [] };
    return obstacle(`The server that ${file.path}:${lineOf(file, call)} gives is not made there.`);
  }
  return ofGivenName(context, file, inner, call);
}

/** A variable that is handed to the function that connects: as if it were connected there. */
function ofGivenName(context: OriginContext, file: SourceFile, name: TSESTree.Identifier, call: Handover): Origin | Obstacle {
  const variable = file.variableOf(name);
  const definition = variable?.defs[0]?.node;
  if (variable?.defs[0]?.type === 'Parameter') return ofParameter(context, file, variable, [call]);
  if (!variable || definition?.type !== 'VariableDeclarator' || !definition.init || definition.id.type !== 'Identifier') return obstacle(`${name.name} at ${file.path}:${lineOf(file, call)} is not made in the same file.`);
  if (!isFresh(context.mcp, file, definition.init)) return obstacle(`${name.name} comes from code that may give the same server twice.`);
  const closure = closureOf(file, variable, definition, { own: [call], oneAtATime: context.oneAtATime, isGiven: node => isConnectedBy(context.mcp, file, node) });
  if (isObstacle(closure)) return closure;
  return exportObstacle(context.mcp, file, variable, closure) ?? write(context, file, closure, [call]);
}

function renameParameter(draft: Draft, file: SourceFile, parameter: TSESTree.Identifier, isAsync: boolean): Factory {
  const fileDraft = draft.of(file);
  const name = fileDraft.freeName('createServer', 'createMcpServer');
  const annotation = parameter.typeAnnotation ? fileDraft.editor.text(parameter.typeAnnotation.typeAnnotation) : undefined;
  fileDraft.editor.replace(parameter, annotation === undefined ? name : `${name}: () => ${annotation}${isAsync ? ` | Promise<${annotation}>` : ''}`);
  return { expression: name, call: `${name}()`, isAsync, name };
}

/** A server that another file makes and exports, and that this file alone connects. */
function ofImport(context: OriginContext, file: SourceFile, name: TSESTree.Identifier, local: Variable, own: readonly Handover[]): Origin | Obstacle {
  const { mcp, draft } = context;
  const origin = mcp.infer.references.declarationOf(file, name);
  const definition = origin?.variable.defs[0]?.node;
  if (!origin || definition?.type !== 'VariableDeclarator' || !definition.init || definition.id.type !== 'Identifier') return obstacle(`${name.name} is imported from code that is not understood.`);
  if (!isFresh(mcp, origin.file, definition.init)) return obstacle(`${name.name} comes from code that may give the same server twice.`);
  const elsewhere = mcp.infer.references.ofVariable(origin.file, origin.variable, 'all').filter(p => p.file !== origin.file && p.file !== file);
  const others = new Map<SourceFile, TSESTree.CallExpression[]>();
  for (const place of elsewhere) {
    const call = callOn(place.node, /^connect$/);
    if (!call || importOf(place.file, place.node)?.type !== 'ImportSpecifier') return obstacle(`${place.file.path} imports ${origin.variable.name} too. Make that code take the server as a parameter.`);
    others.set(place.file, [...(others.get(place.file) ?? []), call.node]);
  }
  const specifier = local.defs[0]?.node;
  if (specifier?.type !== 'ImportSpecifier' && specifier?.type !== 'ImportDefaultSpecifier') return obstacle(`${name.name} is imported in a way that is not understood.`);
  const closers: TSESTree.CallExpression[] = [];
  for (const { identifier } of local.references) {
    const call = callOn(identifier, /^(?:connect|close)$/);
    if (call && own.includes(call.node)) continue;
    if (call?.name !== 'close') return obstacle(`${name.name} is used at ${file.path}:${lineOf(file, identifier)} for more than to connect it.`);
    closers.push(call.node);
  }
  const closure = closureOf(origin.file, origin.variable, definition, { own: [], oneAtATime: context.oneAtATime });
  if (isObstacle(closure)) return closure;
  if (closure.connects.length > 0 || closure.closers.length > 0) return obstacle(`${origin.file.path} connects or closes ${origin.variable.name} itself.`);
  const effect = processEffect(closure, origin.file);
  if (effect) return effect;
  if (closure.moved.length === 1 && innermost(definition.init).type !== 'NewExpression') return obstacle(`${origin.file.path} exports one server. Export the function that makes it.`);
  const made = writeFactory(mcp, draft.of(origin.file), closure);
  draft.of(file).renameImport(specifier, made.expression);
  for (const [other, connects] of others) {
    const otherDraft = draft.of(other);
    const imported = connects[0]?.callee.type === 'MemberExpression' ? importOf(other, connects[0].callee.object) : undefined;
    if (imported?.type === 'ImportSpecifier') otherDraft.renameImport(imported, made.expression);
    for (const connect of connects) replaceReceiver(otherDraft, connect, made);
  }
  return { factory: made, closers: closers.map(node => ({ file, node })), notes: [] };
}

function importOf(file: SourceFile, node: TSESTree.Node): TSESTree.Node | undefined {
  const inner = innermost(node);
  return inner.type === 'Identifier' ? file.variableOf(inner)?.defs[0]?.node : undefined;
}
