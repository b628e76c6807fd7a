/*
 * Short sounds, made and not loaded.  A browser lets a page sound only after
 * its reader has pressed something, so unlock() belongs into the first press;
 * before it play() is silent.
 */

/* each: [frequency in Hz, begins at, lasts], times in seconds */
/** @type {Record<string, [number, number, number][]>} */
const TUNES = {
  drop: [[880, 0, 0.12], [587, 0.09, 0.16]],
  bell: [[1175, 0, 0.5], [1760, 0.02, 0.35]],
  chime: [[523, 0, 0.18], [659, 0.12, 0.18], [784, 0.24, 0.3]],
};
const LOUD = 0.12;

export const SOUNDS = ['none', ...Object.keys(TUNES)];


export class Sound {
  /** @type {AudioContext | null} */
  #context = null;

  get unlocked() {
    return this.#context?.state === 'running';
  }

  unlock() {
    this.#context ??= new AudioContext();
    this.#context.resume();
  }

  /** @param {string} name */
  play(name) {
    const context = this.#context;

    if (context !== null && Object.hasOwn(TUNES, name)) {
      TUNES[name].forEach((tone) => sing(context, tone));
    }
  }
}


/**
 * @param {AudioContext} context
 * @param {[number, number, number]} tone
 */
function sing(context, [frequency, begins, lasts]) {
  const from = context.currentTime + begins;
  const tone = context.createOscillator();
  const volume = context.createGain();

  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(LOUD, from);
  volume.gain.exponentialRampToValueAtTime(0.001, from + lasts);
  tone.connect(volume).connect(context.destination);
  tone.start(from);
  tone.stop(from + lasts);
}
