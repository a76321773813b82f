// The HTML report as people see it, in Chromium. `npm run browser` installs Debian's package first.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, installChromium } from '../scripts/chromium.mjs';
import { runCli } from './support/cli.js';
import { commitFiles, repository } from './support/git.js';
import { hostileProject } from './support/hostile.js';
import { ROOT } from './support/imports.js';
import { AFTER, BEFORE } from './support/migration.js';
import { tempFolder, writeFiles } from './support/temp.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCREENSHOTS = join(ROOT, '.mcp-stateless/screenshots');

// A package manager is started only for those who ask for it.
const installed = process.env['INSTALL_CHROMIUM'] === '1' ? installChromium() : { path: findChromium(), why: '`npm run browser` installs it' };
if (installed.path === undefined) console.warn(`The HTML report is not tested in a browser: there is no Chromium (${installed.why ?? ''}).`);

describe.skipIf(installed.path === undefined)('the HTML report in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: installed.path ?? '', args: ['--no-sandbox', '--disable-gpu'] });
    mkdirSync(SCREENSHOTS, { recursive: true });
  });
  afterAll(async () => {
    await browser.close();
  });

  interface Opened {
    readonly page: Page;
    /** Errors of the page, and addresses it asked for besides its own. */
    readonly trouble: readonly string[];
  }

  async function open(file: string, options: { readonly width?: number; readonly dark?: boolean } = {}): Promise<Opened> {
    const page = await browser.newPage({ viewport: { width: options.width ?? 1200, height: 900 }, colorScheme: options.dark ? 'dark' : 'light' });
    const trouble: string[] = [];
    const own = pathToFileURL(file).href;
    page.on('console', message => {
      if (message.type() === 'error' || message.type() === 'warning') trouble.push(message.text());
    });
    page.on('pageerror', error => trouble.push(error.message));
    page.on('request', request => {
      if (request.url() !== own) trouble.push(`asked for ${request.url()}`);
    });
    page.on('dialog', dialog => {
      trouble.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(own);
    await page.waitForSelector('html.ready', { state: 'attached' });
    return { page, trouble };
  }

  /** Runs in the page; the names are looked up there. */
  const visible = (page: Page): Promise<number> => page.evaluate<number>(`document.querySelectorAll('.finding:not([hidden])').length`);
  const told = (page: Page): Promise<string> => page.evaluate<string>(`document.getElementById('told').textContent`);

  async function seriousViolations(page: Page): Promise<readonly string[]> {
    // The policy of the page lets no script in; the debugger is not bound by it.
    await page.evaluate(AXE);
    const found = await page.evaluate<readonly { id: string; impact: string; nodes: readonly { html: string }[] }[]>(`axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations)`);
    return found.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => `${v.id}: ${v.nodes[0]?.html ?? ''}`);
  }

  const folder = tempFolder();
  const made = (name: string, before: Readonly<Record<string, string>>, after: Readonly<Record<string, string | null>>, message = 'after'): string => {
    const root = repository(before);
    commitFiles(root, after, message, writeFiles);
    const file = join(folder, `${name}.html`);
    const { status, stderr } = runCli(root, ['report', '--base', 'HEAD~1', '--head', 'HEAD', '-o', `html=${file}`, '--history', join(folder, `${name}.jsonl`)]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return file;
  };

  beforeAll(() => {
    made('migration', BEFORE, AFTER);
  });

  it('filters, searches and unfolds', async () => {
    const { page, trouble } = await open(join(folder, 'migration.html'));
    const all = await visible(page);
    expect(all).toBe(11);
    expect(await told(page)).toBe('11 findings');

    await page.uncheck('input[name=status][value=fixed]');
    expect(await visible(page)).toBe(2);
    expect(await told(page)).toBe('2 of 11 findings shown');
    expect(await page.locator('details.unit:visible').count()).toBe(1);
    await page.click('#reset');
    expect(await visible(page)).toBe(all);

    await page.fill('#search', 'session header http.ts');
    expect(await visible(page)).toBeGreaterThan(0);
    expect(await visible(page)).toBeLessThan(all);
    await page.fill('#search', 'nothing has this');
    expect(await told(page)).toBe('0 of 11 findings shown');
    await page.click('#reset');

    await page.selectOption('#owner', '@org/platform');
    expect(await page.locator('details.unit:visible').count()).toBe(1);
    await page.click('#reset');

    expect(await page.locator('.finding:visible').count()).toBe(0);
    await page.click('#expand');
    expect(await page.locator('.finding:visible').count()).toBe(all);
    const evidence = page.locator('.evidence').first();
    await evidence.locator('summary').click();
    expect(await evidence.locator('li').first().isVisible()).toBe(true);
    expect(await page.locator('.diff tr').count()).toBeGreaterThan(10);
    expect(await page.locator('.diff .old').count()).toBeGreaterThan(2);
    await page.screenshot({ path: join(SCREENSHOTS, 'wide-light.png'), fullPage: true });
    await page.click('#collapse');
    expect(await page.locator('.finding:visible').count()).toBe(0);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('can be used with the keyboard alone', async () => {
    const { page, trouble } = await open(join(folder, 'migration.html'));
    await page.keyboard.press('Tab');
    expect(await page.evaluate<string>('document.activeElement.className')).toBe('skip');
    await page.keyboard.press('/');
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('search');
    await page.keyboard.type('cart');
    expect(await visible(page)).toBe(1);
    await page.keyboard.press('Escape');
    expect(await visible(page)).toBe(11);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await page.isChecked('input[name=status][value=new]')).toBe(false);
    // On to the first unit, by Tab only.
    for (let n = 0; n < 40 && (await page.evaluate<string>('document.activeElement.tagName')) !== 'SUMMARY'; n++) await page.keyboard.press('Tab');
    expect(await page.evaluate<string>('document.activeElement.tagName')).toBe('SUMMARY');
    await page.keyboard.press('Enter');
    expect(await page.locator('.finding:visible').count()).toBeGreaterThan(0);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it.each([[375, true], [1200, false]])('has no serious violation and no horizontal scroll at %i px, dark: %s', async (width, dark) => {
    const { page, trouble } = await open(join(folder, 'migration.html'), { width, dark });
    await page.click('#expand');
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(trouble).toEqual([]);
    expect(await seriousViolations(page)).toEqual([]);
    await page.screenshot({ path: join(SCREENSHOTS, `${width}-${dark ? 'dark' : 'light'}.png`), fullPage: true });
    await page.close();
  });

  it('would see a violation and a scroll', async () => {
    const { page } = await open(join(folder, 'migration.html'), { width: 375 });
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<input><button></button>')`);
    await page.evaluate(`document.querySelector('h1').appendChild(document.createElement('canvas')).width = 2000`);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeGreaterThan(375);
    expect(await seriousViolations(page)).not.toEqual([]);
    await page.close();
  });

  it('shows everything when it is printed', async () => {
    const { page } = await open(join(folder, 'migration.html'));
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    expect(await page.locator('.finding:visible').count()).toBe(11);
    expect(await page.locator('.filters:visible').count()).toBe(0);
    const pdf = await page.pdf();
    expect(pdf.length).toBeGreaterThan(10_000);
    await page.close();
  });

  it('keeps hostile names, code and messages inert', async () => {
    const file = made('hostile', { 'readme.md': 'x' }, { ...hostileProject(), CODEOWNERS: '* @<img/src=x/onerror=window.hacked=8>\n' }, `</script><script>window.hacked=9</script>`);
    const { page, trouble } = await open(file, { width: 375 });
    await page.click('#expand');
    await page.fill('#search', '</script>');
    expect(await visible(page)).toBeGreaterThan(0);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.evaluate<number>(`document.querySelectorAll('img, iframe, object, script:not(:last-of-type), a[href^="javascript:"], [onerror], [onmouseover]').length`)).toBe(0);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('stays quick with 2,000 findings', async () => {
    const lines = Array.from({ length: 20 }, (_, i) => `export const id${i} = req => req.headers['mcp-session-id'];\n`).join('');
    const file = made('many', { 'readme.md': 'x' }, Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`src/file-${i}.ts`, lines])));
    const { page, trouble } = await open(file);
    expect(await visible(page)).toBe(2000);
    await page.waitForTimeout(400);
    // From the event until the page is painted again.
    const took = (action: string): Promise<number> => page.evaluate<number>(`new Promise(done => { const start = performance.now(); ${action}; requestAnimationFrame(() => { const channel = new MessageChannel(); channel.port1.onmessage = () => done(performance.now() - start); channel.port2.postMessage(0); }); })`);
    const type = (text: string): string => `search.value = '${text}'; search.dispatchEvent(new Event('input'))`;
    const actions = [type('file-7'), type('file-77.ts'), type(''), `document.querySelector('input[name=status][value=new]').click()`, `document.querySelector('input[name=status][value=new]').click()`, `document.querySelector('details.unit').open = true`];
    const best: number[] = [];
    for (const action of actions) {
      // The machine may be busy with something else: the second of two tries counts as well.
      best.push(Math.min(await took(action), await took(action.includes('.click()') ? '' : action)));
    }
    for (const [index, time] of best.entries()) expect(time, actions[index]).toBeLessThan(100);
    expect(trouble).toEqual([]);
    await page.close();
  });
});
