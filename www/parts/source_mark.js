/* The small mark of a source: a letter or a simple figure on its colour. */

import { html } from '../lib/html.js';

/* drawn on a field of 16 by 16; a kind we do not know gets a dot */
/** @type {Record<string, string>} */
const FIGURES = {
  telegram: 'M3 8l10-4-2 9-3-2.5L6.5 12 6 9z',
  viber: 'M5 3l2 3-1 1.5a6 6 0 0 0 2.5 2.5l1.5-1 3 2-1 2C8 13 3 8 3 4z',
  facebook: 'M9 14V9h2l.4-2H9V5.8C9 5 9.3 4.6 10.2 4.6h1.3V2.8'
    + 'C9 2.4 7 3 7 5.5V7H5v2h2v5z',
  instagram: 'M5 3h6a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5'
    + 'a2 2 0 0 1 2-2zm3 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  whatsapp: 'M8 2.5A5.5 5.5 0 0 1 8 13.5L5 13l-2 .7.7-2'
    + 'A5.5 5.5 0 0 1 8 2.5zM6 5.5c0 3 2 5 4.5 5V9L9 8.5'
    + 'l-.8.6L7 7.8 7.5 7 7 5.5z',
  vk: 'M2.5 5h2C5 7.5 6 8.5 6.7 8.7V5h1.8v2.6'
    + 'C9.5 7.4 10.5 6.2 11 5h1.9c-.4 1.4-1.3 2.5-2.2 3.1'
    + '1 .5 2 1.5 2.5 2.9h-2C10.6 9.8 9.6 9.1 8.5 9v2'
    + 'C5 11 2.9 9 2.5 5z',
  site: 'M3 3h10a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H8l-3 2.5V11H3'
    + 'a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z',
  webhook: 'M6 4L2 8l4 4 1.2-1.2L4.4 8l2.8-2.8zM10 4l4 4-4 4'
    + '-1.2-1.2L11.6 8 8.8 5.2z',
};

const DOT = 'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6z';


/** @param {any} props */
export function SourceMark({ kind, view }) {
  const known = Object.hasOwn(FIGURES, kind);
  const name = known ? view.t(`kind.${kind}`) : kind;

  return html`<svg viewBox="0 0 16 16" role="img" aria-label=${name}
    class=${`source source--${known ? kind : 'other'}`}>
    <title>${name}</title>
    <path d=${known ? FIGURES[kind] : DOT} />
  </svg>`;
}
