import type { TSESTree } from '@typescript-eslint/types';
import { sdk } from '../../mcp/sdk.js';
import type { Known } from '../../mcp/values.js';
import type { PassFile } from '../pass.js';

export function isContext({ mcp, file }: Pick<PassFile, 'mcp' | 'file'>, node: TSESTree.Node): boolean {
  return hasContext(mcp.values(file, node));
}

export function hasContext(values: readonly Known[]): boolean {
  return values.some(({ value }) => value.kind === 'sdk' && sdk().extends(value.type, 'sdk#RequestHandlerExtra'));
}
