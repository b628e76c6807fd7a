/*
 * Hostile content in every place where a page shows something, against the
 * product itself.
 *
 *   node t/www/hostile.mjs BASE TOKEN
 *
 * It comes in as it would: by the API, by a signed webhook, from a visitor.
 * Then every page is looked at: no node has been made of it, no address of it
 * is followed or asked for, no script has run, the policy was not violated.
 */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import process from 'node:process';
import { launched, opened } from './conversation.mjs';

const [BASE, TOKEN] = process.argv.slice(2);
const DESK = { width: 1440, height: 900 };
const SECRET = 'the secret of the line';

/* what any of them would leave in the page */
const TRACES = 'x-evil, [data-evil], [onerror], [onload], [onmouseover], '
  + '[onfocus], [srcdoc], [autofocus][onfocus], base, meta[http-equiv], '
  + 'object, embed, form[action], script:not([src]), '
  + '[href^="javascript" i], [href^="data" i], [href^="vbscript" i], '
  + '[src^="javascript" i], [src*="evil.example"], style';

const CORPUS = [
  '<img src=x data-evil onerror=alert(1)>',
  '"><svg data-evil onload=alert(1)>',
  '<script>alert(1)</script>',
  '</textarea></title><x-evil>',
  '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
  '<a href="javascript:alert(1)" data-evil>тут</a>',
  'javascript:alert(1)//https://shop.example',
  'data:text/html,<x-evil><script>alert(1)</script>',
  'https://evil.example/"onmouseover="alert(1)',
  "https://evil.example/'onfocus='alert(1)' autofocus='",
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}<%= 7*7 %>#{7*7}',
  '<style data-evil>*{display:none}</style>',
  '<math><mtext><table><mglyph><style><x-evil>',
  '<base href=//evil.example/><meta http-equiv=refresh content=0>',
  '&lt;x-evil&gt;&#60;x-evil&#62;',
  '<!--<img src="--><img data-evil src=x onerror=alert(1)//">',
  '\u202e<x-evil>\u2066gnp.exe',
  '__proto__',
  'constructor',
];


/* a client's picture at an address that our server does not fetch: the page
   leaves the initials, and the browser tells of it all the same */
const LOST = / 502 .*\/chats\/\d+\/files\/[0-9a-f]{16}$/;

const browser = await launched();
const story = { browser, base: BASE, faults: [] };

try {
  await told('hostile words are taken as they are', comeIn);
  await told('the pages of inquiries show them as text', theInquiries);
  await told('the settings show them as text', theSettings);
  await told('the widget shows them as text', theWidget);

} finally {
  await browser.close();
}


async function told(name, tell) {
  try {
    await tell();
    const faults = story.faults.splice(0);

    assert.deepEqual(faults.filter((fault) => !LOST.test(fault)), [],
      'no console error, no CSP violation');
    console.log(`ok - ${name}`);

  } catch (error) {
    console.log(`not ok - ${name}\n${error.stack}\n${
      story.faults.splice(0).join('\n')}`);
    process.exitCode = 1;
  }
}


async function comeIn() {
  await api('PUT', 'space', { name: CORPUS[0], locale: 'uk',
    plan: 'commercial', plans_url: null });
  await api('PUT', 'channels/line', { kind: 'webhook', title: CORPUS[1],
    credentials: { secret: SECRET, send_url: 'https://evil.example/' } });
  await Promise.all(CORPUS.map(async (word, n) => {
    const id = `evil-${n}`;

    await api('PUT', `agents/${id}`, { name: word });
    await api('PUT', `groups/${id}`, { name: word, agents: [id] });
    await api('PUT', `channels/${id}`, { kind: 'site', title: word,
      settings: { greeting: word, away: word } });
    await api('PUT', `canned/${id}`, { shortcut: word.replace(/\s/g, '_')
      .slice(0, 40), text: word });
    await api('POST', `agents/${id}/tokens`, { name: word });
    await hook({ id: `m-${n}`, text: word, from: { id: `u-${n}`, name: word,
      username: word, avatar_url: word }, attachments: [
      { type: 'image', url: word, name: word },
      { type: 'file', url: 'https://evil.example/x.svg', name: word },
      { type: 'link', url: 'javascript:alert(1)', name: word }] });
  }));
  const visitor = await call('widget/evil-0/session', null, 'POST',
    { name: CORPUS[2], email: CORPUS[3], phone: CORPUS[4], page: CORPUS[6] });

  for (const word of CORPUS) {
    await call('widget/evil-0/messages', visitor.token, 'POST',
      { text: word });
  }
}


