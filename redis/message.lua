

-- Message: one line of a chat's transcript, a finished piece of JSON; how it lies
-- in Redis only Log knows.
--
-- A piece has its members always in the order of NAMES.  A raw `,"name":` can
-- not stand inside a JSON string (there each quote has a backslash before it), so a
-- piece is taken apart by looking for them one after another; people may write
-- what they like.
--
-- Its id is `{rev at creation}-{number}`: ids of a chat sort by age.

local Message = {}

do
  local NAMES = {'id', 'chat', 'rev', 'kind', 'from', 'nth', 'event', 'author',
                 'text', 'attachments', 'reply_to', 'at', 'sent_at',
                 'edited_at', 'deleted', 'reactions', 'delivery', 'error'}

  -- how far a message of ours has come; what is lower never overwrites
  local RANK = {['"sent"'] = 1, ['"delivered"'] = 2, ['"read"'] = 3}

  -- messages that one receipt looks at
  local MARK_MOST = 500
  local MARK_STEP = 50
  local MARK_FIRST = 4
  -- in a chat with more messages the external ids are kept by number as well
  local LONG = 500
  local SCAN_STEP = 500

  -- a piece as a table of raw JSON texts by name, and back
  function Message.split(piece)
    local m = {}
    local from = 7
    for i = 2, #NAMES do
      local mark = ',"' .. NAMES[i] .. '":'
      local at = string.find(piece, mark, from, true)
      m[NAMES[i - 1]] = string.sub(piece, from, at - 1)
      from = at + #mark
    end
    m.error = string.sub(piece, from, -2)
    return m
  end

  function Message.join(m)
    local parts = {}
    for i, name in ipairs(NAMES) do
      parts[i] = '"' .. name .. '":' .. m[name]
    end
    return '{' .. table.concat(parts, ',') .. '}'
  end

  -- what stands before people's text: rev at creation and number (both of the
  -- id), rev, kind, from, nth; numbers as numbers
  function Message.look(piece)
    local born, number, rev, kind, from, nth = string.match(piece,
      '^{"id":"(%d+)%-(%d+)","chat":%d+,"rev":(%d+),"kind":"(%l+)",'
      .. '"from":"(%l+)","nth":(%d+)')
    return tonumber(born), tonumber(number), tonumber(rev), kind, from,
           tonumber(nth)
  end

  -- the id as a JSON literal
  function Message.id(piece)
    return string.match(piece, '^{"id":("[%d-]+")')
  end

  -- the piece with that number, or false
  function Message.at(root, n, number)
    return Log.at(root, n, number)
  end

  -- the number that an id from outside tells; nil: it is no id
  function Message.number(id)
    local number = string.match(id, '^%d+%-([1-9]%d*)$')
    return number and #id <= 40 and tonumber(number) or nil
  end

  -- an id that came from outside -> number, piece; nil: no such message
  function Message.find(root, n, id)
    local number = Message.number(id)
    local piece = number and Message.at(root, n, number)
    if not piece or Message.id(piece) ~= '"' .. id .. '"' then
      return nil
    end
    return number, piece
  end

  -- the number of the message with that external id; nil: not ours.  The second
  -- result is the digest of its body, nil where none was kept
  function Message.external(root, n, id)
    local value = call('HGET', Keys.external(root, n), id)
    if not value then
      return nil
    end
    local number, digest = string.match(value, '^(%d+):?(.*)$')
    return tonumber(number), (digest ~= '') and digest or nil
  end

  -- all of the external ids of a chat: fn(id, number), digits, until it is true
  local function each_external(root, n, fn)
    local cursor = '0'
    repeat
      local page = call('HSCAN', Keys.external(root, n), cursor,
                        'COUNT', SCAN_STEP)
      for i = 1, #page[2], 2 do
        if fn(page[2][i], string.match(page[2][i + 1], '^%d+')) then
          return
        end
      end
      cursor = page[1]
    until cursor == '0'
  end

  -- the first one of a long chat brings those from before
  local function remember(root, n, number, id)
    local key = Keys.named(root, n)
    call('HSETNX', key, number, id)
    if call('HLEN', key) == 1 then
      each_external(root, n, function(other, its)
        call('HSETNX', key, its, other)
      end)
    end
  end

  -- Gives an external id to the message with that number; digest: of its body,
  -- or ''.  False: a message has it already.
  function Message.name(root, n, number, id, digest)
    local value = Num.text(number) .. ((digest ~= '') and ':' .. digest or '')
    if call('HSETNX', Keys.external(root, n), id, value) == 0 then
      return false
    end
    if number > LONG then
      remember(root, n, number, id)
    end
    return true
  end

  local function store(root, n, number, m, rev)
    m.rev = rev
    local piece = Message.join(m)
    Log.put(root, n, number, m, piece)
    call('ZADD', Keys.changed(root, n), rev, number)
    return piece
  end

  -- what settle says of a message; it may have arrived before we knew
  local function told(m, change)
    if not RANK[m.delivery] or RANK[m.delivery] < (RANK[change.delivery] or 9)
    then
      m.delivery = '"' .. change.delivery .. '"'
    end
    if change.error then
      m.error = Json.quote(change.error)
    end
  end

  -- Changes a stored message in place.  n: its chat's number; rev: of this
  -- change, digits; change: fn(m), which changes the raw members or returns
  -- false, or a table {delivery = word, error = words or nil}.  Gives the new
  -- piece, or nil: no such message, or nothing happened.  Publishes nothing.
  function Message.change(root, n, number, rev, change)
    local piece = Message.at(root, n, number)
    if not piece then
      return nil
    end
    local m = Message.split(piece)
    if type(change) == 'table' then
      told(m, change)
    elseif change(m) == false then
      return nil
    end
    return store(root, n, number, m, rev)
  end

  -- has everything before this piece been marked already?
  local function settled(piece, delivery)
    local found = string.match(piece, ',"delivery":("%l+"),"error":')
    return found and RANK[found] and RANK[found] >= RANK[delivery]
  end

  local function raise(s, n, number, piece, before, delivery)
    local m = Message.split(piece)
    if not RANK[m.delivery]
       or (before ~= '' and string.sub(m.at, 2, -2) > before)
    then
      return 0
    end
    m.delivery = delivery
    store(s.root, n, number, m, Space.take(s))
    return 1
  end

  -- Our messages with a number up to last, and stored no later than before (RFC
  -- 3339; '': any), become delivered or read.  s: the open space.  Gives how
  -- many did.  Goes back to the first that had been marked before.  id: of the
  -- last, when it is from outside: none does when it is another's.
  function Message.mark(s, n, last, before, word, id)
    local delivery = '"' .. word .. '"'
    local marked = 0
    local low = math.max(last - MARK_MOST, 0)
    -- mostly it is about the last one
    local step = MARK_FIRST
    while last > low do
      local first = math.max(last - step, low)
      local pieces = Log.range(s.root, n, first + 1, last)
      if id and (not pieces[last - first]
                 or Message.id(pieces[last - first]) ~= '"' .. id .. '"')
      then
        return 0
      end
      id = nil
      for i = #pieces, 1, -1 do
        if string.find(pieces[i], ',"from":"agent",', 1, true) then
          if settled(pieces[i], delivery) then
            return marked
          end
          marked = marked + raise(s, n, first + i, pieces[i], before, delivery)
        end
      end
      last, step = first, MARK_STEP
    end
    return marked
  end

  -- the platform says that a message of ours did not arrive; words: raw JSON
  function Message.refuse(s, n, number, words)
    return Message.change(s.root, n, number, Space.take(s), function(m)
      if m.from ~= '"agent"' or m.delivery == '"failed"' then
        return false
      end
      m.delivery, m.error = '"failed"', words
    end)
  end

  -- the external id of the message with one of our ids (raw JSON), or ''
  local function external_of(root, n, id)
    local number = string.match(id, '%-(%d+)"$')
    local first = Album.ends(root, n, number)
    if first then
      return first
    end
    local found = call('HGET', Keys.named(root, n), number)
    if not found and call('EXISTS', Keys.named(root, n)) == 0 then
      each_external(root, n, function(other, its)
        found = its == number and other
        return found
      end)
    end
    return found or ''
  end

  -- What the outbox sends of a piece: id, text (JSON literal), reply_to (the
  -- platform's id, or ''), author's name, attachments (JSON); nil: it is not
  -- waiting to be sent.
  function Message.outgoing(root, n, piece)
    if not string.find(piece, ',"delivery":"queued","error":', 1, true) then
      return nil
    end
    local m = Message.split(piece)
    local author = (m.author == 'null') and {} or cjson.decode(m.author)
    local reply_to = ''
    if m.reply_to ~= 'null' then
      reply_to = external_of(root, n, m.reply_to)
    end
    return {id = string.sub(m.id, 2, -2), text = m.text, reply_to = reply_to,
            author = author.name or '', attachments = m.attachments}
  end

  -- a piece as visitors see it; nil: they do not
  function Message.for_visitor(piece)
    local _, _, _, kind = Message.look(piece)
    if kind ~= 'text' then
      return nil
    end
    local shown = string.gsub(piece, '","nth":(%d+),"event":null,"author":'
                              .. '{"id":"[%w_-]+"',
                              '","nth":%1,"event":null,"author":{"id":null', 1)
    return shown
  end
end
