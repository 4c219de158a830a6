// The console of a server that asks for keys: node keys.mjs CHROMIUM URL KEY-FOR-ALL INFERENCE-KEY USERS-KEY ADMIN-KEY
import assert from 'node:assert/strict';
import { accessible, answered, ask, choose, clean, launch, open, run, shot } from './page.mjs';

const [, , executable, url, all, inference, users, admin] = process.argv;
const browser = await launch(executable);

const asked = page => page.getByLabel('API key').waitFor();
async function signIn(page, key) {
  await asked(page);
  await page.getByLabel('API key').fill(key);
  await page.getByLabel('API key').press('Enter');
}
const entered = async key => {
  const page = await open(browser, url);
  await signIn(page, key);
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return page;
};

await run({
  async 'asks for a key, and says that a wrong one is'() {
    const page = await open(browser, url);
    await asked(page);
    await page.waitForFunction(() => document.activeElement.id === 'key');
    await accessible(page);
    assert.equal(await page.getByRole('alert').count(), 0);
    await signIn(page, 'pw-wrong');
    await page.getByRole('alert').waitFor();
    assert.match(await page.getByRole('alert').textContent(), /The API key is wrong, or was revoked/);
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    await shot(page, 'sign-in');
    await clean(page);
    await page.context().close();
  },

  async 'keeps the key in this tab until one signs out'() {
    const page = await entered(all);
    await answered(page);
    await choose(page, 'yusuf.moss');
    assert.equal((await page.locator('.live dd').count()) > 0, true);
    await page.reload();
    await answered(page);
    assert.ok(await page.evaluate(key => Object.values(sessionStorage).includes(key), all));
    assert.equal(await page.evaluate(key => JSON.stringify(localStorage).includes(key) || document.cookie !== '' || location.href.includes(key), all), false);
    await clean(page);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await asked(page);
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    assert.equal(await page.evaluate(() => location.hash), '');
    await page.context().close();
  },

  async 'lets who may only ask, ask as anybody'() {
    const page = await entered(inference);
    await page.getByLabel('Find a user').fill('yusuf.moss');
    await page.getByLabel('Find a user').press('Enter');
    await page.locator('article.own h2', { hasText: 'yusuf.moss' }).waitFor();
    const [base, own] = await ask(page, 'Note: ask Clara to bring the tent on Friday.\nText:');
    assert.notEqual(base, own);
    assert.equal(await page.locator('section[aria-label=Plan], section[aria-label=History], .live').count(), 0);
    await accessible(page);
    await clean(page);
    await page.context().close();
  },

  async 'shows users to who may only see them'() {
    const page = await entered(users);
    await page.locator('section[aria-label=Plan]').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Ask both' }).count(), 0);
    await page.getByText('takes the role inference').waitFor();
    await accessible(page);
    await clean(page);
    await page.context().close();
  },

  async 'tells who may do nothing here what it takes'() {
    const page = await entered(admin);
    await page.getByText('Nothing here is for this key').waitFor();
    await clean(page);
    await page.context().close();
  },

  async 'asks again when the key is revoked'() {
    const asAdmin = (path, method, body) =>
      fetch(`${url}/v1/admin/keys${path}`, { method, body, headers: { authorization: `Bearer ${all}` } }).then(answer => answer.json());
    const made = await asAdmin('', 'POST', '{"roles":["inference"]}');
    const page = await entered(made.key);
    await ask(page, 'Note: buy milk.\nText:');
    await asAdmin(`/${made.id}`, 'DELETE');
    await page.getByLabel('Prompt', { exact: true }).press('Enter');
    await asked(page);
    assert.match(await page.getByRole('alert').textContent(), /was revoked/);
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    await clean(page);
    await page.context().close();
  },
});
await browser.close();
