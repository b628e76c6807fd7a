/*
 * Tells the reader what is new: a toast, a sound, and, where he has allowed
 * it and looks elsewhere, the system's own notice.
 *
 * Many at once (after a night asleep) are one toast that counts them.
 */

import { formatRoute } from '../lib/route.js';
import { Sound } from '../lib/sound.js';
import { prefs } from './device.js';
import { state, tell } from './session.js';

const SHOWN_MS = 8_000;
/* being handed a chat should not be missed */
const SHOWN_LONG_MS = 20_000;
const MANY = 3;


export class Notices {
  #words;
  #sound = new Sound();

  /** @param {() => import('../lib/i18n.js').Words | null} words */
  constructor(words) {
    this.#words = words;
    for (const event of ['pointerdown', 'keydown']) {
      addEventListener(event, () => this.#sound.unlock(), { once: true });
    }
  }

  /** @param {{kind: string, chat: number}[]} news */
  announce = (news) => {
    const told = news.filter((one) => !isLookedAt(one.chat));

    if (told.length === 0) {
      return;
    }
    this.#sound.play(prefs.value.sound);
    for (const one of summed(told)) {
      this.#toast(one);
      this.#system(one);
    }
  };

  /** Something small has been done. */
  done(kind, chat) {
    this.#toast({ kind, chat, count: 1 });
  }

  play(name) {
    this.#sound.unlock();
    this.#sound.play(name);
  }

  /** May the page use the system's notices?  Asked for on a click only. */
  async allowSystem() {
    return 'Notification' in window
      && await Notification.requestPermission() === 'granted';
  }

  #toast(one) {
    if (!prefs.value.toasts) {
      return;
    }
    const key = crypto.randomUUID();

    tell({ type: 'toast_came', toast: { key, ...one } });
    setTimeout(() => tell({ type: 'toast_gone', key }),
      one.kind === 'transfer' ? SHOWN_LONG_MS : SHOWN_MS);
  }

  #system(one) {
    const t = this.#words();

    if (!prefs.value.system || document.hasFocus() || t === null
      || !('Notification' in window)
      || Notification.permission !== 'granted') {
      return;
    }
    const chat = state.value.chats[one.chat];
    const notice = new Notification(t(`toast.${one.kind}`, one), {
      body: [chat?.title, chat?.last_message?.text].filter(Boolean).join('\n'),
      tag: `inbox-${one.chat}`,
    });

    notice.onclick = () => {
      window.focus();
      location.hash = addressOf(one);
      notice.close();
    };
  }
}


/**
 * Where a piece of news leads.
 *
 * @param {{kind: string, chat: number | null}} one
 */
export function addressOf({ kind, chat }) {
  return formatRoute({ chat,
    section: kind === 'message' || kind === 'transfer' ? 'mine'
      : 'incoming' });
}


/** @param {{kind: string, chat: number}[]} news */
function summed(news) {
  return news.length > MANY
    ? [{ kind: 'many', chat: null, count: news.length }]
    : news.map((one) => ({ ...one, count: 1 }));
}


function isLookedAt(chat) {
  return state.value.dialog?.id === chat && document.hasFocus();
}
