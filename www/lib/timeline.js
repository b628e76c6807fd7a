/*
 * Turns a transcript into what stands in the list: day marks, messages, and
 * the line above what is new.
 */

/**
 * @template {{id: string, at: string}} T
 * @param {T[]} messages
 * @param {(at: string) => string} dayOf the reader's own calendar day
 * @param {string | null} [line] the first message that is new
 * @returns {{key: string, day?: string, line?: boolean, message?: T}[]}
 */
export function timeline(messages, dayOf, line = null) {
  const items = [];
  let day = '';

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
 * The calendar day in the reader's time zone, as a word to compare.
 *
 * @param {string} at
 */
export function localDay(at) {
  const date = new Date(at);

  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}
