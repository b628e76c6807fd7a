/*
 * The way around: the sections that the caller may see, with what waits in
 * them; on a phone a bar below.
 */

import { html } from '../lib/html.js';
import { formatRoute, INBOX, sectionsOf } from '../lib/route.js';
import { Icon } from './marks.js';
import { LocaleChoice } from './sign_in.js';


export function Menu({ me, badge, section, view, wishes }) {
  const { t } = view;
  const has = sectionsOf(me);

  return html`<header class="menu">
    <p class="menu__title"><strong dir="auto">${me.space.name}</strong>
      <span class="muted">${t('app.title')}</span></p>
    <nav aria-label=${t('menu.label')}>
      <ul class="menu__list">
        ${has.includes('journal') && html`<${Item} section="journal"
          current=${section} view=${view} />`}
        ${has.includes('inquiries') && html`<${Inquiries} badge=${badge}
          current=${section} view=${view} />`}
        ${has.includes('load') && html`<${Item} section="load"
          current=${section} view=${view} />`}
        <${Item} section="settings" current=${section} view=${view} />
      </ul>
    </nav>
    <div class="menu__foot">
      <p dir="auto"><span class=${`dot ${me.agent.away ? '' : 'dot--on'}`} />
        ${me.agent.name}
        <span class="muted menu__role">${t(`role.${me.agent.role}`)} · ${
          t(`transfer.${me.agent.away ? 'offline' : 'online'}`)}</span></p>
      <${Away} agent=${me.agent} view=${view} onAway=${wishes.away} />
      <${LocaleChoice} view=${view} onLocale=${wishes.chooseLocale} />
      <div class="menu__buttons">
        <button class="button" type="button" onClick=${wishes.signOut}>
          ${t('app.sign_out')}</button>
        <button class="button button--icon" type="button"
          onClick=${wishes.help} aria-label=${t('help.title')}
          title=${t('help.title')}><${Icon} name="help" /></button>
      </div>
    </div>
  </header>`;
}


/* who is not there says so; above it stands what his colleagues see */

function Away({ agent, view, onAway }) {
  return html`<label class="menu__away" title=${view.t('me.away_hint')}>
    <input type="checkbox" checked=${agent.away}
      onChange=${(e) => onAway(e.target.checked)} />
    ${view.t('me.away')}</label>`;
}


function Item({ section, current, view }) {
  return html`<li><a class="menu__link" href=${formatRoute({ section })}
    aria-current=${section === current ? 'page' : null}>
    <${Icon} name=${section} />
    <span>${view.t(`title.${section}`)}</span></a></li>`;
}


/* the sum on the icon; of the two lists one counts left, the other right */

function Inquiries({ badge, current, view }) {
  const { t } = view;
  const here = INBOX.includes(current);
  const label = badge?.label ?? '';

  return html`<li>
    <a class=${`menu__link ${here ? 'menu__link--open' : ''}`}
      href=${formatRoute({ section: 'incoming' })}>
      <span class="menu__icon"><${Icon} name="inquiries" />
        ${label && html`<span class="menu__badge" aria-hidden="true">
          ${label}</span>`}</span>
      <span>${t('title.inquiries')}</span>
      ${badge?.total > 0 && html`<span class="hidden">
        ${t('menu.waiting', { count: badge.total })}</span>`}
    </a>
    <ul class="menu__sub">
      ${INBOX.map((list) => html`<li key=${list}>
        <a class="menu__link" href=${formatRoute({ section: list })}
          aria-current=${list === current ? 'page' : null}>
          <${ListName} list=${list} badge=${badge} view=${view} />
        </a></li>`)}
    </ul>
  </li>`;
}


/**
 * A list's name with its count: incoming on the left, mine on the right.
 *
 * @param {any} props
 */
export function ListName({ list, badge, view }) {
  const count = badge?.[list] ?? 0;
  const shown = count > 0 && html`<span
    class=${`count count--loud count--${list}`}>${count}</span>`;

  return html`${list === 'incoming' && shown}
    <span>${view.t(`title.${list}`)}</span>${list === 'mine' && shown}`;
}
