import { HANDLE_FORMS, HANDLE_SCOPES, LEGACIES, LOGGINGS, PROVIDERS, ROOTS, STORES, TARGETS } from '../choices.js';

export interface Names {
  readonly rules: readonly string[];
  readonly clauses: readonly string[];
  readonly transforms: readonly string[];
}

/** A schema as far as this project writes them. */
export type Schema = { readonly [key: string]: string | boolean | number | Schema | readonly (string | Schema)[] };

const { kind: KIND, creator: TOOL, owner: OWNER } = HANDLE_FORMS;

const LEVELS = ['off', 'info', 'warning', 'error'] as const;

const text = (description: string): Schema => ({ type: 'string', minLength: 1, description });
const flag = (description: string): Schema => ({ type: 'boolean', description });
const list = (items: Schema, description: string): Schema => ({ type: 'array', items, description });
const oneOf = (values: readonly string[], description: string): Schema => ({ enum: values, description });
const object = (properties: Schema, description: string): Schema => ({ type: 'object', additionalProperties: false, properties, description });
/** Keys that are known, with one form of value. */
const table = (keys: readonly string[], value: Schema, description: string): Schema => object(Object.fromEntries(keys.map(key => [key, value])), description);

/** The form of a configuration, for checks and for editors. Printed as docs/config.schema.json. */
export function settingsSchema(names: Names): Schema {
  const level: Schema = { enum: LEVELS };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://github.com/mcp-stateless/mcp-stateless/blob/main/docs/config.schema.json',
    title: 'Configuration of mcp-stateless',
    ...object(
      {
        $schema: { type: 'string' },
        ignore: list(text('A pattern.'), 'Files to leave out, in the syntax of .gitignore, relative to this folder.'),
        rules: table(names.rules, level, 'Severity of what a rule reports, or off.'),
        clauses: table(names.clauses, level, 'Severity of what is reported for a clause, or off. Stronger than that of the rule.'),
        includeTests: flag('Report findings in tests too.'),
        all: flag('Also report what only a name speaks for.'),
        types: flag('Ask the compiler about receivers that are in doubt.'),
        failOn: oneOf(['error', 'warning', 'info', 'never'], 'Exit with 1 for findings of this level or above.'),
        baseline: text('File with findings that are known, relative to this folder.'),
        migrate: migrateSchema(names.transforms),
      },
      'What a project decides once.',
    ),
  };
}

function migrateSchema(transforms: readonly string[]): Schema {
  return object(
    {
      only: list({ enum: transforms }, 'Transforms to run; all when absent.'),
      target: oneOf(TARGETS, 'Where to go: the SDK’s second major and both eras, or the first major without sessions.'),
      store: oneOf(STORES, 'Where state behind handles is kept.'),
      provider: oneOf(PROVIDERS, 'Whom to ask instead of the client’s model.'),
      logging: oneOf(LOGGINGS, 'Where log messages go.'),
      keepProtocolLogging: flag('Keep log messages to the client where the request asks for them.'),
      roots: oneOf(ROOTS, 'What takes the place of the client’s roots: directories that the server is started with, or tools that also take one inside of them.'),
      legacy: oneOf(LEGACIES, 'How clients of older revisions are served over HTTP.'),
      handlePer: oneOf(HANDLE_SCOPES, 'Whether containers that the same tools use share one handle.'),
      handles: {
        type: 'object',
        description: 'By the subject of a finding, such as state:carts; with the file, such as state:carts@src/server.ts, where several have that subject.',
        additionalProperties: object(
          {
            action: oneOf(['handle', 'leave'], 'Whether it is moved behind a handle, or left to a person.'),
            kind: { type: 'string', pattern: KIND.source, description: 'Kind of thing that the handle names, such as cart. Containers with different kinds are never merged.' },
            creator: { type: 'string', pattern: TOOL.source, description: 'Name of the tool that gives the handle: one that begins this state already, or a new one.' },
            ttlMinutes: { type: 'number', exclusiveMinimum: 0, description: 'Minutes without use after which the state goes.' },
            owner: { type: 'string', pattern: OWNER.source, description: 'Who may use a handle: user (the client with the sub that it signed in for), claim:NAME (another claim that names the user), or anyone who has the handle.' },
            per: oneOf(HANDLE_SCOPES, 'Whether it may share a handle with other containers; stronger than handlePer.'),
          },
          'What is decided about one container.',
        ),
      },
      markers: flag('Leave TODO comments where a person has to go on.'),
    },
    'What migrate would ask.',
  );
}