async function theInquiries() {
  const page = await watched();
  const { chats } = await api('GET', 'journal?limit=200');
  const talk = chats.find((one) => one.channel.kind === 'site').id;

  assert.equal(chats.length, CORPUS.length + 1);
  await api('POST', `chats/${talk}/take`);
  await api('PATCH', `chats/${talk}`, { title: CORPUS[3],
    tags: [CORPUS[4].slice(0, 30), CORPUS[18]] });
  for (const word of CORPUS) {
    await api('POST', `chats/${talk}/messages`, { text: word });
    await api('POST', `chats/${talk}/messages`, { text: word, note: true });
  }
  await api('POST', `chats/${talk}/join`);
  await page.goto(`${BASE}#token=${TOKEN}`);
  await page.locator('.menu').waitFor();
  await looked(page, '/journal', '.journal__row');
  await looked(page, `/journal?q=${encodeURIComponent(CORPUS[0])}`,
    '.journal__empty, .journal__row');
  await looked(page, '/inquiries/mine', '.journal__row');
  await looked(page, '/load', 'main h1, main h2');
  await looked(page, `/chats/${talk}`, '.message--note');
  await page.locator('.message__text', { hasText: CORPUS[2] }).first()
    .waitFor();
  await page.locator('.composer__text').fill('/');
  await page.locator('[role="option"]').first().waitFor();
  await clean(page, 'canned replies');
  await page.locator('.composer__text').fill('');
  await page.locator('.dialog__transfer').click();
  await page.locator('.transfer__one').first().waitFor();
  await clean(page, 'handing on');
  await page.keyboard.press('Escape');
  for (const { id } of chats.filter((one) => one.id !== talk).slice(0, 8)) {
    await looked(page, `/chats/${id}`, '.message--client');
  }
  /* a toast, and the words of an event */
  await hook({ id: 'm-new', text: CORPUS[0], from: { id: 'u-new',
    name: CORPUS[1] } });
  await page.locator('.toasts__one', { hasText: CORPUS[0] }).waitFor();
  await clean(page, 'a toast');
  await page.context().close();
}


async function theSettings() {
  const page = await watched();

  await page.goto(`${BASE}#token=${TOKEN}`);
  await page.locator('.menu').waitFor();
  for (const place of ['space', 'channels', 'channels/line', 'widget',
    'widget/evil-0', 'widget/evil-8', 'groups', 'groups/evil-0', 'agents',
    'agents/evil-3', 'canned', 'canned/evil-1', 'me']) {
    await looked(page, `/settings/${place}`, '.settings__page h2');
  }
  await page.context().close();
}


async function theWidget() {
  const page = await watched();

  await page.goto(`${BASE}widget/evil-0/frame`);
  await page.getByText(CORPUS[0]).first().waitFor();
  await page.getByRole('textbox').fill(CORPUS[0]);
  await page.getByRole('textbox').press('Enter');
  await page.locator('.message--client .foot', { hasText: '✓' }).waitFor();
  const { chats: [{ id }] } = await api('GET', 'journal?channel=evil-0');
  const evil = (await api('POST', 'agents/evil-0/tokens', { name: 'x' })).token;
  await call(`api/v1/chats/${id}/take`, evil, 'POST');
  for (const word of CORPUS) {
    await call(`api/v1/chats/${id}/messages`, evil, 'POST', { text: word });
  }
  await page.locator('.message--agent').nth(CORPUS.length - 1).waitFor();
  assert.equal(await page.locator('.message--agent .body').nth(2).innerText(),
    CORPUS[2]);
  assert.equal(await page.locator('.message--agent .foot').first()
    .innerText(), CORPUS[0], 'the name of an agent');
  await clean(page, 'the widget');
  /* a page without a name of its picture: the browser looks for one */
  story.faults = story.faults.filter((one) => !/favicon/.test(one));
  await page.context().close();
}


/** A page that remembers what must not happen in it. */
async function watched() {
  const page = await opened(story, DESK);

  page.on('dialog', (dialog) => {
    story.faults.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(BASE) && !/^(blob|data):/.test(
      request.url())) {
      story.faults.push(`asked for ${request.url()}`);
    }
  });
  await page.addInitScript(() => {
    window.violations = [];
    window.addEventListener('securitypolicyviolation', (event) =>
      window.violations.push(`${event.violatedDirective} ${
        event.blockedURI} ${event.sample}`));
  });
  return page;
}


async function looked(page, place, shows) {
  await page.goto(`${BASE}#${place}`);
  await page.locator(shows).first().waitFor();
  await clean(page, place);
}


async function clean(page, place) {
  const found = await page.evaluate((traces) => [
    ...[...document.querySelectorAll(traces)].map((node) =>
      `${node.tagName} ${[...node.attributes].map((one) =>
        `${one.name}=${one.value}`)}`),
    ...window.violations], TRACES);

  assert.deepEqual(found, [], place);
}


async function hook(message) {
  const body = JSON.stringify(message);
  const answer = await fetch(`${BASE}hook/line`, { method: 'POST', body,
    headers: { 'X-Inbox-Signature': `sha256=${createHmac('sha256', SECRET)
      .update(body).digest('hex')}` } });

  assert.equal(answer.status, 200, await answer.text());
}


function api(method, path, body) {
  return call(`api/v1/${path}`, TOKEN, method, body);
}


async function call(path, token, method, body) {
  const answer = await fetch(BASE + path, { method,
    headers: token ? { Authorization: `Bearer ${token}` } : {},
    body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();

  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}
