import type { TSESTree } from '../../src/define-transform.js';
import type { Draft } from '../../src/hosting/draft.js';
import { waitForInputToEnd } from '../../src/hosting/ending.js';
import { keepHandle } from '../../src/hosting/handle.js';
import { obstacle, type HandleType, type Obstacle, type Origin } from '../../src/hosting/obstacle.js';
import type { SourceFile } from '../../src/parse/source.js';
import type { Connection } from './connection.js';
import { afterServing, errorHandler, siteOf } from './site.js';

const MODULE = '@modelcontextprotocol/server/stdio';

export const HANDLE: HandleType = { names: ['handle', 'stdioHandle'], type: { name: 'StdioServerHandle', module: MODULE } };

/** `await server.connect(transport)` becomes `serveStdio(createServer)`. */
export function serve(draft: Draft, file: SourceFile, connection: Connection, origin: Origin): Obstacle | undefined {
  const site = siteOf(connection.call);
  if (!site) return obstacle('What connect returns is used further. Call serveStdio as a statement of its own.');
  const fileDraft = draft.of(file);
  const foreign = origin.closers.find(c => c.file !== file);
  if (foreign) return obstacle(`${foreign.file.path} closes the server. Keep what serveStdio returns, and close that.`);
  const { declaration, transport, keep } = connection;
  const assign = origin.assign ?? keepHandle(fileDraft, site.statement, [...origin.closers.map(c => c.node), ...connection.closers], HANDLE).assign;
  const inline = keep === undefined && transport.arguments.length > 0;
  const caught = errorHandler(fileDraft, site);
  if (caught && connection.onerror) return obstacle('Errors of the transport and of the connection are handled at two places. Make them one.');
  const onerror = connection.onerror?.value ?? caught;
  for (const ending of connection.endings) waitForInputToEnd(fileDraft, ending);
  if (connection.onerror) {
    fileDraft.editor.removeStatement(connection.onerror.statement);
    fileDraft.gone(connection.onerror.statement, [connection.onerror.value]);
  }
  const options = [
    ...(keep === undefined ? [] : [keep === 'transport' ? keep : `transport: ${keep}`]),
    ...(inline ? [`transport: ${fileDraft.editor.text(transport)}`] : []),
    ...(onerror ? [`onerror: ${fileDraft.editor.text(onerror)}`] : []),
  ];
  const served = `${assign}serveStdio(${origin.factory.expression}${options.length > 0 ? `, { ${options.join(', ')} }` : ''})${afterServing(fileDraft, site)}`;
  const kept: TSESTree.Node[] = [...(inline ? [transport] : []), ...(caught ? [caught] : []), ...(site.then ? [site.then] : []), ...(keep === undefined ? [] : connection.call.arguments)];
  if (keep === undefined && declaration && isDirectlyBefore(file, declaration, site.statement)) {
    fileDraft.replace({ range: [declaration.range[0], site.node.range[1]] }, served, kept);
  } else {
    if (keep === undefined && declaration) {
      fileDraft.editor.removeStatement(declaration);
      fileDraft.gone(declaration, inline ? [transport] : []);
    }
    fileDraft.replace(site.node, served, kept);
  }
  fileDraft.addImport('serveStdio', MODULE);
  return undefined;
}

function isDirectlyBefore({ text }: SourceFile, declaration: TSESTree.Node, statement: TSESTree.Node): boolean {
  return declaration.parent === statement.parent && text.slice(declaration.range[1], statement.range[0]).trim() === '';
}
