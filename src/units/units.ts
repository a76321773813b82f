import type { Zone } from '../files/kinds.js';
import type { Evidence, Finding } from '../finding.js';
import { worst, type Risk, type Unit, type UnitKind } from '../report/report.js';
import { KINDS } from './kinds.js';
import { Links } from './link.js';

/** What the linking asks about the program. */
export interface UnitContext {
  readonly kindOf: (finding: Finding) => UnitKind;
  /** Folder of the package that a file belongs to; '' is the root. */
  readonly packageOf: (file: string) => string;
  readonly importsOf: (file: string) => readonly string[];
  /** The function that runs for a call and holds the place, else the outermost one. */
  readonly functionAt: (finding: Finding) => string | undefined;
  /** The function that registers the one handler that a place belongs to. */
  readonly registrationAt: (finding: Finding) => string | undefined;
  /** Tools, prompts and resources that lead to the place. */
  readonly toolsAt: (finding: Finding) => readonly string[];
  /** Where the container of a finding is used: routes, callbacks, shutdown. */
  readonly usesOf: (finding: Finding) => readonly Evidence[];
  readonly titleOf: (transform: string) => string;
}

export interface Grouped {
  /** As given, each with the id of its unit. */
  readonly findings: readonly Finding[];
  readonly units: readonly Unit[];
}

/** A finding with what the links need to know. */
interface Member {
  readonly finding: Finding;
  kind: UnitKind;
  readonly tools: readonly string[];
  readonly uses: readonly Evidence[];
}

const FLOWS: ReadonlySet<UnitKind> = new Set(['elicitation', 'sampling', 'roots']);
const MAX_PLACES = 20;

/** Groups findings into the things that a person migrates in one go. The unit with the most serious finding comes first. */
export function groupUnits(findings: readonly Finding[], context: UnitContext): Grouped {
  const members = findings.map((finding): Member => {
    const kind = context.kindOf(finding);
    return { finding, kind, tools: toolsOf(finding, kind, context), uses: kind === 'transport' ? context.usesOf(finding) : [] };
  });
  followFlows(members, context);
  const units: Unit[] = [];
  const unitOf = new Map<Finding, string>();
  const taken = new Set<string>();
  for (const group of groupsOf(members, context)) {
    const unit = describe(group, context, taken);
    taken.add(unit.id);
    units.push(unit);
    for (const { finding } of group) unitOf.set(finding, unit.id);
  }
  const order = { error: 0, warning: 1, info: 2 };
  units.sort((a, b) => Number(a.zone !== 'source') - Number(b.zone !== 'source') || order[a.severity] - order[b.severity] || (a.id < b.id ? -1 : 1));
  return { findings: findings.map(f => ({ ...f, unit: unitOf.get(f) ?? f.unit })), units };
}

function toolsOf(finding: Finding, kind: UnitKind, context: UnitContext): readonly string[] {
  if (kind === 'state') return [...new Set([...namesIn(finding, 'writers'), ...namesIn(finding, 'readers')].filter(isTool))];
  return FLOWS.has(kind) || kind === 'hazards' ? context.toolsAt(finding).filter(isTool) : [];
}

function namesIn({ data }: Finding, member: string): readonly string[] {
  const value = data?.[member];
  return Array.isArray(value) ? value.filter(v => typeof v === 'string') : [];
}

/** A tool has a name of its own; `tools/call` is any of them, and `registerTool` stands for a name that is not known. */
function isTool(name: string): boolean {
  return !name.includes('/') && !/^(?:oninitialized|onclose|the HTTP endpoint|register(?:Tool|ToolTask|Prompt|Resource)|tool|prompt|resource)$/.test(name);
}

const ASKED_FOR_FLOWS = new Set(['client-identity-from-handshake', 'capability-conditional-registration']);

/** What is asked of the handshake in order to ask the client something goes with the question. */
function followFlows(members: readonly Member[], context: UnitContext): void {
  const flows = new Map<string, UnitKind>();
  for (const { finding, kind } of members) {
    if (!FLOWS.has(kind)) continue;
    for (const place of [context.functionAt(finding), context.registrationAt(finding)]) if (place !== undefined && !flows.has(place)) flows.set(place, kind);
  }
  if (flows.size === 0) return;
  for (const member of members) {
    if (!ASKED_FOR_FLOWS.has(member.finding.clause)) continue;
    const kind = flows.get(context.functionAt(member.finding) ?? '') ?? flows.get(context.registrationAt(member.finding) ?? '');
    if (kind) member.kind = kind;
  }
}

function groupsOf(members: readonly Member[], context: UnitContext): readonly (readonly Member[])[] {
  const byKind = new Map<string, Member[]>();
  for (const member of members) {
    const key = `${member.kind}\0${member.finding.zone}`;
    const list = byKind.get(key);
    if (list) list.push(member);
    else byKind.set(key, [member]);
  }
  return [...byKind.values()].flatMap(list => linked(list, context));
}

function linked(members: readonly Member[], context: UnitContext): readonly (readonly Member[])[] {
  const [first] = members;
  if (!first) return [];
  const links = new Links(members);
  switch (KINDS[first.kind].link) {
    case 'imports':
      joinByImports(links, members, context);
      break;
    case 'container':
      links.joinBy(m => [m.finding.unit]);
      joinFamilies(links, members);
      break;
    case 'handlers':
      links.joinBy(m => [context.functionAt(m.finding) ?? m.finding.file, ...listOf(context.registrationAt(m.finding))]);
      joinFamilies(links, members);
      break;
    case 'package':
      links.joinBy(m => [context.packageOf(m.finding.file)]);
      break;
    case 'file':
      links.joinBy(m => [m.finding.file]);
      break;
    case 'root':
      links.joinBy(() => ['']);
  }
  return links.groups();
}

