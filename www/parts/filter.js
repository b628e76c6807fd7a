/* The statuses with their counts; each is an address of its own. */

import { html } from '../lib/html.js';
import { formatRoute } from '../lib/route.js';

const STATUSES = ['unassigned', 'active', 'inactive'];


/** @param {any} props */
export function Filter({ status, counts, open, view }) {
  const { t } = view;

  return html`<nav class="filter" aria-label=${t('filter.label')}>
    ${[null, ...STATUSES].map((one) => html`<a class="filter__link"
      key=${one ?? 'all'} href=${formatRoute({ chat: open, status: one })}
      aria-current=${one === status ? 'true' : null}>
      ${t(`filter.${one ?? 'all'}`)}
      ${counts && html` <span class=${countClass(one, counts)}>
        ${count(one, counts)}</span>`}
    </a>`)}
    <p class="hidden" role="status">
      ${counts && t('journal.unassigned_count', { count: counts.unassigned })}
    </p>
  </nav>`;
}


/**
 * @param {string | null} status
 * @param {Record<string, number>} counts
 */
function count(status, counts) {
  return status === null
    ? STATUSES.reduce((sum, one) => sum + counts[one], 0)
    : counts[status];
}


/**
 * @param {string | null} status
 * @param {Record<string, number>} counts
 */
function countClass(status, counts) {
  return status === 'unassigned' && counts.unassigned > 0
    ? 'count count--loud' : 'count';
}
