// What both scripts need: a browser whose pages may ask nobody but the server, and a list of checks.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WAIT = 45_000;
mkdirSync('shots', { recursive: true });

export async function launch(executablePath) {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A page in a context of its own. `faults` gathers what nobody should see in its console, `outside` what it asked of others. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, colorScheme: 'light', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT);
  page.faults = [];
  page.outside = [];
  page.frames = [];
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type()) && !/status of 40[13]|HTTP Authentication failed/.test(message.text())) page.faults.push(message.text());
  });
  page.on('pageerror', error => page.faults.push(error.stack));
  await context.route(() => true, route => {
    if (new URL(route.request().url()).origin === new URL(url).origin) return route.continue();
    page.outside.push(route.request().url());
    return route.abort();
  });
  page.on('websocket', socket => {
    if (new URL(socket.url()).host !== new URL(url).host) page.outside.push(socket.url());
    socket.on('framereceived', frame => page.frames.push(JSON.parse(frame.payload)));
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', event => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(url);
  return page;
}

/** Nothing of what goes wrong quietly did. */
export async function clean(page) {
  assert.deepEqual(page.faults, []);
  assert.deepEqual(page.outside, []);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'the page is wider than its window');
}

/** Looks at the page as somebody does who cannot see it, or not well. */
export async function accessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(violations.map(found => `${found.id}: ${found.nodes.map(node => node.html).slice(0, 3).join(' ')}`), []);
}

export const shot = (page, name, fullPage = false) => page.screenshot({ path: `shots/${name}.png`, fullPage });

/** Both answers are there. */
export async function answered(page) {
  await page.waitForFunction(() => {
    const texts = [...document.querySelectorAll('article .text')];
    return texts.length === 2 && texts.every(text => text.textContent && text.ariaBusy === 'false');
  }).catch(async error => {
    throw new Error(`no two answers; the page says: ${await page.locator('main').innerText()}`, { cause: error });
  });
  return page.locator('article .text').allTextContents();
}

/** Asks this of both, whoever is chosen. */
export async function ask(page, prompt) {
  await page.getByLabel('Prompt', { exact: true }).fill(prompt);
  await page.getByRole('button', { name: /Ask both|Stop/ }).waitFor();
  const before = page.frames.length;
  await page.getByLabel('Prompt', { exact: true }).press('Enter');
  await page.waitForFunction(() => document.querySelector('article .text[aria-busy=true]') || document.querySelector('article .told')?.textContent);
  const texts = await answered(page);
  assert.ok(page.frames.length > before);
  return texts;
}

export const chosen = page => page.locator('nav button[aria-current=true] .who').textContent();

export async function choose(page, name) {
  await page.locator('nav button', { hasText: name }).click();
  await page.locator('article.own h2', { hasText: name }).waitFor();
  return answered(page);
}

export async function run(checks) {
  for (const [name, check] of Object.entries(checks)) {
    await check().catch(error => {
      console.error(`console: ${name}: ${error.stack}`);
      process.exitCode = 1;
    });
  }
  console.log(`console: ${Object.keys(checks).length} checks`);
}
