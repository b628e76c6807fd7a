/* The API's objects and the page's state, for tsc --checkJs; no code. */

export type Status = 'unassigned' | 'active' | 'inactive';

export interface Avatar {
  initials: string | null;
  color: number | null;
  url: string | null;
}

export interface Chat {
  id: number;
  rev: number;
  title: string;
  named: boolean;
  channel: { id: string; kind: string; title: string };
  contact: { id: string; name: string | null; avatar: Avatar };
  status: Status;
  group: string | null;
  responsible: string | null;
  participants: { id: string; name: string }[];
  unread: number;
  last_message: LastMessage | null;
  waiting_since: string | null;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
  action: 'open' | 'join' | 'reply';
  tags: string[];
}

export interface LastMessage {
  id: string;
  from: 'client' | 'agent';
  text: string | null;
  attachments: number;
  at: string;
}

export interface Attachment {
  id: string;
  type: string;
  name: string | null;
  mime: string | null;
  size: number | null;
  url: string | null;
}

export interface Message {
  id: string;
  chat: number;
  rev: number;
  from: 'client' | 'agent' | 'system';
  author: { id: string | null; name: string } | null;
  kind: 'text' | 'note' | 'event';
  event: string | null;
  text: string | null;
  attachments: Attachment[];
  reply_to: string | null;
  at: string;
  edited_at: string | null;
  deleted: boolean;
  reactions: string[];
  delivery: string | null;
  error: string | null;
}

export interface Badge {
  incoming: number;
  mine: number;
  total: number;
  label: string;
}

export interface Me {
  agent: { id: string; name: string; role: string; groups: string[];
    away: boolean };
  space: { id: string; name: string; locale: string; plan: string;
    plans_url: string | null };
  inbox: boolean;
  journal: boolean;
  badge: Badge;
}

/** What went wrong, as the page keeps and shows it. */
export interface Trouble {
  code: string;
  detail: string | null;
}

/** A message that is on its way: not in the store yet, as far as we know. */
export interface Pending {
  key: string;
  text: string;
  at: string;
  note: boolean;
  replyTo: string | null;
  attachments: Attachment[];
  state: 'pending' | 'failed';
  trouble: Trouble | null;
  /** it failed for now: the page itself tries again */
  passing: boolean;
  /** the id under which the poll has already brought it */
  seen: string | null;
}

/** A file on its way to the server, for a message not written yet. */
export interface Upload {
  key: string;
  name: string;
  size: number;
  mime: string;
  /** of a picture, what the browser itself holds of it */
  preview: string | null;
  /** 0 to 1 */
  part: number;
  trouble: Trouble | null;
  /** what the server says of it, once it is there */
  file: Attachment | null;
}

export type Section = 'journal' | 'incoming' | 'mine' | 'closed' | 'load'
  | 'settings';

export interface Filter {
  status: Status | null;
  channel: string | null;
  group: string | null;
  agent: string | null;
  tag: string | null;
  /** days of the reader's own calendar */
  from: string | null;
  to: string | null;
  q: string | null;
  sort: 'waiting' | null;
  /** the caller's own list of that name, instead of the journal */
  list?: 'closed';
}

/** Where the reader is; section null: where he starts. */
export interface Route {
  section: Section | null;
  chat: number | null;
  /** of the settings, and what of it */
  page: string | null;
  item: string | null;
  filter: Filter;
}

export interface ChatList {
  order: number[];
  next: string | null;
  /** what it takes to compare with the last row that paging has reached */
  tail: { id: number; updated_at: string; waiting_since: string | null } | null;
  loaded: boolean;
  /** the store or the network is away; mends itself */
  away: Trouble | null;
  /** the list is not for this caller */
  refused: Trouble | null;
}

export interface Journal extends ChatList {
  filter: Filter;
  counts: Record<Status, number> | null;
}

export interface Inbox extends ChatList {
  seen: Record<number, { list: 'incoming' | 'mine'; unread: number }>;
}

export interface Toast {
  key: string;
  kind: 'inquiry' | 'message' | 'transfer' | 'many' | 'failed' | 'copied';
  chat: number | null;
  count: number;
  /** of what failed */
  trouble?: Trouble;
}

/** What the space has; `agents` without root. */
export interface Directory {
  agents: any[];
  groups: any[];
  channels: any[];
  canned: any[];
  space: any | null;
}

/** The form that is open. */
export interface Settings {
  busy: boolean;
  trouble: Trouble | null;
  /** words for single fields, as the server has them */
  errors: Record<string, string>;
  /** what was saved last, for the words that say so */
  saved: string | null;
  /** a token or secret that is shown this once */
  fresh: any | null;
  tokens: Record<string, any[]>;
  /** how channels do */
  lines: Record<string, any>;
}

/** What lies above the page. */
export interface Sheet {
  kind: 'transfer' | 'help' | 'picture' | 'client';
  chat: number | null;
  /** the picture's file */
  file?: string;
}

export interface Dialog {
  id: number;
  messages: Message[];
  next: string | null;
  loaded: boolean;
  away: Trouble | null;
  /** the chat cannot be shown */
  refused: Trouble | null;
  /** the call that is under way: take, join, close, reopen, older */
  busy: string | null;
  /** what the last such call was answered */
  trouble: Trouble | null;
  /** the message up to which this page has told the server it was read */
  read: string | null;
  /** the message above which the unread line stands; undefined: not known */
  line: string | null | undefined;
  /** the composer writes a note */
  note: boolean;
  /** the message that is answered */
  replyTo: string | null;
  typing: { from: string; name: string | null }[];
}

export interface State {
  phase: 'starting' | 'signed_out' | 'ready';
  me: Me | null;
  badge: Badge | null;
  signIn: { busy: boolean; trouble: Trouble | null };
  route: Route;
  chats: Record<number, Chat>;
  journal: Journal;
  inbox: Inbox;
  dialog: Dialog | null;
  /** what was written and is not known to be stored, by chat */
  pending: Record<number, Pending[]>;
  drafts: Record<number, string>;
  /** the files of the message that is being written, by chat */
  uploads: Record<number, Upload[]>;
  /** the load as the server counts it; null: not known yet */
  stats: any | null;
  toasts: Toast[];
  directory: Directory;
  settings: Settings;
  sheet: Sheet | null;
}
