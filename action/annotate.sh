#!/usr/bin/env bash
# Findings in changed lines, where the reviewers read.
set -euo pipefail
read -r -a command <<< "$INPUT_COMMAND"
"${command[@]}" audit "$INPUT_PATH" --since "$(cat "${RUNNER_TEMP:?}/mcp-stateless/base")" --format github --fail-on never
