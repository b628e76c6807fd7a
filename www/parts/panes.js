/* The lists' own pages: the journal, the inbox, and why there is none. */

import { html } from '../lib/html.js';
import { safeHref } from '../lib/links.js';
import { manages } from '../lib/rights.js';
import { formatRoute, INBOX } from '../lib/route.js';
import { idsIn } from '../state/inbox.js';
import { useMemo } from '../vendor/preact-hooks.js';
import { Filter } from './filter.js';
import { ChatTable } from './journal.js';
import { Icon } from './marks.js';
import { ListName } from './menu.js';

/* The journal beside a dialog or alone: statuses, filters, the table. */

export function JournalPane({ state, view, wishes }) {
  const { journal, chats, dialog, directory, me, route } = state;
  const open = dialog?.id ?? null;

  /* a keystroke in the composer draws no row anew */
  return useMemo(() => (me.journal && !journal.refused
    ? html`<section class="app__list">
      <h1 class="app__title">${view.t('title.journal')}</h1>
      <${Filter} route=${route} counts=${journal.counts}
        directory=${directory} view=${view} wishes=${wishes} />
      <${ChatTable} list=${journal} ids=${journal.order} chats=${chats}
        open=${open} route=${route} view=${view} wishes=${wishes}
        caption=${view.t('journal.caption')} empty=${view.t('journal.empty')}
        onMore=${wishes.more} />
    </section>`
    : html`<${NoJournal} me=${me} view=${view} />`),
  [journal, chats, directory, me, route, open, view, wishes]);
}


/* What there is to do: the chats to take, and those that are the caller's. */

const NOTHING = () => {};


export function InboxPane({ state, view, wishes }) {
  const { inbox, chats, dialog, badge, me, route } = state;
  const open = dialog?.id ?? null;
  const { t } = view;

  return useMemo(() => (me.inbox
    ? html`<section class="app__list">
      <h1 class="hidden">${t('title.inquiries')}</h1>
      <${Tabs} badge=${badge} section=${route.section} view=${view} />
      <${ChatTable} list=${inbox} ids=${idsIn(inbox, route.section)}
        chats=${chats} open=${open} route=${route} view=${view}
        wishes=${wishes} caption=${t(`title.${route.section}`)}
        empty=${t(`inbox.empty_${route.section}`)} onMore=${NOTHING} />
    </section>`
    : html`<section class="app__list app__page">
      <h1>${t('title.inquiries')}</h1>
      <p>${t('inbox.none')}</p>
      <p class="muted">${t('inbox.none_hint')}</p>
    </section>`),
  [inbox, chats, badge, me, route, open, view, wishes]);
}


function Tabs({ badge, section, view }) {
  return html`<nav class="filter" aria-label=${view.t('title.inquiries')}>
    ${INBOX.map((list) => html`<a class="filter__link"
      key=${list} href=${formatRoute({ section: list })}
      aria-current=${list === section ? 'page' : null}>
      <${ListName} list=${list} badge=${badge} view=${view} /></a>`)}
  </nav>`;
}


/* Why there is no journal: the plan, or the role; and what to do. */

export function NoJournal({ me, view }) {
  const { t } = view;
  const why = manages(me) ? 'plan' : 'role';
  const plans = safeHref(me.space.plans_url);

  return html`<section class="app__list app__page">
    <p class="app__mark"><${Icon} name="lock" /></p>
    <h1>${t('title.journal')}</h1>
    <p>${t(`refused.${why}`)}</p>
    <p class="muted">${t(`refused.${why}_hint`)}</p>
    ${why === 'plan' && plans && html`<p><a class="button button--main"
      href=${plans} target="_blank" rel="noopener noreferrer">
      ${t('refused.plans')}</a></p>`}
    ${me.inbox && html`<p><a href=${formatRoute({ section: 'incoming' })}>
      ${t('refused.to_inbox')}</a></p>`}
  </section>`;
}
