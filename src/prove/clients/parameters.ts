import type { JsonObject, JsonValue } from '../../finding.js';
import { isObject, objectAt, textAt } from '../json.js';
import { headerValue } from '../wire.js';

const ANNOTATION = 'x-mcp-header';

/** The headers that mirror annotated parameters of a tool, for arguments that are given. */
export function headerParameters(schema: JsonObject, given: JsonObject): Readonly<Record<string, string>> | undefined {
  const headers: Record<string, string> = {};
  collect(schema, given, headers);
  return Object.keys(headers).length > 0 ? headers : undefined;
}

function collect(schema: JsonObject, given: JsonObject, headers: Record<string, string>): void {
  for (const [name, property] of Object.entries(objectAt(schema, 'properties') ?? {})) {
    const value = given[name];
    if (!isObject(property) || value === undefined) continue;
    const header = textAt(property, ANNOTATION);
    if (header !== undefined && isPlain(value)) headers[`mcp-param-${header.toLowerCase()}`] = headerValue(String(value));
    else if (isObject(value)) collect(property, value, headers);
  }
}

function isPlain(value: JsonValue): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
