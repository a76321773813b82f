#!/usr/bin/env bash
# Makes all reports at once. The policy is judged at the end, so that the reports reach people also when it fails.
set -euo pipefail
out="${RUNNER_TEMP:?}/mcp-stateless"
mkdir -p "$out"
read -r -a command <<< "$INPUT_COMMAND"

# A clone without history cannot say where the branch began.
if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
  git fetch --quiet --no-tags --unshallow origin || echo '::warning::The history could not be fetched; use fetch-depth: 0.'
fi
arguments=(report "$INPUT_PATH" --head HEAD --fail-on "$INPUT_FAIL_ON" --format terminal)
# A branch that is new has nothing before it: its beginning is looked for.
if [ -n "$INPUT_BASE" ] && ! [[ "$INPUT_BASE" =~ ^0+$ ]]; then arguments+=(--base "$INPUT_BASE" --merge-base); fi
if [ -n "${GITHUB_REPOSITORY:-}" ]; then arguments+=(--repository-url "${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY"); fi
for file in html=report.html markdown=report.md json=report.json sarif=report.sarif gitlab=code-quality.json badge=badge.json badge-svg=badge.svg; do
  arguments+=(--output "${file%%=*}=$out/${file#*=}")
done

status=0
"${command[@]}" "${arguments[@]}" || status=$?
if [ "$status" -gt 1 ]; then exit "$status"; fi
echo "$status" > "$out/status"

node -e '
  const { readFileSync } = require("node:fs");
  const { head, base, totals } = JSON.parse(readFileSync(process.argv[1], "utf8"));
  const added = totals.new.error + totals.new.warning + totals.new.info;
  require("node:fs").writeFileSync(process.argv[2], base.commit);
  console.log(`score=${head.readiness.score}\nnew=${added}`);
' "$out/report.json" "$out/base" >> "$GITHUB_OUTPUT"
echo "report=$out" >> "$GITHUB_OUTPUT"
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$out/report.md" >> "$GITHUB_STEP_SUMMARY"; fi
