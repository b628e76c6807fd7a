/*
 * Words with the page around the frame.  Its origin is not known before it
 * says hello; from then on only that origin is heard and spoken to.  Who may
 * frame us at all is the server's frame-ancestors.
 */

export class Host {
  #wishes;
  /** @type {string | null} */
  #origin = null;

  constructor(wishes) {
    this.#wishes = wishes;
    addEventListener('message', (event) => this.#hear(event));
  }

  /* Is there a page around us that will say hello? */
  get expected() {
    return window.parent !== window;
  }

  say(word, more = {}) {
    if (this.#origin !== null) {
      window.parent.postMessage({ inbox: word, ...more }, this.#origin);
    }
  }

  #hear({ source, origin, data }) {
    const word = data?.inbox;

    if (source !== window.parent || source === window
        || !Object.hasOwn(this.#wishes, word)) {
      return;
    }
    if (word === 'hello' && this.#origin === null && origin !== 'null') {
      this.#origin = origin;

    } else if (word === 'hello' || origin !== this.#origin) {
      return;
    }
    this.#wishes[word](data);
  }
}
