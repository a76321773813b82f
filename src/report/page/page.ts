import { clause, deadlineOf, sepsOf } from '../../catalogue/clauses.js';
import { STATUSES, type ComparedFinding, type ComparedUnit, type Comparison, type WireChange } from '../../comparison/comparison.js';
import type { History } from '../../comparison/history.js';
import type { Location } from '../../finding.js';
import { count } from '../audit-markdown.js';
import { CLASS_WORDS, EFFORT_WORDS, KIND_WORDS, shortCommit, sign, STATUS_WORDS, total, UNIT_WORDS } from '../comparison-words.js';
import { HOMEPAGE } from '../links.js';
import { barChart, groupRows, trendChart } from './charts.js';
import { Diffs, diffTable, type TextOf } from './diffs.js';
import { html, Markup, type Content } from './markup.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';
import { verificationSentences } from '../verification.js';

export interface PageOptions {
  readonly textOf: TextOf;
  /** Base64, for the policy that lets no other script and style run. */
  readonly sha256: (text: string) => string;
  readonly history?: History | undefined;
}

/** Code, evidence and diffs are left out when the page would become larger than this. */
const ROOM = 3_800_000;
const FRAME_WIDTH = 200;

/** One file that needs nothing else: no network, no other file. */
export function comparisonPage(comparison: Comparison, options: PageOptions): string {
  const page = new Page(comparison, options);
  return `<!doctype html>\n${page.whole().text}\n`;
}

class Page {
  readonly #diffs: Diffs;
  #room = ROOM;
  #omitted = 0;

  constructor(
    private readonly comparison: Comparison,
    private readonly options: PageOptions,
  ) {
    this.#diffs = new Diffs(options.textOf);
  }

