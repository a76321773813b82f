import type { JsonObject, JsonValue } from '../finding.js';
import { isList, isObject, objectAt, textAt } from './json.js';

/** Answers what a server asks of its client: with the script's answers in order, then with something plain. */
export function answerer(given: readonly JsonObject[] = []): (method: string, params: JsonValue | undefined) => JsonObject | undefined {
  const left = [...given];
  return (method, params) => {
    switch (method) {
      case 'elicitation/create':
        return left.shift() ?? plainElicitation(params);
      case 'sampling/createMessage':
        return left.shift() ?? { role: 'assistant', model: 'prove', stopReason: 'endTurn', content: { type: 'text', text: 'prove' } };
      case 'roots/list':
        return { roots: [] };
      case 'ping':
        return {};
      default:
        return undefined;
    }
  };
}

function plainElicitation(params: JsonValue | undefined): JsonObject {
  if (textAt(params, 'mode') === 'url') return { action: 'accept' };
  const properties = objectAt(objectAt(params, 'requestedSchema'), 'properties') ?? {};
  return { action: 'accept', content: Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, plainValue(schema)])) };
}

/** The simplest value that a form field takes. */
function plainValue(schema: JsonValue): JsonValue {
  if (!isObject(schema)) return 'prove';
  if (schema['default'] !== undefined) return schema['default'];
  const choice = isList(schema['enum']) ? schema['enum'][0] : isList(schema['oneOf']) && isObject(schema['oneOf'][0]) ? schema['oneOf'][0]['const'] : undefined;
  if (choice !== undefined) return choice;
  switch (schema['type']) {
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1;
    case 'array': {
      const items = objectAt(schema, 'items');
      return items ? [plainValue(items)] : [];
    }
    default:
      return plainText(schema);
  }
}

const BY_FORMAT: Readonly<Record<string, string>> = { email: 'prove@example.com', uri: 'https://example.com/', date: '2026-07-28', 'date-time': '2026-07-28T00:00:00Z' };

function plainText(schema: JsonObject): string {
  const text = BY_FORMAT[textAt(schema, 'format') ?? ''] ?? 'prove';
  const least = typeof schema['minLength'] === 'number' ? schema['minLength'] : 0;
  return text.padEnd(least, 'x');
}
