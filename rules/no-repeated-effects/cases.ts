import { defineCases } from '../../test/cases.js';

const IMPORTS = `import { McpServer, acceptedContent, inputRequired } from '@modelcontextprotocol/server';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;
const ASK = `inputRequired({ inputRequests: { ok: inputRequired.elicit(question) } })`;
const tool = (body: string, before = ''): string => `${IMPORTS}${before}server.registerTool('a', { inputSchema: input }, async (args, ctx) => {\n${body}\n});`;
const OK = `const ok = acceptedContent(ctx.mcpReq.inputResponses, 'ok', Ok);`;

export default defineCases({
  valid: [
    { name: 'the question first', code: tool(`${OK}\nif (!ok) return ${ASK};\nconst order = await createOrder(args);\nreturn done(order);`) },
    { name: 'reads before the question', code: tool(`const price = await lookUp(args.item);\n${OK}\nif (!ok) return ${ASK};\nreturn done(price);`) },
    { name: 'an effect behind the answer', code: tool(`${OK}\nif (ok) { await createOrder(args); return done(); }\nreturn ${ASK};`) },
    { name: 'an effect that the state of the request remembers', code: tool(`const state = ctx.mcpReq.requestState();\nif (!state) { await createOrder(args); }\n${OK}\nif (!ok) return ${ASK};\nreturn done();`) },
    { name: 'an effect with a key that makes it happen once', code: tool(`await createOrder(args, { idempotencyKey: args.id });\n${OK}\nif (!ok) return ${ASK};\nreturn done();`) },
    { name: 'a client that is made', code: tool(`const client = await createClient(url);\n${OK}\nif (!ok) return ${ASK};\nreturn done(await client.read());`) },
    { name: 'a function that is declared above and runs below', code: tool(`const pay = async () => { await chargeCard(args); };\n${OK}\nif (!ok) return ${ASK};\nawait pay();\nreturn done();`) },
    { name: 'a request that only reads', code: tool(`const page = await fetch(args.url);\n${OK}\nif (!ok) return ${ASK};\nreturn done(page);`) },
    { name: 'a function of that name that is none of the SDK', code: `import { inputRequired } from './forms.js';\n${IMPORTS.replace(', inputRequired', '')}server.registerTool('a', {}, async args => { await createOrder(args); return inputRequired({}); });` },
    { name: 'an effect in the other branch', code: tool(`if (args.quick) { await createOrder(args); return done(); } else { return ${ASK}; }`) },
    { name: 'a variable of the call', code: tool(`let n = 0;\nn++;\n${OK}\nif (!ok) return ${ASK};\nreturn done(n);`) },
  ],
  invalid: [
    { name: 'an order', code: tool(`const order = await «createOrder»(args);\n${OK}\nif (!ok) return ${ASK};\nreturn done(order);`), found: ['hazard:repeated-effect'] },
    { name: 'a row of a database', code: tool(`await «db.insert»(args);\n${OK}\nif (!ok) return ${ASK};\nreturn done();`), found: ['hazard:repeated-effect'] },
    { name: 'a file', code: tool(`await «fs.writeFile»(args.path, args.text);\n${OK}\nif (!ok) return ${ASK};\nreturn done();`), found: ['hazard:repeated-effect'] },
    { name: 'a request that changes something', code: tool(`await «fetch»(args.url, { method: 'POST', body: args.text });\n${OK}\nif (!ok) return ${ASK};\nreturn done();`), found: ['hazard:repeated-effect'] },
    { name: 'between two questions', code: tool(`${OK}\nif (!ok) return ${ASK};\nawait «chargeCard»(args);\nconst more = acceptedContent(ctx.mcpReq.inputResponses, 'more', More);\nif (!more) return ${ASK};\nreturn done(more);`), found: ['hazard:repeated-effect'] },
    { name: 'in a branch above', code: tool(`if (args.notify) { await «sendMail»(args.to); }\n${OK}\nif (!ok) return ${ASK};\nreturn done();`), found: ['hazard:repeated-effect'] },
    { name: 'a count that another tool shows', code: `${tool(`«asked»++;\n${OK}\nif (!ok) return ${ASK};\nreturn done();`, 'let asked = 0;\n')}\nserver.registerTool('b', {}, async () => ({ content: [{ type: 'text', text: String(asked) }] }));`, found: ['hazard:repeated-effect'] },
  ],
});
