import type { AutomationLevel, ClauseId, Severity } from './catalogue/clauses.js';
import type { Zone } from './files/kinds.js';
import type { Confidence } from './mcp/model.js';
import type { Why } from './mcp/values.js';
import type { Range } from './parse/source.js';

export type RuleId = string;
/** Identifies a finding over runs: survives moved lines, not a changed statement. */
export type Fingerprint = string;
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** A place in a file. Lines and columns are 1-based, the end is exclusive. */
export interface Location {
  /** Relative to the root, forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** One step of the way from an import to the place of a finding. */
export interface Evidence extends Location {
  readonly why: Why | 'state';
  /** The code of the step, shortened to one line. */
  readonly text: string;
}

export interface Fix {
  readonly level: AutomationLevel;
  readonly summary: string;
  /** The transform that does it, when there is one. */
  readonly transform?: string;
}

/** What somebody has to edit or to decide about. Plain data, as printed by the JSON reporters. */
export interface Finding extends Location {
  readonly rule: RuleId;
  readonly clause: ClauseId;
  /** All clauses that this place touches, the finding's own first. */
  readonly clauses: readonly ClauseId[];
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** One sentence: what is there, in the user's words. */
  readonly message: string;
  /** What it is about, for machines: `Server.createMessage`, `state:sessions`. */
  readonly subject: string;
  readonly because: readonly Evidence[];
  readonly related: readonly Evidence[];
  readonly fingerprint: Fingerprint;
  readonly fix: Fix;
  /** Id of the migration unit that this belongs to. */
  readonly unit: string;
  readonly zone: Zone;
  /** `older`: only requests of older revisions get there, so that it is told as information only. */
  readonly era?: 'older';
  /** UTF-16 offsets in the file's text, without a byte order mark. */
  readonly range: Range;
  /** Names and ranges that the transform will need. */
  readonly data?: JsonObject;
}
