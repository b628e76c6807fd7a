/*
 * Turns a transcript into what stands in the list: day marks, messages, and
 * the line above what is new.
 */

/**
 * @template {{id: string, at: string}} T
 * @param {T[]} messages
 * @param {(at: string) => string} dayOf the reader's own calendar day
 * @param {string | null} [line] the first message that is new
 * @param {string | null} [before] when what stands above was said
 * @returns {{key: string, day?: string, line?: boolean, message?: T}[]}
 */
export function timeline(messages, dayOf, line = null, before = null) {
  const items = [];
  let day = before === null ? '' : dayOf(before);

  for (const message of messages) {
    const its = dayOf(message.at);

    if (its !== day) {
      items.push({ key: `day ${its}`, day: message.at });
      day = its;
    }
    if (message.id === line) {
      items.push({ key: 'line', line: true });
    }
    items.push({ key: message.id, message });
  }
  return items;
}


/**
 * A long transcript in parts of equal numbers; a part keeps its key whatever
 * is added above or below it.  A message's id ends with its number.
 *
 * @template {{id: string, at: string}} T
 * @param {T[]} messages in order
 * @param {number} size
 * @returns {{key: number, messages: T[]}[]}
 */
export function partsOf(messages, size) {
  /** @type {{key: number, messages: T[]}[]} */
  const parts = [];

  for (const message of messages) {
    const key = Math.floor(Number(message.id.split('-')[1]) / size);

    if (parts.at(-1)?.key !== key) {
      parts.push({ key, messages: [] });
    }
    parts[parts.length - 1].messages.push(message);
  }
  return parts;
}


/**
 * The calendar day in the reader's time zone, as a word to compare.
 *
 * @param {string} at
 */
export function localDay(at) {
  const date = new Date(at);

  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}
