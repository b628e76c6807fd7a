/* Long polling: no gap, no spinning, no callback after disconnect(). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Poll } from '../../www/lib/poll.js';


test('the rev of an answer is the cursor of the next question', async () => {
  const world = new World([{ rev: 7 }, { rev: 9 }, { rev: 12 }]);

  await world.run();
  assert.deepEqual(world.asked.slice(0, 4), [null, 7, 9, 12]);
  assert.deepEqual(world.taken, [[7, true], [9, false], [12, false]]);
});


test('it can begin with a cursor', async () => {
  const world = new World([{ rev: 9 }]);

  await world.run(5);
  assert.deepEqual(world.asked.slice(0, 2), [5, 9]);
  assert.deepEqual(world.taken, [[9, false]]);
});


test('a failure keeps the cursor and is told', async () => {
  const world = new World([{ rev: 7 }, failure(503), { rev: 8 }]);

  await world.run();
  assert.deepEqual(world.asked.slice(0, 4), [null, 7, 7, 8]);
  assert.equal(world.failed.length, 1);
});


test('only a question after a success waits for news', async () => {
  const world = new World([{ rev: 7 }, failure(503), { rev: 7 }, { rev: 7 }]);

  await world.run();
  assert.deepEqual(world.waited.slice(0, 5),
    [false, true, false, true, true]);
});


test('a first question that failed is still the first', async () => {
  const world = new World([failure(503), { rev: 7 }]);

  await world.run();
  assert.deepEqual(world.taken, [[7, true]]);
});


test('the pauses between failures grow, up to a limit', async () => {
  const world = new World(Array.from({ length: 9 }, () => failure(503)));

  await world.run();
  assert.deepEqual(world.pauses,
    [500, 1000, 2000, 4000, 8000, 16000, 20000, 20000, 20000]);
});


test('jitter takes at most half of a pause', async () => {
  const world = new World([failure(503), failure(503)], { random: 0 });

  await world.run();
  assert.deepEqual(world.pauses, [250, 500]);
});


test('success begins the pauses anew', async () => {
  const world = new World([failure(503), failure(503), { rev: 7 },
    failure(503)]);

  await world.run();
  assert.deepEqual(world.pauses, [500, 1000, 500]);
});


test('what the server asks for is the least', async () => {
  const world = new World([failure(429, 30)]);

  await world.run();
  assert.deepEqual(world.pauses, [30_000]);
});


test('a refusal for good ends it', async () => {
  for (const status of [401, 403, 404, 422]) {
    const world = new World([{ rev: 7 }, failure(status), { rev: 8 }]);

    await world.run();
    assert.deepEqual(world.asked, [null, 7], `${status} is final`);
    assert.equal(world.failed[0].passing, false);
  }
});


test('early answers with nothing new do not make it spin', async () => {
  const world = new World([{ rev: 7 }, { rev: 7 }, { rev: 7 }]);

  await world.run();
  assert.deepEqual(world.pauses, [1000, 1000]);
});


test('an answer that took its time is followed at once', async () => {
  const world = new World([{ rev: 7 }, { rev: 7 }], { takes: 25_000 });

  await world.run();
  assert.deepEqual(world.pauses, []);
});


test('a hidden page asks less often, also when much happens', async () => {
  const world = new World([{ rev: 7 }, { rev: 8 }], { hidden: true });

  await world.run();
  assert.deepEqual(world.pauses, [5000, 5000]);
});


test('a hidden page keeps no question parked, unless it is patient',
  async () => {
    const hasty = new World([{ rev: 7 }, { rev: 8 }], { hidden: true });
    const patient = new World([{ rev: 7 }, { rev: 8 }],
      { hidden: true, patient: true });

    await hasty.run();
    await patient.run();
    assert.deepEqual(hasty.waited, [false, false, false]);
    assert.deepEqual(patient.waited, [false, true, true]);
    assert.deepEqual(patient.pauses, [1000, 1000]);
  });


test('after disconnect() nothing comes, also no late answer', async () => {
  const world = new World([]);
  let answer;

  world.ask = () => new Promise((resolve) => {
    answer = resolve;
  });
  world.poll.connect();
  world.poll.disconnect();
  answer({ rev: 7 });
  await turn();
  assert.deepEqual(world.taken, []);
});


test('disconnect() aborts the question that is parked', async () => {
  const world = new World([]);
  let told;

  world.ask = (_, signal) => new Promise((resolve, reject) => {
    told = signal;
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  world.poll.connect();
  world.poll.disconnect();
  await turn();
  assert.equal(told.aborted, true);
  assert.deepEqual(world.failed, [], 'its own abort is no failure');
});


test('connect() again leaves one poll, not two', async () => {
  const world = new World([]);
  const asked = [];

  world.ask = (cursor, signal) => {
    asked.push(signal);
    return new Promise(() => {});
  };
  world.poll.connect();
  world.poll.connect(5);
  assert.deepEqual(asked.map((signal) => signal.aborted), [true, false]);
});


test('who wakes asks again at once, from the same cursor', async () => {
  const world = new World([{ rev: 7 }, 'asleep', { rev: 7 }, { rev: 8 }]);

  await world.run();
  assert.deepEqual(world.asked.slice(0, 4), [null, 7, 7, 7]);
  assert.deepEqual(world.waited.slice(0, 4), [false, true, false, true]);
  assert.equal(world.failed.length, 0, 'it was nobody\'s fault');
});


/** A server that answers from a list, then is silent; a clock of its own. */
class World {
  asked = [];
  taken = [];
  failed = [];
  pauses = [];
  waited = [];
  #now = 0;

  constructor(answers, { hidden = false, takes = 0, random = 1,
    patient = false } = {}) {
    this.ask = (cursor, signal) => {
      this.#now += takes;
      this.asked.push(cursor);
      const next = answers.shift();

      if (next === 'asleep') {
        return this.#slept(signal);
      }
      if (next === undefined) {
        this.#silent();
        return new Promise(() => {});
      }
      return next instanceof Error ? Promise.reject(next)
        : Promise.resolve(next);
    };
    this.over = new Promise((resolve) => {
      this.#silent = resolve;
    });
    this.poll = new Poll({
      patient,
      ask: (cursor, signal, waits) => {
        this.waited.push(waits);
        return this.ask(cursor, signal);
      },
      take: (answer, first) => this.taken.push([answer.rev, first]),
      fail: (error) => this.#failed(error),
      environment: {
        hidden: () => hidden,
        now: () => this.#now,
        random: () => random,
        onWake: (wake) => {
          this.wake = wake;
          return () => {};
        },
        pause: async (ms) => {
          this.pauses.push(ms);
        },
      },
    });
  }

  #silent = () => {};

  #slept(signal) {
    queueMicrotask(() => this.wake());
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  }

  #failed(error) {
    this.failed.push(error);
    if (!error.passing) {
      this.#silent();
    }
  }

  async run(cursor = null) {
    this.poll.connect(cursor);
    await this.over;
    await turn();
    this.poll.disconnect();
  }
}


function failure(status, retryAfter = 0) {
  return Object.assign(new Error(String(status)),
    { status, retryAfter, passing: status === 429 || status >= 500 });
}


function turn() {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
