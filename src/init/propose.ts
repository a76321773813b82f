/** What is in a folder, as far as it matters for setting up. */
export interface ProjectFacts {
  /** Names of files in the folder itself. */
  readonly files: readonly string[];
  /** Files that are there, of those that could be written. */
  readonly existing: ReadonlySet<string>;
  readonly manifest: { readonly type?: unknown; readonly configured: boolean } | undefined;
  /** Where the repository lives, by its remote or its files. */
  readonly host: 'github' | 'gitlab' | 'unknown';
  /** From the repository's top to the folder, empty or with a slash at its end. */
  readonly prefix: string;
}

export interface Proposal {
  /** Relative to the repository for workflows, to the folder for the rest. */
  readonly file: string;
  readonly inRepository: boolean;
  readonly what: string;
  readonly text: string;
}

/** A file that is there already: what to add to it by hand. */
export interface Advice {
  readonly file: string;
  readonly text: string;
}

export interface SetUp {
  readonly proposals: readonly Proposal[];
  readonly advice: readonly Advice[];
}

const ESLINT_CONFIG = /^(?:eslint\.config\.[cm]?[jt]s|\.eslintrc(?:\.\w+)?)$/;
const OWN_CONFIG = /^mcp-stateless\.config\.(?:[cm]?[jt]s|json)$/;
export const WORKFLOW = '.github/workflows/mcp-stateless.yml';
export const GITLAB = '.gitlab/mcp-stateless.yml';

/** What setting up would write. Files that are there are never among it. */
export function proposeSetUp(facts: ProjectFacts): SetUp {
  const proposals: Proposal[] = [];
  const advice: Advice[] = [];
  const propose = (file: string, inRepository: boolean, what: string, text: string): void => {
    if (facts.existing.has(file)) advice.push({ file, text: 'It is there already and stays as it is.' });
    else proposals.push({ file, inRepository, what, text });
  };
  if (facts.host === 'gitlab') {
    propose(GITLAB, true, 'the job for GitLab', gitlab(facts.prefix));
    advice.push({ file: '.gitlab-ci.yml', text: `Add to its includes:\n  include:\n    - local: ${GITLAB}` });
  } else propose(WORKFLOW, true, 'the workflow for GitHub', workflow(facts.prefix));

  const own = facts.files.find(f => OWN_CONFIG.test(f));
  const typed = facts.files.includes('tsconfig.json');
  if (own !== undefined) advice.push({ file: own, text: 'It is there already and stays as it is.' });
  else if (facts.manifest?.configured) advice.push({ file: 'package.json', text: 'It holds the configuration already and stays as it is.' });
  else propose(`mcp-stateless.config.${typed ? 'ts' : 'mjs'}`, false, 'the configuration', configuration());

  const eslint = facts.files.find(f => ESLINT_CONFIG.test(f));
  if (eslint !== undefined) advice.push({ file: eslint, text: eslint.startsWith('.eslintrc') ? 'The rules need ESLint 9 with a flat configuration (eslint.config.js); in it, add\n  ...mcp.configs.recommended\nof `import mcp from \'mcp-stateless/eslint\'`.' : `Add to it:\n  import mcp from 'mcp-stateless/eslint';\nand in its list:\n  ...mcp.configs.recommended,` });
  else if (typed) advice.push({ file: 'eslint.config.js', text: `ESLint needs typescript-eslint to read TypeScript. Once it has, add\n  ...mcp.configs.recommended\nof \`import mcp from 'mcp-stateless/eslint'\` to its list.` });
  else if (facts.manifest) propose(facts.manifest.type === 'module' ? 'eslint.config.js' : 'eslint.config.mjs', false, 'the set-up for ESLint', eslintConfig());
  return { proposals, advice };
}

function workflow(prefix: string): string {
  return `# What a change does to the migration to MCP 2026-07-28: a comment, annotations, code scanning.
name: mcp-stateless

on:
  pull_request:
  push:
    branches: [main]

permissions:
  contents: read

jobs:
  report:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      pull-requests: write
      security-events: write
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          fetch-depth: 0
          persist-credentials: false
      - uses: mcp-stateless/mcp-stateless@v0
        with:
          path: ${folderOf(prefix)}
          # Only what a change adds makes it fail.
          fail-on: new-error
`;
}

function gitlab(prefix: string): string {
  const at = shellWord(prefix.replace(/\/$/, '') || '.');
  return `# What a change does to the migration to MCP 2026-07-28: code quality in the merge request, and a report to read.
mcp-stateless:
  image: node:22
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: 0
  script:
    - |
      npx --yes mcp-stateless@0.1.0 report ${at} --base "$CI_MERGE_REQUEST_DIFF_BASE_SHA" --head HEAD --repository-url "$CI_PROJECT_URL" --output gitlab=code-quality.json --output html=mcp-stateless.html --fail-on new-error
  artifacts:
    when: always
    paths: [mcp-stateless.html]
    reports:
      codequality: code-quality.json
`;
}

function folderOf(prefix: string): string {
  const folder = prefix.replace(/\/$/, '') || '.';
  return /^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder);
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function configuration(): string {
  return `import { defineConfig } from 'mcp-stateless';

export default defineConfig({
  // Findings from this level on make \`mcp-stateless audit\` fail.
  failOn: 'error',
  // Files to leave out, as in .gitignore.
  ignore: [],
});
`;
}

function eslintConfig(): string {
  return `import mcp from 'mcp-stateless/eslint';

export default [...mcp.configs.recommended];
`;
}