  whole(): Markup {
    const { comparison, options } = this;
    const { base, head, revision } = comparison;
    const policy = `default-src 'none'; style-src 'sha256-${options.sha256(STYLE)}'; script-src 'sha256-${options.sha256(SCRIPT)}'; base-uri 'none'; form-action 'none'`;
    const title = `MCP ${revision}: readiness ${base.readiness.score} → ${head.readiness.score}`;
    const units = this.#units();
    return html`<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${new Markup(STYLE)}</style></head>
<body><a class="skip" href="#findings">To the findings</a>
<header><h1>${title} <span class="dim">(${sign(head.readiness.score - base.readiness.score)})</span></h1>${this.#decision()}</header>
<main>${this.#cards()}${this.#sides()}${this.#charts()}${this.#wire()}<h2 id="findings">Units and findings</h2>${this.#filters()}${units}${this.#omitted > 0 && html`<p class="dim">Code, evidence or differences of ${this.#omitted} findings are left out to keep this page small; the JSON report has them.</p>`}${this.#clauses()}${this.#countdown()}${this.#dependencies()}${this.#verification()}${this.#notes()}</main>
<footer><p class="dim"><a href="${HOMEPAGE}">${comparison.tool}</a>, ${comparison.today}</p></footer>
<script>${new Markup(SCRIPT)}</script></body></html>`;
  }

  #decision(): Markup {
    const { readiness } = this.comparison.head;
    const [next] = this.comparison.next;
    return html`<p><strong>${capital(readiness.summary)}.</strong> ${capital(CLASS_WORDS[readiness.class])}.${readiness.reasons.length > 0 && html` Decided by: ${readiness.reasons.join(', ')}.`}</p>${next !== undefined && html`<p>Next: <code>${next}</code></p>`}`;
  }

  #cards(): Markup {
    const { totals, head } = this.comparison;
    const card = (n: number, words: string, style: string): Markup => html`<li><b class="${style}">${n.toLocaleString('en-US')}</b>${words}</li>`;
    return html`<ul class="cards">${card(total(totals.fixed), 'findings fixed', 'good')}${card(total(totals.new), 'findings new', total(totals.new) > 0 ? 'error' : '')}${card(total(totals.left), 'findings left', '')}${card(head.counts.error, head.counts.error === 1 ? 'error now' : 'errors now', head.counts.error > 0 ? 'error' : 'good')}${card(head.units, head.units === 1 ? 'unit now' : 'units now', '')}</ul>`;
  }

  #sides(): Markup {
    const { base, head } = this.comparison;
    const row = (s: Comparison['base'], what: string): Markup =>
      html`<tr><th scope="row">${what}</th><td data-name="state">${s.name}${s.commit !== undefined && !s.commit.startsWith(s.name) && html` <code>${shortCommit(s.commit)}</code>`}${s.date !== undefined && html` of ${s.date}`}${s.subject !== undefined && html`, ${s.subject}`}</td><td data-name="readiness">${s.readiness.score}: ${s.readiness.summary}</td><td class="n" data-name="errors">${s.counts.error}</td><td class="n" data-name="warnings">${s.counts.warning}</td><td class="n" data-name="info">${s.counts.info}</td><td class="n" data-name="units">${s.units}</td></tr>`;
    return html`<table class="stack"><caption class="sr">Before and after</caption><thead><tr><td></td><th scope="col">state</th><th scope="col">readiness</th><th scope="col" class="n">errors</th><th scope="col" class="n">warnings</th><th scope="col" class="n">info</th><th scope="col" class="n">units</th></tr></thead><tbody>${row(base, 'before')}${row(head, 'after')}</tbody></table>`;
  }

  #charts(): Markup {
    const { history } = this.options;
    const { base, head } = this.comparison;
    const rows = groupRows(this.comparison, id => clause(id).group);
    return html`<h2>At a glance</h2><p class="dim">Grey bars: before. Blue bars: after.</p>${barChart('Readiness', [{ name: 'readiness of 100', before: base.readiness.score, after: head.readiness.score }])}${rows.length > 0 && html`<h3>Findings by subject</h3>${barChart('Findings by subject', rows)}`}${history && history.entries.length > 0 && html`<h3>Readiness over time</h3>${trendChart(history)}`}`;
  }

  #wire(): Markup {
    const { wire } = this.comparison;
    if (wire.length === 0) return html`<h2>On the wire</h2><p>No change that the code shows.</p>`;
    const row = (w: WireChange): Markup =>
      html`<tr><td data-name="what">${KIND_WORDS[w.kind]} <code>${w.name}</code> <strong>${w.change}</strong>${w.detail !== undefined && html`, ${w.detail}`} <span class="dim">${place(w, w.url)}</span></td><td data-name="modern clients">${w.modern}</td><td data-name="older clients">${w.older}</td></tr>`;
    return html`<h2>On the wire</h2><table class="stack"><caption class="sr">What clients notice</caption><thead><tr><th scope="col">what</th><th scope="col">modern clients (${this.comparison.revision})</th><th scope="col">older clients</th></tr></thead><tbody>${wire.map(row)}</tbody></table>`;
  }

  #filters(): Markup {
    const { findings, units } = this.comparison;
    const owners = [...new Set(units.flatMap(u => u.owners))].sort();
    const boxes = (name: string, legend: string, values: readonly (readonly [string, string, number])[]): Markup =>
      html`<fieldset><legend>${legend}</legend>${values.map(([value, words, n]) => html`<label><input type="checkbox" name="${name}" value="${value}" checked> ${words} <span class="dim">${n}</span></label>`)}</fieldset>`;
    const of = (test: (f: ComparedFinding) => boolean): number => findings.filter(test).length;
    const effortOf = new Map<string, string>(units.flatMap(u => STATUSES.flatMap(s => u[s].map(f => [`${s} ${f}`, u.effort] as const))));
    const efforts = (['auto', 'assisted', 'manual'] as const).map(e => [e, EFFORT_WORDS[e], of(f => effortOf.get(key(f)) === e)] as const);
    return html`<div class="filters" role="search" aria-label="Findings"><label for="search" class="sr">Search in findings, key /</label><input type="search" id="search" placeholder="Search (/)" autocomplete="off" spellcheck="false">${boxes('status', 'Status', STATUSES.map(s => [s, STATUS_WORDS[s], of(f => f.status === s)]))}${boxes('severity', 'Severity', (['error', 'warning', 'info'] as const).map(s => [s, s, of(f => f.finding.severity === s)]))}${boxes('effort', 'Effort', efforts)}${owners.length > 0 && html`<label>Owner <select id="owner"><option value="">all</option>${owners.map(o => html`<option value="${o}">${o}</option>`)}</select></label>`}<button type="button" id="expand">Expand all</button><button type="button" id="collapse">Collapse all</button><button type="button" id="reset">Reset</button><p id="told" role="status" aria-live="polite">${count(findings.length, 'finding')}</p></div>`;
  }

  #units(): Markup {
    const { units, findings } = this.comparison;
    if (units.length === 0) return html`<p>Nothing was found on either side.</p>`;
    const byKey = new Map<string, ComparedFinding>(findings.map(f => [key(f), f]));
    return html`<div id="units">${units.map(u => this.#unit(u, STATUSES.flatMap(s => u[s].flatMap(f => byKey.get(`${s} ${f}`) ?? []))))}</div>`;
  }

  #unit(unit: ComparedUnit, findings: readonly ComparedFinding[]): Markup {
    const numbers = STATUSES.flatMap(s => (unit[s].length > 0 ? [`${unit[s].length} ${STATUS_WORDS[s]}`] : [])).join(', ');
    return html`<details class="unit" data-effort="${unit.effort}" data-owners="${unit.owners.join(' ')}"><summary><strong>${unit.title}</strong> <span class="chip ${unit.status === 'done' ? 'good' : unit.severity}">${UNIT_WORDS[unit.status]}</span> ${numbers}<span class="shown"></span> <span class="dim">${EFFORT_WORDS[unit.effort]}, ${unit.risk} risk${unit.owners.length > 0 && html`, owners ${unit.owners.join(' ')}`}</span></summary><div class="body">${this.#clausesOf(findings)}<ul class="findings">${findings.map(f => this.#finding(f))}</ul>${this.#differences(unit, findings)}</div></details>`;
  }

  #clausesOf(findings: readonly ComparedFinding[]): Markup {
    const rows = [...new Map(findings.map(({ finding }) => [finding.clause, finding])).values()].map(f => {
      const c = clause(f.clause);
      const origin = [sepsOf(c), deadlineOf(c, this.comparison.today)].filter(Boolean).join('; ');
      return html`<li><strong>${prose(c.title)}</strong>: ${prose(c.spec.requirement)}${origin !== '' && html` <span class="dim">(${origin})</span>`} ${c.spec.url !== null && html`<a href="${c.spec.url}">Specification<span class="sr"> about ${c.title}</span></a>`}<br><strong>Do:</strong> ${prose(f.fix.summary)}</li>`;
    });
    return html`<ul>${rows}</ul>`;
  }

  #finding(compared: ComparedFinding): Markup {
    const { status, finding, url, from } = compared;
    const style = status === 'fixed' ? 'good' : finding.severity;
    const head = html`<p><span class="chip ${style}">${STATUS_WORDS[status]}</span> <span class="${finding.severity}">${finding.severity}</span> ${place(finding, url)}${from && html` <span class="dim">was ${from.file}:${from.line}</span>`} ${finding.message} <code>${finding.clause}</code></p>`;
    const more = this.#afford(() => html`${this.#frame(compared)}${this.#evidence(compared)}`);
    return html`<li class="finding" data-status="${status}" data-severity="${finding.severity}">${head}${more}</li>`;
  }

