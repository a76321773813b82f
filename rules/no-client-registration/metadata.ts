import { enclosingFunction, keyName, type CodeContext, type TSESTree } from '../../src/rule.js';

/** Client metadata: what a client says about itself when it registers. */
export function reportClientMetadata(context: CodeContext, node: TSESTree.Property): void {
  const name = keyName(node.key);
  if ((name !== 'redirect_uris' && name !== 'grant_types') || node.parent.type !== 'ObjectExpression' || !isClientMetadata(context, node.parent)) return;
  const has = (key: string): boolean => node.parent.type === 'ObjectExpression' && node.parent.properties.some(p => p.type === 'SpreadElement' || keyName(p.key) === key);
  if (name === 'redirect_uris' && !has('application_type') && !has('client_id'))
    context.report(node, { clause: 'auth-application-type', subject: 'metadata:application-type', message: 'This client registers without saying that it is native or web; as web its local redirects can be refused.' });
  else if (name === 'grant_types' && /\[\s*['"`]authorization_code['"`]\s*,?\s*\]/.test(context.file.text.slice(...node.value.range)))
    context.report(node, { clause: 'auth-refresh-token-grant', subject: 'metadata:refresh', message: 'This client does not list the refresh grant, so it may get no refresh token.' });
}

/** The literal is `clientMetadata` of a provider, or is typed as the metadata of a client. */
function isClientMetadata({ file, mcp }: CodeContext, object: TSESTree.ObjectExpression): boolean {
  if (mcp.infer.parameters.expected({ file, node: object }).some(k => k.value.kind === 'sdk' && /#OAuthClientMetadata/.test(k.value.type))) return true;
  const { parent } = object;
  if (parent.type === 'PropertyDefinition' || parent.type === 'Property') return keyName(parent.key) === 'clientMetadata';
  if (parent.type !== 'ReturnStatement') return false;
  const owner = enclosingFunction(object)?.parent;
  return owner?.type === 'MethodDefinition' && owner.kind === 'get' && keyName(owner.key) === 'clientMetadata';
}
