/*
 * The server's time: how long somebody waits must not depend on a clock of
 * the reader's that is wrong.  Each answer says what time it is.
 */

/* answers name whole seconds, and take some time to arrive */
const NEGLIGIBLE_MS = 3_000;
/* from here on the reader is told that his clock is wrong */
const WRONG_MS = 5 * 60_000;

let ahead = 0;


/** @param {string | null} date of an answer's header */
export function noteTime(date) {
  const off = Date.parse(date ?? '') - Date.now();

  if (!Number.isNaN(off)) {
    ahead = Math.abs(off) < NEGLIGIBLE_MS ? 0 : off;
  }
}


export function now() {
  return new Date(Date.now() + ahead);
}


export function isClockWrong() {
  return Math.abs(ahead) > WRONG_MS;
}
