/* Times for the reader, in the page's language and the reader's own zone. */

import { localDay } from './timeline.js';


/**
 * As short as is clear: the hour today, the day this year, else the date.
 *
 * @param {string} at
 * @param {string} locale
 * @param {Date} now
 */
export function shortTime(at, locale, now) {
  const date = new Date(at);

  if (localDay(at) === localDay(now.toISOString())) {
    return hour(at, locale);
  }
  if (date.getFullYear() === now.getFullYear()) {
    return format(date, locale, { day: 'numeric', month: 'short' });
  }
  return format(date, locale, { dateStyle: 'short' });
}


/**
 * @param {string} at
 * @param {string} locale
 */
export function hour(at, locale) {
  return format(new Date(at), locale, { hour: '2-digit', minute: '2-digit' });
}


/**
 * @param {string} at
 * @param {string} locale
 */
export function fullTime(at, locale) {
  return format(new Date(at), locale,
    { dateStyle: 'long', timeStyle: 'short' });
}


/**
 * The words on a day mark.
 *
 * @param {string} at
 * @param {string} locale
 * @param {Date} now
 */
export function dayName(at, locale, now) {
  const yesterday = new Date(now);

  yesterday.setDate(now.getDate() - 1);

  const back = [now, yesterday]
    .findIndex((day) => localDay(day.toISOString()) === localDay(at));

  return back === -1 ? format(new Date(at), locale, { dateStyle: 'long' })
    : formatOf('RelativeTimeFormat', locale, { numeric: 'auto' })
      .format(-back, 'day');
}


/**
 * @param {Date} date
 * @param {string} locale
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(date, locale, options) {
  return formatOf('DateTimeFormat', locale, options).format(date);
}


/*
 * To make a format takes a browser longer than to use it a hundred times, so
 * each is made once; anew when the reader's zone has changed.
 */

/** @type {Map<string, any>} */
const made = new Map();


/**
 * @param {'DateTimeFormat' | 'NumberFormat' | 'RelativeTimeFormat'} kind
 * @param {string} locale
 * @param {any} options
 */
function formatOf(kind, locale, options) {
  const key = [kind, locale, new Date().getTimezoneOffset(),
    ...Object.entries(options)].join(' ');

  if (!made.has(key)) {
    const Format = /** @type {any} */ (Intl[kind]);

    made.set(key, new Format(locale, options));
  }
  return made.get(key);
}


/**
 * How long something has lasted: minutes, then hours, then days.
 *
 * @param {string} since
 * @param {string} locale
 * @param {Date} now
 */
export function span(since, locale, now) {
  return minutesOf((now.getTime() - Date.parse(since)) / 60_000, locale);
}


/**
 * So short that no number tells it.
 *
 * @param {string} since
 * @param {Date} now
 */
export function isJustNow(since, now) {
  return now.getTime() - Date.parse(since) < 60_000;
}


/**
 * How long something takes: seconds when it is less than a minute.
 *
 * @param {number} seconds
 * @param {string} locale
 */
export function lasting(seconds, locale) {
  return seconds < 60 ? amount(seconds, 'second', locale)
    : minutesOf(seconds / 60, locale);
}


function minutesOf(minutes, locale) {
  return minutes < 60 ? amount(Math.max(0, minutes), 'minute', locale)
    : minutes < 60 * 24 ? amount(minutes / 60, 'hour', locale)
      : amount(minutes / 60 / 24, 'day', locale);
}


function amount(count, unit, locale, digits = 0) {
  return formatOf('NumberFormat', locale, { style: 'unit', unit,
    unitDisplay: 'short', maximumFractionDigits: digits,
    roundingMode: 'trunc' }).format(count).replace(' ', '\u00a0');
}


/**
 * @param {number} bytes
 * @param {string} locale
 */
export function fileSize(bytes, locale) {
  return bytes < 1_000_000 ? amount(
    Math.max(0.1, bytes / 1_000), 'kilobyte', locale, 1)
    : amount(bytes / 1_000_000, 'megabyte', locale, 1);
}


/* How long a client may wait before the page says it louder. */

const SOON_MS = 5 * 60_000;
const LATE_MS = 15 * 60_000;


/**
 * @param {string} since
 * @param {Date} now
 * @returns {'fresh' | 'soon' | 'late'}
 */
export function waitLevel(since, now) {
  const ms = now.getTime() - Date.parse(since);

  return ms >= LATE_MS ? 'late' : ms >= SOON_MS ? 'soon' : 'fresh';
}
