/*
 * Scroll of a transcript.  It sticks to the end only if the reader was near
 * the end; when older messages are added above, what he reads stays where it
 * is.  Also when pictures load or the window changes: only the reader himself
 * leaves the end.
 *
 * settle() is called after each change of the list; `first` names its first
 * entry, and tells whether something was added above.
 */

const NEAR_END_PX = 80;


export class Scroll {
  /** @type {HTMLElement | null} */
  #box = null;
  #near = true;
  #top = 0;
  #height = 0;
  /** @type {string | null} */
  #first = null;
  #resize = new ResizeObserver(() => this.#stick());

  /** @param {HTMLElement} box its first child holds the entries */
  connect(box) {
    this.#box = box;
    box.addEventListener('scroll', this.#noted, { passive: true });
    this.#resize.observe(box);
    this.#resize.observe(/** @type {Element} */ (box.firstElementChild));
  }

  disconnect() {
    this.#box?.removeEventListener('scroll', this.#noted);
    this.#resize.disconnect();
    this.#box = null;
    this.#near = true;
    this.#top = 0;
    this.#height = 0;
    this.#first = null;
  }

  /** @param {string | null} first */
  settle(first) {
    const box = this.#box;

    if (box === null) {
      return;
    }
    if (!this.#near && first !== this.#first) {
      box.scrollTop += box.scrollHeight - this.#height;
    }
    this.#first = first;
    this.#stick();
    this.#height = box.scrollHeight;
  }

  /** The reader has sent something: he wants to see it. */
  toEnd() {
    this.#near = true;
    this.#stick();
  }

  /**
   * Shows an entry near the top, unless the end is as near.
   *
   * @param {HTMLElement} entry
   */
  show(entry) {
    const box = this.#box;

    if (box === null) {
      return;
    }
    const above = entry.getBoundingClientRect().top
      - box.getBoundingClientRect().top;

    if (above < 0) {
      box.scrollTop += above - box.clientHeight / 5;
      this.#noted();
    }
  }

  #stick() {
    if (this.#near && this.#box !== null) {
      this.#box.scrollTop = this.#box.scrollHeight;
      this.#top = this.#box.scrollTop;
    }
  }

  #noted = () => {
    const box = /** @type {HTMLElement} */ (this.#box);

    /* a picture may have come below him before this event did */
    this.#near = box.scrollHeight - box.scrollTop - box.clientHeight
      < NEAR_END_PX || (this.#near && box.scrollTop >= this.#top);
    this.#top = box.scrollTop;
    this.#height = box.scrollHeight;
  };
}
