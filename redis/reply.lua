

-- Reply: what an agent writes: to the client, or a note to his colleagues.
--
-- A text to a platform waits in the outbox; a text to a visitor is there as
-- soon as it is stored, his next poll takes it.

local Reply = {}

do
  -- text is too long for this channel, counted as its platform counts
  local function check_length(c, r)
    local limit = tonumber(c.limit or 0) or 0
    local counts = {chars = r.chars, utf16 = r.utf16, bytes = r.bytes}
    if limit > 0 and (counts[c.unit] or r.chars) > limit then
      fail('TOOLONG text is longer than the channel takes\t"limit":' .. limit)
    end
  end

  -- some platforms let one answer only for so long after the client wrote
  local function check_window(s, c, chat)
    local window = tonumber(c.window or '')
    if not window then
      return
    end
    local till = (tonumber(chat.heard) or 0) + window * 1000000
    if till < s.now then
      fail('WINDOW the client wrote too long ago\t"until":' .. Time.json(till))
    end
  end

  -- what an answer asks of its channel
  local function line(root, id)
    local f = call('HMGET', Keys.channel(root, id), 'kind', 'enabled', 'limit',
                   'unit', 'window')
    return {kind = f[1], enabled = f[2], limit = f[3], unit = f[4],
            window = f[5]}
  end

  local function check(s, chat, r)
    if r.text == '""' and r.count == 0 then
      fail('INVALID text is empty')
    end
    if r.reply_to ~= '' then
      if not Message.find(s.root, chat.n, r.reply_to) then
        fail('INVALID reply_to is no message of this chat')
      end
      r.quoted = '"' .. r.reply_to .. '"'
    end
  end

  -- what was uploaded for it; ends the call when that is not there
  local function files(s, caller, r)
    return File.find(s.root, caller.id, r.refs)
  end

  local function message(caller, r)
    return {from = 'agent', kind = r.kind, text = r.text,
            attachments = r.attachments, reply_to = r.quoted,
            author = '{"id":"' .. caller.id .. '","name":'
                     .. Json.quote(caller.name) .. '}'}
  end

  -- r: kind, text, preview, chars, utf16, bytes, attachments, count, refs,
  -- reply_to.  Gives the piece and its number; has published
  function Reply.note(s, caller, chat, r)
    Turn.must_see(caller, chat)
    check(s, chat, r)
    local list = files(s, caller, r)
    r.attachments = list and File.attach(s.root, chat.n, list) or r.attachments
    local m = message(caller, r)
    Chat.add(s, chat, m)
    File.keep(s.root, chat.n, r.refs)
    Chat.done(s, {Chat.keep(s, chat)})
    return Log.piece(m), chat.nm
  end

  function Reply.text(s, caller, chat, r)
    Turn.must_write(caller, chat)
    check(s, chat, r)
    local c = line(s.root, chat.channel)
    if not c.kind then
      fail('NOTFOUND the channel of this chat was deleted')
    end
    check_length(c, r)
    check_window(s, c, chat)
    local list = files(s, caller, r)
    r.attachments = list and File.attach(s.root, chat.n, list) or r.attachments
    local m, low = message(caller, r), Chat.low(chat.last)
    m.delivery = (chat.polled == '1') and '"sent"' or '"queued"'
    Chat.add(s, chat, m)
    local piece = Log.piece(m)
    if chat.polled == '1' and c.enabled == '1' then
      Chat.carry(chat, low, m, Message.for_visitor(piece))
    end
    File.keep(s.root, chat.n, r.refs)
    Chat.answer(s, chat)
    Stats.answered(s, chat)
    Chat.read_all(s, chat, caller.id)
    Chat.top(s, chat, m, r.preview, r.count)
    if chat.polled ~= '1' then
      chat.queued = true
      Outbox.push(s.root, chat.n, m.number, s.now)
    end
    Chat.done(s, {Chat.save(s, chat)})
    return piece, m.number
  end
end
