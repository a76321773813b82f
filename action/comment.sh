#!/usr/bin/env bash
# One comment for each project of the repository, updated by every run.
set -euo pipefail
out="${RUNNER_TEMP:?}/mcp-stateless"
mark="<!-- mcp-stateless:$(printf %s "$INPUT_PATH" | cksum | cut -d' ' -f1) -->"
node -e '
  const { readFileSync, writeFileSync } = require("node:fs");
  const [markdown, body, mark] = process.argv.slice(1);
  writeFileSync(body, JSON.stringify({ body: `${mark}\n${readFileSync(markdown, "utf8")}` }));
' "$out/report.md" "$out/comment.json" "$mark"

comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
if ! known=$(gh api --paginate "$comments?per_page=100" --jq ".[] | select(.body | startswith(\"$mark\")) | .id"); then
  echo '::warning::The comments of the pull request cannot be read. It needs `pull-requests: write`.'
  exit 0
fi
first=$(head -n 1 <<< "$known")
if [ -n "$first" ]; then
  arguments=(--method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$first")
else
  arguments=(--method POST "$comments")
fi
gh api "${arguments[@]}" --input "$out/comment.json" --silent ||
  echo '::warning::The comment could not be written. It needs `pull-requests: write`, which pull requests from forks do not have.'
