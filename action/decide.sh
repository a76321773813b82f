#!/usr/bin/env bash
set -euo pipefail
status=$(cat "${RUNNER_TEMP:?}/mcp-stateless/status")
if [ "$status" -ne 0 ]; then echo "::error::The policy $INPUT_FAIL_ON is not met; the report says which findings are meant."; fi
exit "$status"
