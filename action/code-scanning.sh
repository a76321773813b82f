#!/usr/bin/env bash
# Pull requests from forks have no right to this: that is said, and is no failure.
set -euo pipefail
sarif="${RUNNER_TEMP:?}/mcp-stateless/report.sarif"
body="$RUNNER_TEMP/mcp-stateless/upload.json"
node -e '
  const { readFileSync, writeFileSync } = require("node:fs");
  const { gzipSync } = require("node:zlib");
  const [sarif, body] = process.argv.slice(1);
  writeFileSync(body, JSON.stringify({ commit_sha: process.env.GITHUB_SHA, ref: process.env.GITHUB_REF, sarif: gzipSync(readFileSync(sarif)).toString("base64"), tool_name: "mcp-stateless" }));
' "$sarif" "$body"
gh api --method POST "repos/$GITHUB_REPOSITORY/code-scanning/sarifs" --input "$body" --silent ||
  echo '::warning::The results could not be sent to code scanning. It needs `security-events: write`, and code scanning switched on.'
