/* The template tag of the parts: htm, bound to Preact. */

import htm from '../vendor/htm.js';
import { h } from '../vendor/preact.js';

export const html = htm.bind(h);
