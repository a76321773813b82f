// Names and code that try to be more than text in a report.
const ESCAPE = String.fromCharCode(27);

const PAYLOADS: readonly string[] = [
  '</script><script>window.hacked=1</script>',
  '"><img src=x onerror=window.hacked=2>',
  "' onmouseover='window.hacked=3",
  '![x](https://evil.example/pixel.png)',
  '[click](javascript:window.hacked=4)',
  '[1](1)',
  '{0}',
  '`code` ```block``` ``',
  '| cell | *bold* _it_ ~~no~~',
  '@octocat #1 https://evil.example www.evil.example',
  '<!-- comment --><details>',
  `${ESCAPE}[31mred${ESCAPE}]0;title`,
  '::error file=x::y%0A::set-output name=a::b',
  'a,b=c:d%25',
  'right\u202eleft',
  'line\nbreak\r::warning::z',
  '${{ secrets.TOKEN }} $(id) `id`',
  '&lt;b&gt;&#60;i&#62;',
];

/** No slash: each is the name of one file. */
export const HOSTILE_NAMES: readonly string[] = PAYLOADS.map((p, i) => `${i}-${p.replaceAll('/', '∕')}.ts`);

/** Files with these names, whose findings quote code with the same texts. */
export function hostileProject(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    PAYLOADS.map((payload, i) => {
      const text = JSON.stringify(payload).slice(1, -1);
      return [
        HOSTILE_NAMES[i] ?? '',
        `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
export const server = new McpServer({ name: "${text}", version: '1' });
const notes = new Map();
server.registerTool("${text}", {}, async (args, extra) => { notes.set(extra.sessionId + "${text}", "${text}"); return { content: [] }; });
server.registerTool("b${text}", {}, async (args, extra) => ({ content: [{ type: 'text', text: String(notes.get(extra.sessionId + "${text}")) }] }));
export const id = req => req.headers['mcp-session-id'] /* ${payload.replaceAll('*/', '').replace(/[\n\r]/g, ' ')} */;
`,
      ];
    }),
  );
}
