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
  agent: { id: string; name: string; role: string };
  space: { id: string; name: string; locale: string; plan: string };
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
  state: 'pending' | 'failed';
  trouble: Trouble | null;
  /** the id under which the poll has already brought it */
  seen: string | null;
}

export interface Journal {
  status: Status | null;
  order: number[];
  next: string | null;
  /** updated_at of the oldest row that paging has reached */
  tail: string | null;
  counts: Record<Status, number> | null;
  loaded: boolean;
  /** the store or the network is away; mends itself */
  away: Trouble | null;
  /** the journal is not for this caller */
  refused: Trouble | null;
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
}

export interface State {
  phase: 'starting' | 'signed_out' | 'ready';
  me: Me | null;
  badge: Badge | null;
  signIn: { busy: boolean; trouble: Trouble | null };
  chats: Record<number, Chat>;
  journal: Journal;
  dialog: Dialog | null;
  /** what was written and is not known to be stored, by chat */
  pending: Record<number, Pending[]>;
  drafts: Record<number, string>;
}
