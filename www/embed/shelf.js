/*
 * What the frame keeps on this device, per channel and user.  A browser that
 * forbids storage gets a conversation that lives as long as the page.
 */

export class Shelf {
  #prefix;
  #memory = {};

  constructor(prefix) {
    this.#prefix = prefix;
  }

  get(name) {
    try {
      return JSON.parse(localStorage[this.#prefix + name]);

    } catch {
      return this.#memory[name];
    }
  }

  put(name, value) {
    this.#memory[name] = value;
    try {
      localStorage[this.#prefix + name] = JSON.stringify(value);

    } catch {
      /* forbidden or full: memory has it */
    }
  }
}
