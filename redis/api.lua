

-- The functions of the conversations: unpack, check, call a noun.  KEYS 1 is
-- the space's root and ARGV 1 now, in µs.  All of them answer NOSPACE for a
-- space that is not there; those with `who` answer UNAUTHORIZED for nobody, those
-- with a chat NOTFOUND when there is none and FORBIDDEN when it is not his to
-- see.  Every write is safe to repeat.

do
  local KINDS = {text = true, note = true}
  local RECEIPTS = {delivered = true, read = true}
  local RECEIPTS_MOST = 64
  -- bytes of the address of a visitor's page
  local PAGE_MAX = 2000

  local function external(text)
    if text == '' or #text > 512 then
      badcall('external id')
    end
    return text
  end

  local function key(text)
    if #text > 64 or string.find(text, '[^\33-\126]') then
      badcall('idempotency key')
    end
    return text
  end

  local function digest(text)
    if #text > 128 or string.find(text, '%s') then
      badcall('digest')
    end
    return text
  end

  -- '1 30 10 192.0.2.1 page' -> true, limits with the page; '1' -> true; '0' ->
  -- false
  local function visitor_of(text)
    if text == '0' then
      return false, nil
    end
    local messages, chats, address, page = string.match(text,
      '^1 (%d+) (%d+) ([%x:.]+) ?(.*)$')
    if not messages or #address > 45 or #page > PAGE_MAX then
      return Arg.flag(text), nil
    end
    return true, {messages = tonumber(messages), chats = tonumber(chats),
                  address = address, page = page}
  end

  -- since, before and limit, from argument i on
  local function asked(args, i)
    if not string.find(args[i + 1], '^[wr]?%d*$') or #args[i + 1] > 20 then
      fail('INVALID before is no cursor of ours')
    end
    return {since = Arg.since(args[i]), before = args[i + 1],
            limit = Arg.limit(args[i + 2])}
  end

  -- the same for transcripts, whose cursors are numbers
  local function paged(args, i)
    local ask = asked(args, i)
    if not string.find(ask.before, '^%d*$') then
      fail('INVALID before is no cursor of ours')
    end
    ask.before = tonumber(ask.before)
    return ask
  end


  -- version: the build of the loaded library; needs neither key nor now.
  -- returns an integer
  redis.register_function{function_name = PREFIX .. 'version',
                          callback = function() return BUILD end,
                          flags = {'no-writes'}}


  -- boot: the module tells which Redis process it talks to.
  -- ARGV now, run id
  -- returns the space's rev, string; writes only when the run id is new, and what
  -- a space from before lacks
  register('boot', 2, 'allow-oom', function(root, now, args)
    if args[2] == '' or #args[2] > 64 then
      badcall('run id')
    end
    local s = Space.open(root, now)
    Space.boot(s, args[2])
    return Num.text(s.rev)
  end)


  -- ingest: events of a channel: a webhook's, or one message of a visitor.
  -- ARGV now, channel, its rev, visitor (0, 1, or 1 with his limits: messages a
  -- minute, new chats an hour, address, and the page that he was on), then 16 for each event: type,
  -- user, message, from, name, username, phone, email, text, preview,
  -- attachments, their number, refs, reply_to, sent_at, extra
  -- returns three strings for each event: new|same|changed|none, or full: a new
  -- client whose chat had no place; chat or empty; for a visitor his message;
  -- errors: NOTFOUND channel, STALE, for a webhook SUSPENDED (seconds), for
  -- visitors LIMIT (seconds), FORBIDDEN (blocked) and MISMATCH
  register('ingest', -20, '', function(root, now, args)
    local visitor, limits = visitor_of(args[4])
    local events = Event.parse(args, visitor)
    local id = Arg.id(args[2])
    local s = Space.open(root, now, id, not visitor)
    local c = Event.channel(s, id, args[3], visitor)
    c.limits = limits
    return Event.take(s, c, events)
  end)


  -- journal: every chat, or what has changed since.
  -- ARGV now, who, since, before, limit, status, channel, group, agent, tag, q,
  -- from, to (µs, RFC 3339 or dates), sort (waiting)
  -- returns body, rev, number of chats and gone, whose notices may change it;
  -- errors: PLAN, INVALID
  register('journal', 14, 'no-writes', function(root, now, args)
    local ask = asked(args, 3)
    local s = Space.open(root, now)
    return Journal.answer(s, Agent.caller(root, args[2], now, s),
                          {status = args[6], channel = args[7],
                           group = args[8], agent = args[9], tag = args[10],
                           q = args[11], from = args[12], to = args[13],
                           sort = args[14]}, ask)
  end)


  -- inbox: what the caller has to do, or what of it has changed since.
  -- ARGV now, who, list, q, since, before, limit
  -- returns as journal; errors: INVALID
  register('inbox', 7, 'no-writes', function(root, now, args)
    local ask = asked(args, 5)
    local s = Space.open(root, now)
    return Inbox.answer(s, Agent.caller(root, args[2], now, s), args[3], args[4],
                        ask)
  end)


  -- chat: one chat as the caller sees it.
  -- ARGV now, who, chat
  -- returns Chat, rev
  register('chat', 3, 'no-writes', function(root, now, args)
    local n = Arg.chat(args[3])
    local s = Space.open(root, now)
    local caller = Agent.caller(root, args[2], now, s)
    local chat = Chat.need(root, n, 'whole')
    Turn.must_see(caller, chat)
    return {Chat.show(s, caller, chat), chat.rev}
  end)


  -- transcript: messages of a chat, the newest or those since.
  -- ARGV now, who, chat, since, before, limit
  -- returns body, rev, number of messages, the caller's id; errors: INVALID
  register('transcript', 6, 'no-writes', function(root, now, args)
    local n, ask = Arg.chat(args[3]), paged(args, 4)
    local s = Space.open(root, now)
    local caller = Agent.caller(root, args[2], now, s)
    Turn.must_see(caller, Chat.need(root, n))
    local body, rev, count =
      Transcript.page(s, n, ask.since, ask.before, ask.limit,
                      Transcript.all, '')
    return {body, rev, count, caller.id}
  end)


  -- visitor: the same for a visitor: no notes, no events, no agents' ids.
  -- ARGV now, channel, its rev, user, since, before, limit
  -- returns body with "chat", rev, number of messages, id of the last of our
  -- messages in it that is not yet marked as delivered, or empty; chat or empty;
  -- errors: NOTFOUND channel, STALE, INVALID
  register('visitor', 7, 'no-writes', function(root, now, args)
    local id, user = Arg.id(args[2]), external(args[4])
    local ask = paged(args, 5)
    local s = Space.open(root, now, id)
    Event.channel(s, id, args[3], true)
    local n = Contact.chat(root, id, user)
    local body, rev, count, pieces =
      Transcript.page(s, n, ask.since, ask.before, ask.limit,
                      Transcript.visible, ',"chat":' .. (n or 'null'))
    return {body, rev, count, Transcript.undelivered(pieces), n or ''}
  end)


  local function written(args)
    return {kind = Arg.word(args[4], KINDS), text = Arg.json(args[5], '"', '"'),
            preview = Arg.json(args[6], '"', '"'),
            chars = Arg.int(args[7], 0, 10000000),
            utf16 = Arg.int(args[8], 0, 10000000),
            bytes = Arg.int(args[9], 0, 10000000),
            attachments = Arg.json(args[10], '[', ']'),
            count = Arg.int(args[11], 0, 1000),
            refs = Arg.refs(args[12]),
            reply_to = args[13], key = key(args[14]),
            digest = digest(args[15])}
  end

  -- reply: an agent writes to the client (text) or to his colleagues (note).
  -- ARGV now, who, chat, text|note, text literal, preview literal, characters,
  -- utf16 units, bytes, attachments, their number, refs, reply_to (our id),
  -- idempotency key or empty, digest of the body
  -- returns Message; errors: NOTTAKEN, NOTPART, CLOSED, TOOLONG ("limit"),
  -- WINDOW ("until"), INVALID, MISMATCH
  register('reply', 15, '', function(root, now, args)
    local n, r = Arg.chat(args[3]), written(args)
    local s = Space.open(root, now)
    local caller = Agent.caller(root, args[2], now, s)
    local chat = Chat.need(root, n, 'answer')
    local path = n .. '/messages'
    local done = Once.find(root, caller, path, r.key, r.digest)
    if done then
      return Message.at(root, n, done)
    end
    local piece, number = Reply[r.kind](s, caller, chat, r)
    Once.keep(root, caller, path, r.key, r.digest, number)
    return piece
  end)


  -- One turn of a chat, once; turn(s, caller, chat) is of Turn.  Gives the Chat
  local function turned(root, now, args, path, i, turn)
    local n = Arg.chat(args[3])
    local once, body = key(args[i]), digest(args[i + 1])
    local s = Space.open(root, now)
    local caller = Agent.caller(root, args[2], now, s)
    local chat = Chat.need(root, n, 'whole')
    path = n .. '/' .. path
    if not Once.find(root, caller, path, once, body) then
      if turn(s, caller, chat) then
        Chat.done(s, {Chat.save(s, chat)})
      end
      Once.keep(root, caller, path, once, body, 0)
    end
    return Chat.show(s, caller, chat)
  end

  -- take, join, leave, close, reopen: turns of a chat.
  -- ARGV now, who, chat, idempotency key or empty, digest of the body
  -- returns Chat; errors: TAKEN ("chat"), NOTTAKEN, NOTPART, CLOSED, MISMATCH
  local function register_turn(name, flag)
    register(name, 5, flag, function(root, now, args)
      return turned(root, now, args, name, 4, Turn[name])
    end)
  end

  register_turn('take', '')
  register_turn('join', '')
  register_turn('leave', '')
  register_turn('close', 'allow-oom')
  register_turn('reopen', '')


  -- transfer: a chat goes to an agent or to a group; one of them is given.
  -- ARGV now, who, chat, agent, group, idempotency key or empty, digest
  -- returns Chat; errors: CLOSED, NOTPART, INVALID, MISMATCH
  register('transfer', 7, '', function(root, now, args)
    local agent, group = Arg.id(args[4], true), Arg.id(args[5], true)
    if (agent == '') == (group == '') then
      fail('INVALID agent or group is needed, not both')
    end
    return turned(root, now, args, 'transfer', 6, function(s, caller, chat)
      if agent ~= '' then
        return Turn.to_agent(s, caller, chat, agent)
      end
      return Turn.to_group(s, caller, chat, group)
    end)
  end)


  -- read: the caller has read up to a message.
  -- ARGV now, who, chat, up_to, idempotency key or empty, digest of the body
  -- returns {"badge":{…}}, and when the client may see it: channel, user, the
  -- platform's id of his last message; errors: INVALID, MISMATCH
  register('read', 6, '', function(root, now, args)
    local n, path = Arg.chat(args[3]), args[3] .. '/read'
    local once, body_of = key(args[5]), digest(args[6])
    local s = Space.open(root, now)
    local caller = Agent.caller(root, args[2], now, s)
    local chat = Chat.need(root, n)
    local moved = false
    if not Once.find(root, caller, path, once, body_of) then
      moved = Turn.read(s, caller, chat, args[4])
      Once.keep(root, caller, path, once, body_of, 0)
    end
    if moved then
      Space.close(s)
      Space.notice(root, 'read =' .. caller.id)
    end
    local body = '{"badge":' .. Agent.badge(root, caller) .. '}'
    return moved and Chat.hint(chat, caller, Message.number(args[4]), body)
           or body
  end)


  -- chat, message's id and number of each pair
  local function received(args)
    if #args % 2 ~= 0 or #args > 2 + 2 * RECEIPTS_MOST then
      badcall('number of arguments')
    end
    local list = {}
    for i = 3, #args, 2 do
      list[#list + 1] = {n = Arg.chat(args[i]), id = args[i + 1],
                         number = Message.number(args[i + 1])}
    end
    return list
  end

  -- marks them, tells whoever shows them; gives how many messages changed
  local function mark(s, list, word)
    local changed, lines = 0, {}
    for _, e in ipairs(list) do
      local marked = e.number
                     and Message.mark(s, e.n, e.number, '', word, e.id) or 0
      if marked > 0 then
        changed = changed + marked
        lines[#lines + 1] = 'chat ' .. Num.text(s.rev) .. ' ' .. e.n .. ' m'
      end
    end
    if changed > 0 then
      Space.close(s)
      Space.notice(s.root, table.concat(lines, '\n'))
    end
    return changed
  end


  -- receipt: visitors have got, or read, our messages.
  -- ARGV now, delivered|read, then at most 64 pairs: chat, up_to (our message
  -- id)
  -- returns how many messages changed, integer; what is not there, or not any
  -- more, is passed over
  register('receipt', -4, '', function(root, now, args)
    local word, list = Arg.word(args[2], RECEIPTS), received(args)
    return mark(Space.open(root, now), list, word)
  end)


  -- visitor_read: a visitor has read our messages.
  -- ARGV now, channel, user, up_to (our message id)
  -- returns how many messages changed, integer; errors: NOTFOUND, INVALID
  register('visitor_read', 4, '', function(root, now, args)
    local id, user = Arg.id(args[2]), external(args[3])
    local s = Space.open(root, now)
    local n = Contact.chat(root, id, user)
    if not n then
      fail('NOTFOUND no such chat')
    end
    local number = Message.find(root, n, args[4])
    if not number then
      fail('INVALID up_to is no message of this chat')
    end
    return mark(s, {{n = n, number = number}}, 'read')
  end)


  -- typing: somebody writes; nothing is stored.
  -- ARGV now, who, chat, idempotency key or empty, digest of the body  or  now,
  -- `visitor`, channel, user
  -- returns an empty string; publishes for who takes part in an active chat,
  -- and for a visitor who has a chat and is not blocked.  When a client may see
  -- it on his platform: '', channel, user, the platform's id of his last message
  register('typing', -3, '', function(root, now, args)
    if args[2] == 'visitor' then
      if #args ~= 4 then
        badcall('number of arguments')
      end
      local n = Contact.chat(root, Arg.id(args[3]), external(args[4]))
      Space.check(root)
      local chat = n and Chat.read(root, n)
      if chat and chat.blocked == '' then
        Chat.typing(chat, 'client', '-', Contact.name(chat))
      end
      return ''
    end
    if #args ~= 5 then
      badcall('number of arguments')
    end
    local n, path = Arg.chat(args[3]), args[3] .. '/typing'
    local once, body = key(args[4]), digest(args[5])
    local caller = Agent.caller(root, args[2], now)
    local chat = Chat.need(root, n)
    Turn.must_see(caller, chat)
    if Once.find(root, caller, path, once, body) then
      return ''
    end
    Once.keep(root, caller, path, once, body, 0)
    if chat.status == 'active' and Chat.has(chat.parts, caller.id) then
      Chat.typing(chat, 'agent', caller.id, caller.name)
      return Chat.hint(chat, caller, chat.nm, '')
    end
    return ''
  end)
end
