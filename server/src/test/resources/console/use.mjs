// The console of an open server with the shipped demo: node use.mjs CHROMIUM URL
import assert from 'node:assert/strict';
import { accessible, answered, ask, choose, chosen, clean, launch, open, run, shot } from './page.mjs';

const [, , executable, url] = process.argv;
const NOTE = 'Note: ask Clara to bring the tent on Friday.\nText:';
const browser = await launch(executable);
const page = await open(browser, url);
const first = await answered(page);

const told = () => page.locator('section[aria-label=Plan] .told').textContent();
const planOf = user => page.evaluate(name => fetch(`v1/users/${name}/plan`).then(response => response.json()), user);

await run({
  async 'streams answers over a WebSocket, the base beside the user'() {
    const deltas = page.frames.filter(event => event.type === 'response.output_text.delta');
    assert.ok(deltas.length > 6, 'it came in pieces');
    assert.notEqual(first[0], first[1]);
    const whole = page.frames.filter(event => event.type === 'response.completed');
    assert.deepEqual(whole.map(event => event.response.output[0].content[0].text.trimStart()).sort(), [...first].sort());
  },

  async 'answers as whom one chooses'() {
    await choose(page, 'felix.hart');
    const felix = await ask(page, NOTE);
    await choose(page, 'yusuf.moss');
    const yusuf = await ask(page, NOTE);
    assert.equal(felix[0], yusuf[0]);
    assert.notEqual(felix[1], yusuf[1]);
    assert.match(await page.locator('article.own .told').textContent(), /^assembled .* tokens/);
  },

  async 'goes back to whom one chose before'() {
    await page.goBack();
    await page.locator('article.own h2', { hasText: 'felix.hart' }).waitFor();
    assert.equal(await chosen(page), 'felix.hart');
    await answered(page);
  },

  async 'shows weights under the pointer'() {
    const [[site, choices]] = Object.entries((await planOf('felix.hart')).sites);
    const heaviest = choices.toSorted((a, b) => b[1] - a[1])[0];
    const expected = `${site} takes ${(100 * heaviest[1]).toFixed(1)} % of ${heaviest[0]}`;
    await page.locator(`.cell[aria-label="${expected}"]`).hover();
    assert.equal(await told(), expected);
  },

  async 'shows weights where the keyboard leads'() {
    await page.mouse.move(0, 0);
    await page.locator('.cell[tabindex="0"]').focus();
    const press = async key => {
      const before = await told();
      await page.keyboard.press(key);
      await page.waitForFunction(text => document.querySelector('section[aria-label=Plan] .told').textContent !== text, before);
    };
    await press('ArrowDown');
    assert.match(await told(), /takes \d+\.\d % of s\d+/);
    await page.keyboard.press('Home');
    await press('ArrowRight');
    await press('ArrowLeft');
    await press('ArrowUp');
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), await told());
  },

  async 'adds to a history and assembles it'() {
    const before = Number(/\d+/.exec(await page.locator('section[aria-label=History] small').textContent()));
    await page.getByLabel('Prompt of the new item').fill('Note: feed the cat.\nText:');
    await page.getByLabel('Completion of the new item').fill(' FEED THE CAT!!!');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.locator('section[aria-label=History] small', { hasText: `${before + 1} items` }).waitFor();
    assert.match(await page.locator('.items li').first().textContent(), /FEED THE CAT/);
    const made = (await planOf('felix.hart')).created;
    await page.getByRole('button', { name: 'Assemble again' }).click();
    await page.getByRole('button', { name: 'Assemble again', disabled: false }).waitFor();
    await page.waitForFunction(old => fetch('v1/users/felix.hart/plan').then(r => r.json()).then(plan => plan.created !== old), made);
  },

  async 'shows what the engine does'() {
    const rate = page.locator('.live dd').first();
    await page.getByLabel('Prompt', { exact: true }).fill(NOTE);
    await page.getByLabel('Prompt', { exact: true }).press('Enter');
    await page.waitForFunction(() => Number(document.querySelector('.live dd').textContent) > 0);
    assert.ok((await page.locator('.spark polyline').getAttribute('points')).split(' ').length > 1);
    await answered(page);
    assert.match(await rate.textContent(), /^\d+$/);
  },

  async 'needs no mouse'() {
    const keys = await open(browser, url);
    await answered(keys);
    const at = () => keys.evaluate(() => `${document.activeElement.tagName} ${document.activeElement.ariaLabel ?? document.activeElement.textContent}`);
    const tabTo = async (wanted, most = 12) => {
      const seen = [];
      for (let i = 0; i < most; i++) {
        await keys.keyboard.press('Tab');
        seen.push(await at());
        if (wanted.test(seen.at(-1))) return;
      }
      assert.fail(`Tab does not lead to ${wanted}: ${seen.join(' | ')}`);
    };
    await tabTo(/Find a user/);
    await keys.keyboard.type('paula.moss');
    await keys.keyboard.press('Enter');
    await keys.locator('article.own h2', { hasText: 'paula.moss' }).waitFor();
    await answered(keys);
    await tabTo(/^TEXTAREA Prompt/);
    await keys.keyboard.press('ControlOrMeta+A');
    await keys.keyboard.type('Note: ask Clara to bring the tent on Friday.');
    await keys.keyboard.press('Shift+Enter');
    await keys.keyboard.type('Text:');
    await keys.keyboard.press('Enter');
    await keys.waitForFunction(() => /clara/i.test(document.querySelector('article.own .text').textContent));
    await tabTo(/^rect /, 20);
    await tabTo(/Assemble again/);
    await clean(keys);
    await keys.context().close();
  },

  async 'has colours for day and night, as the system or the visitor wants'() {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const day = await ground();
    // What a click changes is drawn with the next picture.
    const becomesDay = () => page.waitForFunction(colour => getComputedStyle(document.body).backgroundColor === colour, day);
    await page.emulateMedia({ colorScheme: 'dark' });
    const night = await ground();
    assert.notEqual(day, night);
    await accessible(page);
    await page.locator('.cell[tabindex="0"]').focus();
    await shot(page, 'night', true);
    await page.getByRole('button', { name: /Colours/ }).click();
    await becomesDay();
    await page.reload();
    await answered(page);
    await becomesDay();
    await page.getByRole('button', { name: /Colours/ }).click();
    await page.getByRole('button', { name: /Colours/ }).click();
    await page.emulateMedia({ colorScheme: 'light' });
  },

  async 'can be read by machines that read pages aloud'() {
    await page.evaluate(() => scrollTo(0, 0));
    await page.locator('summary').click();
    await accessible(page);
    await page.locator('summary').click();
    await shot(page, 'day');
  },

  async 'fits a telephone'() {
    const phone = await open(browser, url, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await answered(phone);
    await clean(phone);
    await accessible(phone);
    await shot(phone, 'phone', true);
    await phone.context().close();
  },

  async 'asks nobody else and complains of nothing'() {
    await clean(page);
    const answer = await page.request.get(url);
    assert.match(answer.headers()['content-security-policy'], /^default-src 'none'/);
    // The policy holds: a script that got into the page does not run, an image from elsewhere is not asked for.
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.strange = true';
      document.body.append(script);
    });
    assert.equal(await page.evaluate(() => globalThis.strange), undefined);
  },
});
await browser.close();
