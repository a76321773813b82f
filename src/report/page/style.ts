/** Colours have a contrast of 4.5 or more in both schemes; nothing is told by colour alone. */
export const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--raised:#f6f7f9;--text:#1b1f24;--dim:#57606a;--line:#d0d7de;--link:#0550ae;--red:#b3261e;--yellow:#7a4f00;--blue:#0550ae;--green:#116329;--old:#ffebe9;--new:#dafbe1;--mark:#fff8c5}
@media (prefers-color-scheme:dark){:root{--ground:#0d1117;--raised:#161b22;--text:#e6edf3;--dim:#9aa4af;--line:#30363d;--link:#79b8ff;--red:#ff8a80;--yellow:#e3b341;--blue:#79b8ff;--green:#56d364;--old:#4a1d1d;--new:#12361f;--mark:#3d3208}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main,header{max-width:75rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1rem 0 .3rem}
a{color:var(--link)}
code,pre,.code{font-family:ui-monospace,monospace;font-size:.875em}
pre{background:var(--raised);border:1px solid var(--line);border-radius:4px;padding:.5rem;margin:.4rem 0;white-space:pre-wrap}
mark{background:var(--mark);color:inherit}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid var(--line)}
th{white-space:nowrap}td.n,th.n{text-align:right;white-space:nowrap}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:1rem 0;padding:0;list-style:none}
.cards li{background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem}
.cards b{display:block;font-size:1.5rem}
.dim{color:var(--dim)}.error{color:var(--red)}.warning{color:var(--yellow)}.info{color:var(--blue)}.good{color:var(--green)}
.chip{display:inline-block;border:1px solid currentColor;border-radius:1em;padding:0 .6em;font-size:.8125rem;line-height:1.5}
.filters{position:sticky;top:0;z-index:1;background:var(--ground);border-bottom:1px solid var(--line);padding:.5rem 0;display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center}
.filters>*{min-width:0;max-width:100%}
.filters fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem .75rem}
.filters legend{float:left;padding:0;margin-right:.5rem;font-weight:600}
input[type=search],select,button{font:inherit;color:inherit;background:var(--raised);border:1px solid var(--dim);border-radius:4px;padding:.3rem .5rem;max-width:100%}
input[type=search]{flex:1 1 12rem;min-width:0}
input[type=checkbox]{width:1.1rem;height:1.1rem;vertical-align:-.15rem}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
details.unit{border:1px solid var(--line);border-radius:6px;margin:.6rem 0;content-visibility:auto;contain-intrinsic-size:auto 3rem}
details.unit>summary{padding:.5rem .8rem;cursor:pointer;background:var(--raised);border-radius:6px}
.unit>.body{padding:0 .8rem .8rem}
ul.findings{list-style:none;margin:0;padding:0}
.finding{border-top:1px solid var(--line);padding:.6rem 0;content-visibility:auto;contain-intrinsic-size:auto 8rem}
.finding p{margin:.2rem 0}
.evidence summary{cursor:pointer;color:var(--dim)}
.evidence ol{margin:.2rem 0}
.diff{table-layout:fixed;margin:.4rem 0;border:1px solid var(--line)}
.diff td,.diff th{border:0;padding:0 .4rem;font-size:.8125rem}
.diff td.code{white-space:pre-wrap;overflow-wrap:anywhere}
.diff col.no{width:3.5rem}
.diff .no{color:var(--dim);text-align:right}
.diff .old{background:var(--old)}.diff .new{background:var(--new)}
svg{max-width:100%;height:auto}
svg text{fill:currentColor;font:13px system-ui,sans-serif}
.bar-before{fill:var(--dim)}.bar-after{fill:var(--link)}.axis{stroke:var(--line)}.curve{fill:none;stroke:var(--link);stroke-width:2}.dot{fill:var(--link)}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[hidden]{display:none!important}
@media (max-width:48rem){.filters{position:static}.stack thead{display:none}.stack tr{display:grid;grid-template-columns:1fr;border-bottom:1px solid var(--line);padding:.3rem 0}.stack td{border:0;padding:.05rem 0;text-align:left}.stack td[data-name]::before{content:attr(data-name) ": ";color:var(--dim)}.diff colgroup{display:none}.diff tr{display:grid;grid-template-columns:3.5rem 1fr}.diff thead{display:none}.diff .empty{display:none}}
@media print{.filters,.skip{display:none}details.unit,.finding{content-visibility:visible;break-inside:avoid-page}body{font-size:10pt}a{text-decoration:none}}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--ground);padding:.5rem;z-index:2}
`;
