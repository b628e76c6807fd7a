/*
 * Words on the screen.  A table maps a key to a text, or to the texts of its
 * plural forms; `{name}` is replaced.  Which form a number takes is Intl's
 * business.
 */

import { call } from './call.js';


export const LOCALES = ['uk', 'ru', 'en'];

/** @typedef {Record<string, string | Record<string, string>>} Table */
/** @typedef {(key: string, values?: Record<string, any>) => string} Words */


/**
 * @param {string} locale
 * @param {Table} table
 * @returns {Words}
 */
export function createWords(locale, table) {
  const rules = new Intl.PluralRules(locale);

  return (key, values = {}) => {
    const entry = table[key] ?? key;
    const text = typeof entry === 'string' ? entry
      : entry[rules.select(values.count)] ?? entry.other;

    return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  };
}


/**
 * The first of the wishes that we speak; `uk-UA` is a wish for `uk`.
 *
 * @param {(string | null | undefined)[]} wishes
 */
export function chooseLocale(wishes) {
  const short = wishes.map((wish) => (wish ?? '').slice(0, 2).toLowerCase());

  return short.find((wish) => LOCALES.includes(wish)) ?? 'en';
}


/**
 * @param {URL} url
 * @param {string} locale
 * @returns {Promise<Words>}
 */
export async function loadWords(url, locale) {
  return createWords(locale, await call(url));
}
