const AUTH = /auth(?!or)|token|user|principal|claims|credential|tenant|api_?key|bearer|identity|owner|account|(?:^|[^a-z])props$/i;
const NOT_AUTH = /author|tokenizer|tokenCount|maxTokens|tokens_?used|user_?agent|progressToken/i;

/** Names under which programs keep who somebody is. */
export function isAuthName(name: string): boolean {
  return AUTH.test(name) && !NOT_AUTH.test(name);
}
