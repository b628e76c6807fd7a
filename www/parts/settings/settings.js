/* The settings: their pages by role, and the one that is open. */

import { html } from '../../lib/html.js';
import { pagesOf } from '../../lib/rights.js';
import { formatRoute } from '../../lib/route.js';
import { Agents } from './agents.js';
import { CannedReplies } from './canned_replies.js';
import { Channels } from './channels.js';
import { Groups } from './groups.js';
import { Mine } from './mine.js';
import { Space } from './space.js';
import { Widget } from './widget.js';

/** @type {Record<string, any>} */
const PAGES = { space: Space, channels: Channels, widget: Widget,
  groups: Groups, agents: Agents, canned: CannedReplies, me: Mine };


export function Settings(props) {
  const { state, view } = props;
  const { me, route } = state;
  const { t } = view;
  const pages = pagesOf(me);
  const page = route.page ?? pages[0];
  const Page = pages.includes(page) ? PAGES[page] : null;

  return html`<section class="settings">
    <nav class="settings__nav" aria-label=${t('title.settings')}>
      <h1 class="settings__title">${t('title.settings')}</h1>
      <ul class="settings__pages">
        ${pages.map((one) => html`<li key=${one}><a class="menu__link"
          href=${formatRoute({ section: 'settings', page: one })}
          aria-current=${one === page ? 'page' : null}>
          ${t(`settings.${one}`)}</a></li>`)}
      </ul>
    </nav>
    <div class="settings__page" key=${page}>
      ${Page ? html`<${Page} ...${props} />`
    : html`<p>${t('settings.not_yours')}</p>`}
    </div>
  </section>`;
}
