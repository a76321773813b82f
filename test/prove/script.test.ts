import { describe, expect, it } from 'vitest';
import { parseScript, printScript, requestOf } from '../../src/prove/script.js';
import { Recorder } from '../../src/prove/record.js';
import { placesIn, threaded } from '../../src/prove/thread.js';

describe('call scripts', () => {
  it('are read back as they are printed', () => {
    const text = [
      '{"tool":"create_cart","as":"cart"}',
      '{"tool":"add","arguments":{"cart_id":{"$from":"cart.structuredContent.cart_id"},"n":1}}',
      '{"prompt":"explain","arguments":{"term":"a"}}',
      '{"resource":"note://a"}',
      '{"list":"tools"}',
    ].join('\n');
    expect(printScript(parseScript(text, 's'))).toBe(`${text}\n`);
  });

  it('fill references in', () => {
    const [, step] = parseScript('{"tool":"a","as":"x"}\n{"tool":"b","arguments":{"id":{"$from":"x.content.0.text","match":"id: (\\\\w+)"},"gone":{"$from":"x.nope"}}}', 's');
    const results = new Map([['x', { content: [{ type: 'text', text: 'made, id: k7' }] }]]);
    expect(step && requestOf(step, results)).toEqual({ method: 'tools/call', params: { name: 'b', arguments: { id: 'k7' } } });
  });

  it.each([
    ['nothing', '', 'holds no call'],
    ['no JSON', '{"tool"', 's:1: this line is no JSON'],
    ['no object', '[]', 's:1: a line is a JSON object'],
    ['two kinds', '{"tool":"a","list":"tools"}', 'this one has tool and list'],
    ['an unknown member', '{"tool":"a","args":{}}', '"args" is unknown here'],
    ['an unknown list', '{"list":"all"}', '"list" is one of'],
    ['a reference to nothing', '{"tool":"a","arguments":{"b":{"$from":"x.y"}}}', '$from names x'],
    ['a name twice', '{"tool":"a","as":"x"}\n{"tool":"b","as":"x"}', 's:2: "as": "x" is used twice'],
    ['arguments that are no object', '{"tool":"a","arguments":[]}', '"arguments" is an object'],
    ['a watch without cancel', '{"tool":"a","watch":{"tool":"b"}}', '"watch" needs "cancelAfterMs"'],
    ['a pattern that is none', '{"tool":"a","as":"x"}\n{"tool":"b","arguments":{"c":{"$from":"x.y","match":"("}}}', 's:2: "match"'],
  ])('with %s are refused with the line', (_, text, message) => {
    expect(() => parseScript(text, 's')).toThrow(message);
  });
});

describe('handles', () => {
  it('are found by name and by value', () => {
    const places = placesIn({ structuredContent: { cart_id: 'cart_a1' }, content: [{ type: 'text', text: 'note_id: n77' }] }, 's1');
    expect(threaded({ cart_id: 'cart_a1', qty: 3 }, places)).toEqual({ cart_id: { $from: 's1.structuredContent.cart_id' }, qty: 3 });
    expect(threaded({ note_id: 'n77' }, places)).toMatchObject({ note_id: { $from: 's1.content.0.text' } });
    expect(threaded({ word: 'plain' }, places)).toEqual({ word: 'plain' });
  });

  it('become references in a recording', () => {
    const recorder = new Recorder();
    const call = (id: number, name: string, given: Record<string, string>, text: string): void => {
      recorder.fromClient({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: given } });
      recorder.fromServer({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } });
    };
    recorder.fromClient({ jsonrpc: '2.0', id: 0, method: 'initialize', params: {} });
    recorder.fromServer({ jsonrpc: '2.0', id: 0, result: {} });
    call(1, 'create', {}, '{"room_id":"room-4711"}');
    call(2, 'enter', { room: 'room-4711' }, 'entered');
    const [first, second] = recorder.steps();
    expect(first).toEqual({ tool: 'create', as: 's1' });
    expect(second).toEqual({ tool: 'enter', arguments: { room: { $from: 's1.content.0.text', match: '"room_id"\\s*:\\s*"([^"]+)"' } } });
  });

  it('keep the answers to questions of both eras', () => {
    const recorder = new Recorder();
    const params = { name: 'deploy', arguments: { env: 'p' } };
    recorder.fromClient({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    recorder.fromServer({ jsonrpc: '2.0', id: 1, result: { resultType: 'input_required', inputRequests: {} } });
    recorder.fromClient({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { ...params, inputResponses: { a: { action: 'decline' } } } });
    recorder.fromServer({ jsonrpc: '2.0', id: 2, result: { content: [] } });
    expect(recorder.steps()).toEqual([{ tool: 'deploy', arguments: { env: 'p' }, answers: [{ action: 'decline' }] }]);
  });
});