  /** The line itself; the marked part is what the finding is about. */
  #frame({ status, finding }: ComparedFinding): Markup | undefined {
    const text = this.#line(status === 'fixed' ? 'base' : 'head', finding);
    if (text === undefined) return undefined;
    const lead = text.length - text.trimStart().length;
    const start = Math.max(lead, finding.column - 1);
    const end = finding.endLine === finding.line ? Math.max(start, finding.endColumn - 1) : text.length;
    const from = Math.max(lead, start - 80);
    return html`<pre><code>${from > lead && '…'}${text.slice(from, start)}<mark>${text.slice(start, Math.min(end, start + FRAME_WIDTH))}</mark>${text.slice(Math.min(end, start + FRAME_WIDTH), start + FRAME_WIDTH)}${text.length > start + FRAME_WIDTH && '…'}</code></pre>`;
  }

  readonly #lines = new Map<string, readonly string[] | undefined>();

  #line(side: 'base' | 'head', { file, line }: Location): string | undefined {
    const at = `${side} ${file}`;
    if (!this.#lines.has(at)) this.#lines.set(at, this.options.textOf(side, file)?.split(/\r?\n/));
    return this.#lines.get(at)?.[line - 1];
  }

  #evidence({ finding }: ComparedFinding): Markup | undefined {
    const steps = [...finding.because.map(e => html`<li>${e.why}: <code>${e.text}</code> <span class="dim">${e.file}:${e.line}</span></li>`), ...finding.related.map(e => html`<li>belongs to it: <code>${e.text}</code> <span class="dim">${e.file}:${e.line}</span></li>`)];
    return steps.length === 0 ? undefined : html`<details class="evidence"><summary>How this was found<span class="sr"> in ${finding.file}:${finding.line}</span></summary><ol>${steps}</ol></details>`;
  }

  #differences(unit: ComparedUnit, findings: readonly ComparedFinding[]): Markup | undefined {
    const touched = findings.filter(f => f.status !== 'left');
    const files = [...new Set(touched.map(f => f.finding.file))].sort();
    const tables = files.map(file => {
      const hunks = this.#diffs.about(file, touched);
      if (!hunks) return html`<p class="dim">${file} has changed too much to show it here.</p>`;
      return hunks.length > 0 && this.#afford(() => html`<h4 class="code">${file}</h4>${hunks.map(h => diffTable(file, h))}`);
    });
    return tables.some(Boolean) ? html`<h3>Differences<span class="sr"> of ${unit.title}</span></h3>${tables}` : undefined;
  }

  #afford(make: () => Markup): Markup | undefined {
    if (this.#room > 0) {
      const made = make();
      if (made.text.length <= this.#room) {
        this.#room -= made.text.length;
        return made;
      }
      this.#room = 0;
    }
    this.#omitted++;
    return undefined;
  }

  #clauses(): Markup | undefined {
    const { clauses } = this.comparison;
    if (clauses.length === 0) return undefined;
    const row = (c: Comparison['clauses'][number]): Markup =>
      html`<tr><td data-name="clause"><code>${c.clause}</code> ${prose(c.title)} <span class="dim">${c.status}</span></td><td class="n" data-name="before">${c.before}</td><td class="n" data-name="after">${c.after}</td><td class="n" data-name="fixed">${c.fixed}</td><td class="n" data-name="new">${c.new}</td><td class="n" data-name="left">${c.left}</td></tr>`;
    return html`<h2>By clause</h2><table class="stack"><caption class="sr">Findings by clause of the revision</caption><thead><tr><th scope="col">clause</th><th scope="col" class="n">before</th><th scope="col" class="n">after</th><th scope="col" class="n">fixed</th><th scope="col" class="n">new</th><th scope="col" class="n">left</th></tr></thead><tbody>${clauses.map(row)}</tbody></table>`;
  }

  #countdown(): Markup | undefined {
    const { countdown } = this.comparison.head.readiness;
    if (countdown.length === 0) return undefined;
    return html`<h2>Deprecated features still in use</h2><ul>${countdown.map(d => html`<li><strong>${prose(d.title)}</strong>: ${d.days > 0 ? `a revision may drop it from ${d.from}, ${count(d.days, 'day')} left` : `any revision may drop it since ${d.from}`} (${count(d.findings, 'place')})</li>`)}</ul>`;
  }

  #dependencies(): Markup | undefined {
    const { dependencies, environment } = this.comparison;
    if (dependencies.length + environment.length === 0) return undefined;
    return html`<h2>Dependencies and environment</h2><ul>${dependencies.map(d => html`<li><code>${d.name}</code> ${d.before ?? 'none'} → ${d.after ?? 'none'} <span class="dim">${d.manifest}, ${d.field}</span></li>`)}${environment.map(e => html`<li>variable <code>${e.name}</code> ${e.change} <span class="dim">${place(e, e.url)}</span></li>`)}</ul>`;
  }

  #verification(): Markup | undefined {
    const { verification } = this.comparison;
    const told = verification && verificationSentences(verification);
    if (told) return html`<h2>How the migration was checked</h2><ul>${told.map(s => html`<li>${s}</li>`)}</ul>`;
    return verification && html`<h2>Checks stored by migrate</h2><pre><code>${JSON.stringify(verification, null, 2)}</code></pre>`;
  }

  #notes(): Markup | undefined {
    const { notes } = this.comparison;
    return notes.length > 0 ? html`<h2>Notes</h2><ul>${notes.map(n => html`<li>${n}</li>`)}</ul>` : undefined;
  }
}

function key({ status, finding }: ComparedFinding): string {
  return `${status} ${finding.fingerprint}`;
}

function place({ file, line }: { readonly file: string; readonly line: number }, url: string | undefined): Markup {
  return url === undefined ? html`<span class="code">${file}:${line}</span>` : html`<a class="code" href="${url}">${file}:${line}</a>`;
}

/** Text of the catalogue, in which code stands between backticks. */
function prose(text: string): Content {
  return text.split(/`([^`]*)`/).map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
