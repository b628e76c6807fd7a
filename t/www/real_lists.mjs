/*
 * Stories of real.mjs about what an agent finds and what he tells of himself:
 * filters, tags and days, the chats that are done, who is away.
 */

import assert from 'node:assert/strict';
import { checked, focused, noSideways } from './checks.mjs';
import { picture } from './conversation.mjs';

const PHONE = { width: 390, height: 844 };


export const LISTS = {
  async the_journal_is_filtered_searched_and_worked_from(world) {
    await world.visitorAsks('Питання Ореста', 'Орест');
    const chat = await world.visitorAsks('Питання Ярослави', 'Ярослава');
    const owner = await world.enter(world.token);

    await owner.getByLabel('Пошук').fill('яросл');
    await owner.waitForURL(/q=/);
    await owner.locator(`#chat-${chat}`).waitFor();
    assert.equal(await owner.locator('.journal__row').count(), 1);
    await owner.getByLabel('Спершу ті, хто чекає').check();
    await owner.waitForURL(/sort=waiting/);
    await checked(owner);
    await picture(owner, 'journal-filtered');
    await owner.locator('.journal__row').hover();
    const done = owner.locator('.journal__row')
      .getByRole('button', { name: /Завершити/ });
    const { x, width } = await done.boundingBox();
    assert.ok(x + width <= owner.viewportSize().width,
      'it can be seen and pressed');
    assert.ok(await owner.locator('.journal').evaluate((node) =>
      node.scrollWidth <= node.clientWidth), 'nothing hangs out of the list');
    await done.click();
    await owner.locator('.status--inactive').waitFor();
    await owner.getByLabel('Пошук').fill('такого не писав ніхто');
    await owner.getByText('За цими умовами нічого немає').waitFor();
    await checked(owner);
    await owner.getByRole('link', { name: 'Скинути' }).click();
    await owner.locator('.journal__row').nth(1).waitFor();
  },

  async a_narrow_row_shows_how_its_words_begin(world) {
    const word = 'Найдовшезслів'.repeat(12);
    const chat = await world.visitorAsks(word, word);
    const owner = await world.enter(world.token, '/journal', PHONE);
    const row = owner.locator('.journal__row',
      { has: owner.locator(`#chat-${chat}`) });

    for (const part of ['link', 'preview']) {
      assert.ok(await row.locator(`.journal__${part}`).evaluate(shownWidth)
        > 150, `${part}: the beginning is seen`);
    }
    await noSideways(owner);
    await picture(owner, 'narrow');
    await owner.setViewportSize({ width: 320, height: 568 });
    await world.go(owner, '/settings/me');
    await owner.locator('.menu__link', { hasText: 'Налаштування' })
      .and(owner.locator('[aria-current]')).waitFor();
    assert.deepEqual(await owner.locator('.menu__list > li > a')
      .evaluateAll((links) => links.filter((one) =>
        one.scrollWidth > one.clientWidth).map((one) => one.innerText)), [],
    'the words of the menu do not run into each other');
  },

  async the_open_row_is_marked_whatever_the_colours(world) {
    const chat = await world.visitorAsks('Відкрите', 'Власта');
    const owner = await world.enter(world.token, `/chats/${chat}?in=journal`);
    const row = owner.locator('.journal__row--open');
    const of = (node, name) => node.evaluate((one, what) =>
      window.getComputedStyle(one)[what], name);

    await world.api('POST', `chats/${chat}/take`);
    const mark = row.locator('.status--active');
    await mark.waitFor();
    assert.notEqual(await of(mark, 'backgroundColor'),
      await of(row, 'backgroundColor'), 'the mark stands out');
    await checked(owner);
    await owner.emulateMedia({ forcedColors: 'active' });
    assert.equal(await of(row, 'outlineStyle'), 'solid');
    await picture(owner, 'forced');
    await owner.emulateMedia({ forcedColors: 'none' });
  },

  async names_with_numbers_stand_as_people_count(world) {
    for (const n of [100, 9, 10]) {
      await world.agent(`a-${n}`, `Агент ${n}`);
    }
    const chat = await world.visitorAsks('Кому?', 'Захар');
    const owner = await world.enter(world.token, '/settings/agents');
    const names = async (selector) => (await owner.locator(selector)
      .allInnerTexts()).filter((one) => /^Агент|^Петро/.test(one.trim()))
      .map((one) => one.trim());

    await owner.locator('.records__one', { hasText: 'Агент 100' }).waitFor();
    assert.deepEqual(await names('.records__one strong'),
      ['Агент 9', 'Агент 10', 'Агент 100', 'Петро Гулак']);
    await (await world.enter(world.petro)).locator('.menu__foot .dot--on')
      .waitFor();
    await world.go(owner, `/chats/${chat}`);
    await owner.locator('.dialog__transfer').click();
    await owner.locator('.transfer__one', { hasText: 'Петро Гулак' })
      .getByText('на зв’язку', { exact: true }).waitFor();
    assert.deepEqual(await names('.transfer__one [dir]'),
      ['Петро Гулак', 'Агент 9', 'Агент 10', 'Агент 100']);
    for (const n of [100, 9, 10]) {
      await world.api('DELETE', `agents/a-${n}`);
    }
  },

  async the_keyboard_returns_to_the_list_when_the_row_has_gone(world) {
    await world.visitorAsks('Лишиться', 'Жанна');
    const chat = await world.visitorAsks('Піде до моїх', 'Захар');
    const petro = await world.enter(world.petro, '/inquiries/incoming');

    await petro.locator(`#chat-${chat}`).click();
    await petro.locator('.dialog__foot .button--main').click();
    await petro.locator(`#chat-${chat}`).waitFor({ state: 'detached' });
    await petro.locator('.composer__text').press('Escape');
    await focused(petro, '.journal__link');
  },

  async tags_and_days_find_a_chat(world) {
    const chat = await world.visitorAsks('Опт є?', 'Юхим');
    const owner = await world.enter(world.token, `/chats/${chat}?in=journal`);
    const found = owner.locator(`.journal__row #chat-${chat}`);

    await found.hover();
    assert.ok(await found.evaluate((node) => {
      const [buttons, unread] = ['buttons', 'unread > *'].map((name) =>
        node.closest('.journal__row').querySelector(`.journal__${name}`)
          .getBoundingClientRect());
      return buttons.right <= unread.left;
    }), 'beside an open chat they leave the count to be seen');
    await owner.getByRole('button', { name: 'Про клієнта' }).click();
    await owner.getByLabel('Теги').fill('опт, vip,, опт');
    await checked(owner);
    await picture(owner, 'client');
    await owner.getByRole('button', { name: 'Зберегти' }).click();
    await owner.getByRole('button', { name: 'Про клієнта' }).click();
    await owner.waitForFunction(() =>
      document.querySelector('[name=tags]')?.value === 'опт, vip');
    await owner.keyboard.press('Escape');
    await world.go(owner, '/journal');
    await owner.getByRole('button', { name: 'Фільтри' }).click();
    await owner.getByLabel('Тег', { exact: true }).fill('опт');
    await owner.getByLabel('Тег', { exact: true }).press('Enter');
    await owner.waitForURL(/tag=/);
    await owner.waitForFunction(() =>
      document.querySelectorAll('.journal__row').length === 1);
    await found.waitFor();
    await owner.getByLabel('Від', { exact: true }).fill(await dayOf(owner, 0));
    await owner.getByLabel('до', { exact: true }).fill(await dayOf(owner, 0));
    await owner.waitForURL(/from=.*to=/);
    await found.waitFor();
    await checked(owner);
    await picture(owner, 'journal-days');
    await owner.getByLabel('Від', { exact: true }).fill(await dayOf(owner, 1));
    await found.waitFor({ state: 'detached' });
    await world.go(owner, '/journal');
    await found.waitFor();
    await owner.getByLabel('Від', { exact: true }).fill('0020-01-01');
    await world.visitorAsks('І ще', 'Юхим');
    await owner.locator('.journal__row', { hasText: 'І ще' }).waitFor();
    assert.equal(await owner.getByLabel('Від', { exact: true }).inputValue(),
      '0020-01-01', 'what is half typed stays');
  },

  async what_an_agent_has_done_is_his_to_find(world) {
    const chat = await world.visitorAsks('Дякую!', 'Устим');
    const petro = await world.enter(world.petro, '/inquiries/closed');

    await petro.locator('.journal__empty, .journal__row').first().waitFor();
    await world.as(world.petro, 'POST', `chats/${chat}/take`);
    await world.as(world.petro, 'POST', `chats/${chat}/close`);
    await petro.locator('.menu__link--open').waitFor();
    await petro.locator(`#chat-${chat}`).click();
    await checked(petro);
    await petro.getByRole('button', { name: 'Відкрити знову' }).click();
    await petro.locator('.composer__text').waitFor();
    await petro.locator(`#chat-${chat}`).waitFor({ state: 'detached' });
  },

  async who_is_away_says_so(world) {
    const petro = await world.enter(world.petro);
    const away = petro.getByLabel('Мене немає');

    await petro.locator('.menu__foot .dot--on').waitFor();
    await away.check();
    await petro.locator('.menu__foot .dot--on').waitFor({ state: 'detached' });
    const { agents } = await world.api('GET', 'agents');
    assert.equal(agents.find((one) => one.id === 'petro').online, false);
    await checked(petro);
    await petro.reload();
    await petro.locator('.menu__away').waitFor();
    assert.ok(await away.isChecked());
    await away.uncheck();
    await petro.locator('.menu__foot .dot--on').waitFor();
  },
};


/* of the words, as far as they are not cut off */
function shownWidth(node) {
  const box = node.getBoundingClientRect();
  const range = document.createRange();
  const text = document.createTreeWalker(node, 4);
  let most = 0;

  while (text.nextNode()) {
    range.selectNodeContents(text.currentNode);
    for (const one of range.getClientRects()) {
      most = Math.max(most, one.top < box.bottom
        ? Math.min(one.right, box.right) - one.left : 0);
    }
  }
  return most;
}


/* as the browser's calendar has it */
function dayOf(page, later) {
  return page.evaluate((days) => {
    const time = new Date();

    time.setDate(time.getDate() + days);
    return time.toLocaleDateString('sv');
  }, later);
}