const MAX_HOPS = 2;

/** One file, files that use the same container, and files that import each other, directly or through one more. */
function joinByImports(links: Links<Member>, members: readonly Member[], context: UnitContext): void {
  const byFile = new Map<string, Member>();
  for (const member of members) {
    const other = byFile.get(member.finding.file);
    if (other) links.join(other, member);
    else byFile.set(member.finding.file, member);
  }
  for (const [file, member] of byFile) {
    for (const near of reachable(file, context)) {
      const other = byFile.get(near);
      if (other && context.packageOf(near) === context.packageOf(file)) links.join(member, other);
    }
  }
  for (const member of members) {
    for (const { file } of member.uses) {
      const other = byFile.get(file);
      if (other) links.join(member, other);
    }
  }
}

function reachable(file: string, { importsOf }: UnitContext): ReadonlySet<string> {
  const seen = new Set([file]);
  let edge = [file];
  for (let hop = 0; hop < MAX_HOPS; hop++) edge = edge.flatMap(importsOf).filter(near => !seen.has(near) && seen.add(near));
  return seen;
}

/** Containers and questions of the same tools, or nearly so: at least half of the tools of both have both. */
function joinFamilies(links: Links<Member>, members: readonly Member[]): void {
  const named = members.filter(m => m.tools.length > 0);
  for (const [index, a] of named.entries()) for (const b of named.slice(index + 1)) if (isFamily(a.tools, b.tools)) links.join(a, b);
}

function isFamily(a: readonly string[], b: readonly string[]): boolean {
  const both = a.filter(name => b.includes(name)).length;
  return both * 2 >= new Set([...a, ...b]).size;
}

function listOf<T>(item: T | undefined): readonly T[] {
  return item === undefined ? [] : [item];
}

function describe(group: readonly Member[], context: UnitContext, taken: ReadonlySet<string>): Unit {
  const [first] = group;
  if (!first) throw new Error('A unit has a finding.');
  const findings = group.map(m => m.finding);
  const { kind } = first;
  const tools = [...new Set(group.flatMap(m => m.tools))].sort();
  const effort = effortOf(findings);
  const severity = worst(findings.map(f => f.severity));
  return {
    id: freeId(`${kind}:${anchorOf(first, context)}`, taken),
    kind,
    title: titleOf(kind, findings, tools),
    effort,
    risk: riskOf(kind, severity, effort),
    severity,
    zone: zoneOf(first.finding),
    findings: findings.map(f => f.fingerprint),
    files: [...new Set(findings.map(f => f.file))].sort(),
    tools,
    places: placesOf(group),
    migrate: migrateOf(findings, context),
  };
}

function zoneOf({ zone }: Finding): Zone {
  return zone;
}

/** What keeps the id of a unit the same when other findings come and go. */
function anchorOf({ kind, finding, tools }: Member, { packageOf }: UnitContext): string {
  switch (KINDS[kind].link) {
    case 'container':
      return `${finding.file}:${stateName(finding)}`;
    case 'handlers':
      return [finding.file, ...tools.slice(0, 1)].join(':');
    case 'package':
      return packageOf(finding.file) || '.';
    case 'root':
      return '.';
    default:
      return finding.file;
  }
}

function stateName({ data, subject }: Finding): string {
  const name = data?.['name'];
  return typeof name === 'string' ? name : subject.slice(subject.indexOf(':') + 1);
}

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  let id = wanted;
  for (let n = 2; taken.has(id); n++) id = `${wanted}-${n}`;
  return id;
}

const MAX_NAMES = 3;

function titleOf(kind: UnitKind, findings: readonly Finding[], tools: readonly string[]): string {
  const { title } = KINDS[kind];
  if (kind === 'state') return `${title}: ${listed([...new Set(findings.map(stateName))])}`;
  return tools.length > 0 ? `${title}: ${listed(tools)}` : title;
}

function listed(names: readonly string[]): string {
  const rest = names.length - MAX_NAMES;
  return rest > 0 ? `${names.slice(0, MAX_NAMES).join(', ')} and ${rest} more` : names.join(', ');
}

const EFFORT = { auto: 0, assisted: 1, manual: 2 } as const;

/** What no transform takes is never automatic, however plain the change. */
function effortOf(findings: readonly Finding[]): Unit['effort'] {
  const levels = findings.map(({ fix }) => (fix.level === 'auto' && fix.transform === undefined ? 'assisted' : fix.level));
  return levels.reduce((a, b) => (EFFORT[b] > EFFORT[a] ? b : a));
}

function riskOf(kind: UnitKind, severity: Unit['severity'], effort: Unit['effort']): Risk {
  if (severity === 'info' || effort === 'auto') return 'low';
  return KINDS[kind].risk;
}

function migrateOf(findings: readonly Finding[], { titleOf: nameOf }: UnitContext): Unit['migrate'] {
  const transforms = [...new Set(findings.flatMap(f => f.fix.transform ?? []))].sort();
  const takes = findings.filter(f => f.fix.transform !== undefined).length;
  const done = transforms.map(nameOf).join('; ');
  const summary =
    takes === 0
      ? 'Leaves this to a person.'
      : takes === findings.length
        ? `${done}.`
        : `${done}: takes ${takes} of ${findings.length} places and leaves the rest to a person.`;
  return { transforms, takes, summary };
}

function placesOf(group: readonly Member[]): readonly Evidence[] {
  const seen = new Set(group.map(({ finding }) => `${finding.file}:${finding.line}`));
  const places: Evidence[] = [];
  for (const use of group.flatMap(m => m.uses)) {
    const place = `${use.file}:${use.line}`;
    if (seen.has(place)) continue;
    seen.add(place);
    places.push(use);
  }
  return places.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column)).slice(0, MAX_PLACES);
}
