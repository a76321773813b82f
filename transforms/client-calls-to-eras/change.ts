import type { Finding, Project, SourceFile } from '../../src/define-transform.js';
import type { Edit } from '../../src/edits/edit.js';
import type { McpModel } from '../../src/mcp/model.js';
import type { Range } from '../../src/parse/source.js';

export interface Place {
  readonly project: Project;
  readonly mcp: McpModel;
  readonly file: SourceFile;
  readonly finding: Finding;
}

export interface Change {
  readonly edits: readonly Edit[];
  readonly notes?: readonly string[];
  readonly removedComments?: readonly { readonly range: Range }[];
}
