import { defineCases } from '../../test/cases.js';

const members = `start() { return Promise.resolve(); } send(message) { return this.socket.write(JSON.stringify(message)); } close() { return Promise.resolve(); }`;

export default defineCases({
  valid: [
    { name: 'a transport of something else', code: `import '@modelcontextprotocol/sdk/types.js';\nimport type { Transport } from 'winston';\nexport class Lines implements Transport { ${members} }` },
    { name: 'an interface of the project', code: `import '@modelcontextprotocol/sdk/types.js';\ninterface Transport { start(): Promise<void> }\nexport class Queue implements Transport { ${members} }` },
    { name: 'a transport that the SDK has', code: `import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';\nexport const transport = new StdioClientTransport({ command: 'node' });` },
    { name: 'a parameter of that type', code: `import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';\nexport class Logged { constructor(private inner: Transport) {} }` },
    { name: 'a factory', code: `import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';\nexport function open(make: () => Transport): Transport { return make(); }` },
    { name: 'both ends in one process', code: `import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';\nexport class InProcessTransport implements Transport { ${members} }` },
    { name: 'a class of that name', code: `import '@modelcontextprotocol/sdk/types.js';\nexport class Transport { ${members} }` },
  ],
  invalid: [
    { name: 'a socket', code: `import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';\nimport type { Socket } from 'node:net';\nexport class «SocketTransport» implements Transport { constructor(private socket: Socket) {} ${members} }`, found: ['transport:SocketTransport'] },
    { name: 'not only a type', code: `import { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';\nexport class «PipeTransport» implements Transport { ${members} }`, found: ['transport:PipeTransport'] },
    { name: 'beside a base class', code: `import { EventEmitter } from 'node:events';\nimport type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';\nexport class «WorkerTransport» extends EventEmitter implements Disposable, Transport { ${members} }`, found: ['transport:WorkerTransport'] },
    { name: 'an expression', code: `import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';\nexport const make = () => new (class «Local» implements Transport { ${members} })();`, found: ['transport:Local'] },
    { name: 'under another name, from another file', code: { 'own.ts': `import type { Wire } from './wire.js';\nexport class «Channel» implements Wire { ${members} }`, 'wire.ts': `export type { Transport as Wire } from '@modelcontextprotocol/sdk/shared/transport.js';` }, found: ['transport:Channel'] },
    { name: 'the second SDK line', code: `import type { Transport } from '@modelcontextprotocol/server';\nexport class «Channel» implements Transport { ${members} }`, found: ['transport:Channel'] },
  ],
});
