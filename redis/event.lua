

-- Event: what comes from a channel, and what it does: the hot path.
--
-- A call brings one or more events of one channel.  A chat is read once for all
-- of them, changed in memory, and written, indexed and announced once at the
-- end; only its messages go to the log one by one.
--
-- Safe to repeat: an external id that a chat knows already is `same`.  No
-- decoding of JSON here: texts, attachments and reactions pass as literals.

local Event = {}

do
  local ARGS = 16
  local MOST = 1000
  local EXTERNAL_MAX = 512
  local FACE_MAX = 5200
  local TYPES = {message = true, edit = true, delete = true, reaction = true,
                 state = true, receipt = true}
  local FROM = {client = true, agent = true}
  local STATES = {blocked = true, unblocked = true}
  local RECEIPTS = {delivered = true, read = true, failed = true}

  local function external(text, empty)
    if #text > EXTERNAL_MAX or (text == '' and not empty) then
      badcall('external id')
    end
    return text
  end

  local DATE = '^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d'
  local DATE_MS, DATE_ANY = DATE .. '%.%d%d%dZ$', DATE .. '[%d.]*Z$'

  -- most are of the same second as the one before
  local last_time = ''

  local function time(text)
    if text ~= '' and text ~= last_time then
      if not find(text, DATE_MS) and not find(text, DATE_ANY) then
        badcall('time')
      end
      last_time = text
    end
    return text
  end

  -- begins and ends a JSON text so?
  local function is_json(text, first, last)
    return byte(text, 1) == first and byte(text, -1) == last and #text > 1
  end

  local FACE = '^[^%c]*\t[\33-\126]*$'

  -- extra of a message of a platform: the album, and behind a tab what came of
  -- the client's face, see Lookup; behind two, when there is more of the message
  local function extra(e)
    local album, face = string.match(e.extra, '^([^\t]*)\t(.*)$')
    if not album then
      return
    end
    if not find(face, FACE) then
      face, e.more = string.sub(face, 2), byte(face) == 9
    end
    if #face > FACE_MAX or e.more == false or not find(face, FACE) then
      badcall('face')
    end
    e.extra, e.face = album, face
  end

  local function content(e, visitor)
    Arg.word(e.from, FROM)
    if not visitor then
      extra(e)
    end
    if not is_json(e.text, 34, 34)
       or not (e.preview == e.text or is_json(e.preview, 34, 34))
       or not (e.attachments == '[]' or is_json(e.attachments, 91, 93))
    then
      badcall('json')
    end
    if e.refs ~= '' then
      Arg.refs(e.refs)
    end
    e.count = (e.count == '0') and 0 or Arg.int(e.count, 0, 1000, 0)
    if #e.reply_to > EXTERNAL_MAX or #e.extra > EXTERNAL_MAX then
      badcall('external id')
    end
  end

  -- the sixteen arguments from i on
  local function parse(args, i, visitor)
    local kind, user, message, from, name, username, phone, email, text,
          preview, attachments, count, refs, reply_to, sent_at, extra =
      unpack(args, i, i + ARGS - 1)
    Arg.word(kind, TYPES)
    external(user)
    external(message, kind ~= 'delete' and kind ~= 'reaction'
                      and kind ~= 'edit')
    local e = {type = kind, user = user, message = message, from = from,
               name = name, username = username, phone = phone, email = email,
               text = text, preview = preview, attachments = attachments,
               count = count, refs = refs, reply_to = reply_to,
               sent_at = time(sent_at), extra = extra, face = ''}
    if kind == 'message' or kind == 'edit' then
      content(e, visitor)
    elseif kind == 'reaction' then
      Arg.json(e.extra, '[', ']')
    elseif kind == 'state' then
      Arg.word(e.extra, STATES)
    elseif kind == 'receipt' then
      Arg.word(e.extra, RECEIPTS)
      e.words = (e.text == '' or e.text == '""') and 'null'
                or Arg.json(e.text, '"', '"')
    end
    return e
  end

  -- the events among the arguments, from the fifth on
  function Event.parse(args, visitor)
    local n = (#args - 4) / ARGS
    if n ~= math.floor(n) or n > MOST or (visitor and n ~= 1) then
      badcall('number of events')
    end
    local events = {}
    for i = 1, n do
      events[i] = parse(args, 5 + (i - 1) * ARGS, visitor)
    end
    if visitor and (events[1].type ~= 'message' or events[1].from ~= 'client')
    then
      badcall('a visitor writes messages')
    end
    return events
  end

  -- The channel, checked: STALE when the caller knows another rev; an
  -- empty one is a poll's, which may outlive a change of the settings.
  function Event.channel(s, id, rev, visitor)
    local gate = s.gate or ''
    if not visitor and gate == rev .. ' 1 0 ' then
      return {id = id, visitor = false, polled = '0', window = false,
              limits = false}
    end
    local current, on, polled, window =
      string.match(gate, '^(%d+) (%d) (%d) (%d*)$')
    if current and rev ~= '' and current ~= rev then
      fail('STALE channel ' .. id)
    end
    if on ~= '1' or (visitor and polled ~= '1') then
      fail('NOTFOUND no such channel')
    end
    return {id = id, visitor = visitor, polled = polled, limits = false,
            window = window ~= '' and window}
  end

  -- Gives the external id to the message that is about to be stored; or ends
  -- with the piece of the one that has it.
  local function known(s, c, chat, e, number)
    if e.message == '' then
      return nil
    end
    local digest = c.visitor and e.extra or ''
    if Message.name(s.root, chat.n, number, e.message, digest) then
      return nil
    end
    local old, was = Message.external(s.root, chat.n, e.message)
    if c.visitor and (was or '') ~= digest then
      fail('MISMATCH this key came with another body')
    end
    return Message.at(s.root, chat.n, old)
  end

  -- The platform's echo of our own message may overtake the answer to the send:
  -- then it names what is on its way now.
  local function ours(s, chat, e)
    local number = e.message ~= '' and Outbox.flying(s.root, chat.n, e.text)
    if number then
      Message.name(s.root, chat.n, number, e.message, '')
    end
  end

  local function quoted(s, chat, e)
    local number = Message.external(s.root, chat.n, e.reply_to)
    local piece = number and Message.at(s.root, chat.n, number)
    return piece and Message.id(piece) or nil
  end

  local function from_client(s, chat, e)
    if Contact.learn(chat, e) then
      chat.renamed = true
    end
    local back = chat.status == 'inactive'
    if back then
      Turn.revive(s, chat)
    end
    if e.face ~= '' then
      Lookup.meet(s, chat, e.face, back)
    end
    chat.nc = chat.nc + 1
  end

  -- somebody has answered in the platform's own app
  local function from_app(s, chat, m)
    Chat.answer(s, chat)
    Stats.answered(s, chat)
    m.delivery = '"sent"'
  end

  -- When a client wrote, in µs.  It matters where there is a window: there it
  -- is the platform's time, and one that comes late does not shorten it.
  local function heard(s, chat, e)
    local at = e.sent_at ~= '' and Time.parse(e.sent_at)
    if not at or at >= s.now then
      return s.now
    end
    return math.min(math.max(at, tonumber(chat.heard) or 0), s.now)
  end

  local function add(s, c, chat, e)
    local attachments = e.attachments
    if e.files then
      attachments = File.attach(s.root, chat.n, e.files)
    elseif e.count > 0 then
      attachments = File.place(attachments, chat.n)
    end
    -- all of the names that it will get, so that the table need not grow
    local m = {from = e.from, text = e.text, attachments = attachments,
               reply_to = e.reply_to ~= '' and quoted(s, chat, e),
               edited_at = e.edited_at,
               sent_at = e.sent_at ~= '' and '"' .. e.sent_at .. '"',
               n = false, number = false, nth = false, rev = false, at = false,
               delivery = false}
    if e.from == 'client' then
      from_client(s, chat, e)
    else
      from_app(s, chat, m)
    end
    Chat.add(s, chat, m)
    if e.from == 'client' then
      Chat.wait(s, chat, m, c.window and heard(s, chat, e) or s.now,
                not c.visitor and e.message)
    end
    if e.extra ~= '' and not c.visitor then
      Album.begin(s.root, chat.n, m.number, e, attachments)
    end
    if e.refs ~= '' then
      File.keep(s.root, chat.n, e.refs)
    end
    if e.more then
      Lookup.complete(s, chat, e)
    end
    Chat.top(s, chat, m, e.preview, e.count)
    return m
  end

  -- What a messenger's client writes cannot be asked for again, and a platform
  -- whose deliveries are refused ends them for everybody.  So a full space takes
  -- new ones up to twice its limit; a visitor sees that he is refused, and keeps
  -- his words.
  local OVER = 2

  local function is_full(s, c)
    return not Space.has_room(s, c.visitor and 1 or OVER)
  end

  -- the client's first message makes his chat
  local function begin(s, c, e)
    if c.limits and c.limits.chats > 0 then
      Limit.take(s.root, s.now, 'chats', c.limits.address, c.limits.chats)
    end
    local f = call('HMGET', Keys.channel(s.root, c.id), 'kind', 'title',
                   'group')
    c.kind, c.title, c.group = f[1], f[2], f[3] or ''
    local chat = Chat.make(s, c.id, c, e.user)
    call('HSET', Keys.contacts(s.root, c.id), e.user, chat.n)
    Chat.event(s, chat, 'created', c.limits and c.limits.page)
    return chat
  end

  -- how often a visitor may write; nil: nobody asks
  local function pace(s, c, chat, e)
    local most = c.limits and c.limits.messages or 0
    if most == 0 then
      return nil
    end
    return Limit.pace(s.root, s.now, chat and chat.n or '', most, function()
      return not Message.external(s.root, chat.n, e.message)
    end)
  end

  -- the message of the chat that the event is one more part of, or nil
  local function album(s, c, chat, e)
    if c.visitor then
      return nil
    end
    local number = Album.number(s.root, chat.n, e.extra)
    local piece = number and Message.at(s.root, chat.n, number)
    if not piece then
      return nil
    end
    local born, _, _, _, from, nth = Message.look(piece)
    return Album.takes(s, chat, e, number, born, from, nth) and number or nil
  end

  -- it has its external id already
  local function join(s, chat, e, number)
    local attachments = File.place(e.attachments, chat.n)
    e.quoted = e.reply_to ~= '' and quoted(s, chat, e) or nil
    local piece = Alter.message(s, chat, number,
                                Album.join(s.root, chat.n, number, e,
                                           attachments))
    File.keep(s.root, chat.n, e.refs)
    if e.more then
      Lookup.complete(s, chat, e)
    end
    Alter.retell(chat, piece, e)
    return 'changed', chat
  end

  local does = {}

  -- what a visitor has uploaded for it, unless we have the message already
  local function uploaded(s, c, chat, e)
    if e.refs ~= ''
       and not (chat and Message.external(s.root, chat.n, e.message))
    then
      e.files = File.find(s.root, 'v:' .. c.id .. ':' .. e.user, e.refs)
    end
  end

  function does.message(s, c, chat, e)
    if not chat and is_full(s, c) then
      if c.visitor then
        fail('LIMIT 3600 this space has as many chats as it may')
      end
      return 'full', nil
    end
    local paced
    if c.visitor then
      uploaded(s, c, chat, e)
      paced = pace(s, c, chat, e)
    end
    if chat and e.from == 'agent' then
      ours(s, chat, e)
    end
    chat = chat or begin(s, c, e)
    local whole = e.extra ~= '' and album(s, c, chat, e) or nil
    local number = whole or chat.nm + 1
    if chat.status == 'inactive' and e.from == 'client' then
      number = number + 1
    end
    local same = known(s, c, chat, e, number)
    if same then
      return 'same', chat, same
    end
    if whole then
      return join(s, chat, e, whole)
    end
    if paced then
      call('HSET', Keys.chat(s.root, chat.n), 'pace', paced)
    end
    return 'new', chat, nil, add(s, c, chat, e)
  end

  -- does m say already what the edit says?  One that there is more of is known
  -- by its time
  local function says(m, e, files)
    return m.text == e.text
           and (not files or Alter.same(m.attachments, e.attachments)
                or (e.more and m.edited_at == e.edited_at))
  end

  function does.edit(s, c, chat, e)
    e.edited_at = (e.sent_at ~= '') and '"' .. e.sent_at .. '"'
                  or Time.json(s.now)
    local files = e.attachments ~= '[]'
    local piece = Alter.named(s, chat, e, function(m)
      if m.deleted == 'true' or (m.edited_at ~= 'null'
                                 and m.edited_at > e.edited_at)
         or says(m, e, files)
      then
        return false
      end
      m.text, m.edited_at = e.text, e.edited_at
      m.attachments = files and File.place(e.attachments, chat.n)
                      or m.attachments
    end)
    if piece == nil then
      return does.message(s, c, chat, e)
    end
    if not piece then
      return 'same', chat
    end
    File.keep(s.root, chat.n, e.refs)
    if e.more then
      Lookup.complete(s, chat, e)
    end
    Alter.retell(chat, piece, e, e.preview, files and e.count or nil)
    return 'changed', chat
  end

  function does.delete(s, _, chat, e)
    local piece = Alter.named(s, chat, e, function(m)
      if m.deleted == 'true' then
        return false
      end
      m.deleted, m.text, m.attachments = 'true', '""', '[]'
    end)
    if not piece then
      return (piece == nil) and 'none' or 'same', chat
    end
    Alter.retell(chat, piece, e, '""', 0)
    return 'changed', chat
  end

  function does.reaction(s, _, chat, e)
    local piece = Alter.named(s, chat, e, function(m)
      if m.reactions == e.extra then
        return false
      end
      m.reactions = e.extra
    end)
    if not piece then
      return (piece == nil) and 'none' or 'same', chat
    end
    return 'changed', chat
  end

  -- whether the client can be written to is learned by trying
  function does.state(_, _, chat)
    return 'none', chat
  end

  local function mark(s, chat, e)
    local number = chat.nm
    if e.message ~= '' then
      number = Message.external(s.root, chat.n, e.message)
    elseif e.sent_at == '' then
      return 0
    end
    if not number then
      return 0
    end
    if e.extra == 'failed' then
      return Message.refuse(s, chat.n, number, e.words) and 1 or 0
    end
    local before = (e.message == '') and e.sent_at or ''
    return Message.mark(s, chat.n, number, before, e.extra)
  end

  function does.receipt(s, _, chat, e)
    if not chat or mark(s, chat, e) == 0 then
      return 'none', chat
    end
    chat.changed_at = Num.text(s.rev)
    chat.said = true
    return 'changed', chat
  end

  -- a blocked client: what he writes, and what he does to what he wrote
  local function is_barred(chat, e)
    return chat and chat.blocked ~= '' and e.from ~= 'agent'
           and e.type ~= 'receipt' and e.type ~= 'state'
  end

  local function finish(s, chats)
    local words = {}
    if #chats > 1 then
      Place.gather(s)
    end
    for _, chat in ipairs(chats) do
      words[#words + 1] = Alter.save(s, chat)
    end
    if #words > 0 then
      Chat.done(s, words)
    end
  end

  local function chat_of(s, c, user, n)
    local chat = n and Chat.read(s.root, n) or nil
    if chat then
      chat.channel, chat.user = c.id, user
    end
    return chat
  end

  -- the chats of those who wrote before, read once each
  local function chats_of(s, c, events)
    local user = events[1].user
    if #events == 1 then
      return {[user] = chat_of(s, c, user, Contact.chat(s.root, c.id, user))}
    end
    local users, by_user = {}, {}
    for i, e in ipairs(events) do
      users[i] = e.user
    end
    for i, n in ipairs(Contact.chats(s.root, c.id, users)) do
      user = users[i]
      by_user[user] = by_user[user] or chat_of(s, c, user, n)
    end
    return by_user
  end

  -- one event; by_user: the chats so far.  Gives what became of it, the chat or
  -- nil, and for a visitor his message, else ''
  local function one(s, c, by_user, e)
    local before = by_user[e.user]
    if is_barred(before, e) then
      if c.visitor then
        fail('FORBIDDEN you cannot write here')
      end
      return 'none', before, ''
    end
    local low = c.visitor and before
                and Chat.low(call('HGET', Keys.chat(s.root, before.n), 'last'))
    local word, chat, piece, m = does[e.type](s, c, before, e)
    if not c.visitor then
      return word, chat, ''
    end
    piece = m and Log.piece(m) or piece
    local shown = piece and Message.for_visitor(piece) or ''
    if low and word == 'new' then
      Chat.carry(chat, low, m, shown)
    end
    return word, chat, shown
  end

  -- All of it; gives three strings for each event: what became of it, the
  -- chat's number or '', and for a visitor his message.  An event that cannot be
  -- done ends the call; those before it are finished first, and are `same` when
  -- they come again.
  function Event.take(s, c, events)
    local by_user = chats_of(s, c, events)
    local chats, listed, answer = {}, {}, {}
    for i, e in ipairs(events) do
      local ok, word, chat, shown = pcall(one, s, c, by_user, e)
      if not ok then
        finish(s, chats)
        error(word, 0)
      end
      if chat and not listed[chat] then
        by_user[e.user], listed[chat] = chat, true
        chats[#chats + 1] = chat
      end
      answer[3 * i - 2] = word
      answer[3 * i - 1] = chat and chat.n or ''
      answer[3 * i] = shown
    end
    finish(s, chats)
    return answer
  end
end
