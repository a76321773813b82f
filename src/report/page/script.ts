/** Everything works without it, except filtering. It reads attributes and text, and never writes markup. */
export const SCRIPT = `
'use strict';
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const search = document.getElementById('search');
const owner = document.getElementById('owner');
const told = document.getElementById('told');
const units = all('details.unit').map(element => ({
  element,
  owners: ' ' + (element.dataset.owners || '') + ' ',
  shown: element.querySelector('.shown'),
  title: element.querySelector('summary').textContent.toLowerCase(),
  findings: all('.finding', element).map(item => ({ item, status: item.dataset.status, severity: item.dataset.severity, effort: element.dataset.effort, text: '' })),
}));
const total = units.reduce((sum, unit) => sum + unit.findings.length, 0);
let read = false;

function readTexts() {
  if (read) return;
  read = true;
  for (const unit of units) for (const finding of unit.findings) finding.text = unit.title + ' ' + finding.item.textContent.toLowerCase();
}

function chosen(name) {
  return new Set(all('input[name=' + name + ']:checked').map(box => box.value));
}

function apply() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  if (words.length > 0) readTexts();
  const [status, severity, effort] = [chosen('status'), chosen('severity'), chosen('effort')];
  const by = owner ? owner.value : '';
  let visible = 0;
  for (const unit of units) {
    const owned = by === '' || unit.owners.includes(' ' + by + ' ');
    let here = 0;
    for (const finding of unit.findings) {
      const show = owned && status.has(finding.status) && severity.has(finding.severity) && effort.has(finding.effort) && words.every(word => finding.text.includes(word));
      if (finding.item.hidden === show) finding.item.hidden = !show;
      if (show) here++;
    }
    visible += here;
    if (unit.element.hidden !== (here === 0)) unit.element.hidden = here === 0;
    const note = here === unit.findings.length ? '' : ', ' + here + ' shown';
    if (unit.shown.textContent !== note) unit.shown.textContent = note;
  }
  told.textContent = visible === total ? total + ' findings' : visible + ' of ' + total + ' findings shown';
}

for (const control of all('.filters input, .filters select')) control.addEventListener('input', apply);
document.getElementById('expand').addEventListener('click', () => { for (const unit of units) if (!unit.element.hidden) unit.element.open = true; });
document.getElementById('collapse').addEventListener('click', () => { for (const unit of units) unit.element.open = false; });
document.getElementById('reset').addEventListener('click', () => {
  search.value = '';
  if (owner) owner.value = '';
  for (const box of all('.filters input[type=checkbox]')) box.checked = true;
  apply();
  search.focus();
});
document.addEventListener('keydown', event => {
  if (event.key === '/' && document.activeElement !== search && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  } else if (event.key === 'Escape' && document.activeElement === search) {
    search.value = '';
    apply();
  }
});
let closed = [];
addEventListener('beforeprint', () => {
  closed = all('details:not([open])');
  for (const element of closed) element.open = true;
});
addEventListener('afterprint', () => { for (const element of closed) element.open = false; });
document.documentElement.classList.add('ready');
apply();
setTimeout(readTexts, 200);
`;
