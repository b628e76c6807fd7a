

-- Chat: the conversation with one client: read, shown, indexed, written.
--
-- A chat's table has the fields of its hash, '' where there is none, numbers as
-- numbers, and `n`, its number as digits.  Whoever changes it says what
-- he did: Chat.add() for messages, chat.turned for its state, chat.renamed for
-- who it is with; one Chat.save() then writes, indexes and tells.
--
-- The piece has three parts, each made anew only when it must be: who
-- (`,"title":`), state (`,"status":`), last (`,"last_message":`).

local Chat = {}

do
  local FIELDS = {'status', 'channel', 'kind', 'polled', 'ctitle', 'user',
                  'name', 'username', 'phone', 'email', 'title', 'group',
                  'resp', 'parts', 'former', 'blocked', 'stopped', 'nm', 'nc',
                  'na', 'heard', 'waiting', 'created', 'updated', 'closed',
                  'tags', 'rev', 'gen', 'piece'}
  local NUMBERS = {'nm', 'nc', 'na'}

  -- what the message and the state of a chat change in its hash
  local MOVING = {'nm', 'nc', 'na', 'heard', 'waiting', 'updated', 'rev', 'gen',
                  'piece'}
  local TURNING = {'status', 'group', 'resp', 'parts', 'former', 'closed'}
  local NAMING = {'channel', 'kind', 'polled', 'ctitle', 'user', 'name',
                  'username', 'phone', 'email', 'title', 'created', 'tags'}

  -- is an agent among `,petro,olga,`?
  function Chat.has(people, id)
    return string.find(people, ',' .. id .. ',', 1, true) ~= nil
  end

  -- people with an agent at their end, once
  function Chat.with(people, id)
    if Chat.has(people, id) then
      return people
    end
    return ((people == '') and ',' or people) .. id .. ','
  end

  function Chat.without(people, id)
    local at = string.find(people, ',' .. id .. ',', 1, true)
    if not at then
      return people
    end
    people = string.sub(people, 1, at) .. string.sub(people, at + #id + 2)
    return (people == ',') and '' or people
  end

  local function cut_piece(chat)
    local piece = chat.piece
    local who = string.find(piece, ',"title":', 1, true)
    local state = string.find(piece, ',"status":', who, true)
    local last = string.find(piece, ',"last_message":', state, true)
    local waits = string.find(piece, ',"waiting_since":', last, true)
    local updated = string.find(piece, ',"updated_at":', waits, true)
    chat.who = string.sub(piece, who, state - 1)
    chat.state = string.sub(piece, state, last - 1)
    chat.last = string.sub(piece, last + 16, waits - 1)
    chat.waits = string.sub(piece, waits + 17, updated - 1)
  end

  -- the chat with that number (digits), or nil
  function Chat.read(root, n)
    local values = call('HMGET', Keys.chat(root, n), unpack(FIELDS))
    if not values[1] then
      return nil
    end
    local chat = {n = n}
    for i, field in ipairs(FIELDS) do
      chat[field] = values[i] or ''
    end
    for _, field in ipairs(NUMBERS) do
      chat[field] = tonumber(chat[field]) or 0
    end
    chat.was = chat.status
    cut_piece(chat)
    return chat
  end

  -- the same; ends the call with NOTFOUND
  function Chat.need(root, n)
    local chat = Chat.read(root, n)
    if not chat then
      fail('NOTFOUND no such chat')
    end
    return chat
  end

  -- takes a field's value away; an empty field is not kept in the hash
  function Chat.clear(chat, field)
    if chat[field] ~= '' then
      chat[field] = ''
      chat.cleared = chat.cleared or {}
      table.insert(chat.cleared, field)
    end
  end

  -- A chat that is not there yet; c: the channel's hash, id: of the channel.
  -- Takes the next number; it is written by Chat.save().
  function Chat.make(s, id, c, user)
    local chat = {}
    for _, field in ipairs(FIELDS) do
      chat[field] = ''
    end
    s.seq = s.seq + 1
    chat.n = Num.text(s.seq)
    chat.nm, chat.nc, chat.na = 0, 0, 0
    chat.status, chat.was = 'unassigned', ''
    chat.channel, chat.kind, chat.ctitle = id, c.kind, c.title
    chat.polled = (c.polled == '1') and '1' or ''
    chat.group, chat.user = c.group, user
    chat.created = Num.text(s.now)
    chat.updated = chat.created
    chat.last, chat.waits = 'null', 'null'
    chat.turned, chat.renamed, chat.named_by = true, true, c.title
    return chat
  end

  -- the name of an agent; one who was deleted is called by his id
  function Chat.person(s, id)
    if id == 'root' then
      return s.name
    end
    return call('HGET', Keys.agent(s.root, id), 'name') or id
  end

  local function participants(s, chat)
    local pieces = {}
    for id in string.gmatch(chat.parts, '[^,]+') do
      pieces[#pieces + 1] = '{"id":"' .. id .. '","name":'
                            .. Json.quote(Chat.person(s, id)) .. '}'
    end
    return Json.list(pieces)
  end

  local function who_part(s, chat)
    local title, named = Contact.title(chat, s.locale)
    local ctitle = chat.named_by
                   or call('HGET', Keys.channel(s.root, chat.channel), 'title')
                   or chat.ctitle
    return ',"title":' .. Json.quote(title)
           .. ',"named":' .. tostring(named)
           .. ',"channel":{"id":"' .. chat.channel .. '","kind":"' .. chat.kind
           .. '","title":' .. Json.quote(ctitle)
           .. '},"contact":' .. Contact.json(chat)
  end

  local function state_part(s, chat)
    return ',"status":"' .. chat.status .. '","group":'
           .. Json.maybe(chat.group) .. ',"responsible":'
           .. Json.maybe(chat.resp) .. ',"participants":'
           .. participants(s, chat) .. ',"created_at":'
           .. Time.json(chat.created) .. ',"closed_at":'
           .. Time.json(chat.closed) .. ',"tags":'
           .. ((chat.tags == '') and '[]' or chat.tags)
  end

  -- makes chat.piece of what the chat is now
  local function compose(s, chat)
    local stale = chat.gen ~= s.gen
    if stale or chat.renamed then
      chat.who = who_part(s, chat)
    end
    if stale or chat.turned then
      chat.state = state_part(s, chat)
    end
    chat.gen = s.gen
    chat.piece = '{"id":' .. chat.n .. ',"rev":' .. chat.rev .. chat.who
                 .. chat.state .. ',"last_message":' .. chat.last
                 .. ',"waiting_since":' .. chat.waits .. ',"updated_at":'
                 .. (chat.topped and s.at or Time.json(chat.updated))
  end

  -- may he see the chat and its transcript?
  function Chat.sees(caller, chat)
    if Agent.manages(caller) or Chat.has(chat.parts, caller.id)
       or Chat.has(chat.former, caller.id)
    then
      return true
    end
    return chat.status ~= 'inactive' and Chat.fed(caller, chat)
  end

  -- is the chat everybody's, or of one of his groups?
  function Chat.fed(caller, chat)
    return chat.group == '' or caller.member[chat.group] == true
  end

  -- in which of his inbox's lists it is: incoming, mine, closed or nil
  function Chat.list(caller, chat)
    if chat.status == 'unassigned' then
      return Chat.fed(caller, chat) and 'incoming' or nil
    end
    local takes = Chat.has(chat.parts, caller.id)
    if chat.status == 'active' then
      return takes and 'mine' or nil
    end
    return (takes or Chat.has(chat.former, caller.id)) and 'closed' or nil
  end

  local function action(caller, chat)
    if chat.status == 'unassigned' then
      return 'reply'
    end
    if chat.status == 'active' and not Chat.has(chat.parts, caller.id) then
      return 'join'
    end
    return 'open'
  end

  -- The Chat as the caller sees it.  seen: how many client messages he has read
  -- (digits, or false); list: the inbox's list, or nil
  function Chat.json(s, caller, chat, seen, list)
    if chat.gen ~= s.gen then
      compose(s, chat)
    end
    local unread = chat.nc - (tonumber(seen or 0) or 0)
    if chat.status == 'unassigned' then
      unread = chat.nc - chat.na
    end
    return chat.piece .. ',"unread":' .. math.max(unread, 0)
           .. ',"action":"' .. action(caller, chat)
           .. (list and '","list":"' .. list or '') .. '"}'
  end

  -- the same for one chat
  function Chat.show(s, caller, chat)
    local seen = call('HGET', Keys.seen(s.root, caller.id), chat.n)
    return Chat.json(s, caller, chat, seen)
  end

  -- Adds a message: m as Message.piece() takes it, without what the chat knows.
  -- It is in the log at once; Chat.save() must follow.  Gives the piece.
  function Chat.add(s, chat, m)
    chat.nm = chat.nm + 1
    m.n, m.number, m.nth = chat.n, chat.nm, chat.nc
    m.rev = Space.take(s)
    m.at = s.at or Time.json(s.now)
    s.at = m.at
    local piece = Message.piece(m)
    call('RPUSH', Keys.log(s.root, chat.n), piece)
    chat.said = true
    if chat.polled == '1' and m.kind ~= 'note' and not m.event then
      chat.heard_by_visitor = true
    end
    return piece
  end

  -- m, just added, becomes the last message: it moves the chat to the top
  function Chat.top(s, chat, m, preview, attachments)
    chat.last = '{"id":"' .. m.rev .. '-' .. m.number .. '","from":"' .. m.from
                .. '","text":' .. preview .. ',"attachments":' .. attachments
                .. ',"at":' .. m.at .. '}'
    chat.updated = Num.text(s.now)
    chat.topped, chat.moved = true, true
  end

  -- a client's message: he waits from his first one without an answer
  function Chat.wait(s, chat, m)
    chat.heard = Num.text(s.now)
    if chat.waiting == '' then
      chat.waiting, chat.waits = chat.heard, m.at
      call('ZADD', Keys.order_waiting(s.root), m.rev, chat.n)
    end
  end

  -- somebody has answered, or it needs no answer any more
  function Chat.rest(s, chat)
    if chat.waiting ~= '' then
      Chat.clear(chat, 'waiting')
      chat.waits = 'null'
      call('ZREM', Keys.order_waiting(s.root), chat.n)
    end
  end

  -- a system's line in the transcript; words: whom it is about
  function Chat.event(s, chat, name, words)
    Chat.add(s, chat, {from = 'system', kind = 'event',
                       event = '"' .. name .. '"',
                       text = Json.quote(words or '')})
  end

  -- the score of a chat in the lists: rev of its last message
  local function score(chat)
    return string.match(chat.last, '^{"id":"(%d+)') or chat.created
  end

  -- the keys of lists and of feeds that hold a chat in its state
  local function places(root, chat)
    local orders = {Keys.order_status(root, chat.status)}
    local feeds = {}
    if chat.status == 'unassigned' then
      orders[2] = Keys.order_group(root, chat.group)
      feeds[1] = Keys.feed_group(root, chat.group)
      return orders, feeds
    end
    local people, key = chat.parts, Keys.order_agent
    if chat.status == 'inactive' then
      people, key = chat.parts .. chat.former, Keys.order_closed
    end
    for id in string.gmatch(people, '[^,]+') do
      orders[#orders + 1] = key(root, id)
      feeds[#feeds + 1] = Keys.feed_agent(root, id)
    end
    return orders, feeds
  end

  -- Before the state of a chat is changed: takes it out of its lists, and
  -- remembers who must be told that it left.
  function Chat.lift(s, chat)
    local orders, feeds = places(s.root, chat)
    for _, key in ipairs(orders) do
      call('ZREM', key, chat.n)
    end
    for id in string.gmatch(chat.parts, '[^,]+') do
      call('SREM', Keys.unread(s.root, id), chat.n)
    end
    chat.left = feeds
    chat.turned, chat.moved = true, true
  end

  local function count(s, chat)
    if chat.was ~= chat.status then
      if chat.was ~= '' then
        s[chat.was] = s[chat.was] - 1
      end
      s[chat.status] = s[chat.status] + 1
      chat.was = chat.status
      s.counted = true
    end
  end

  local function gather(chat, fields, flat)
    for _, field in ipairs(fields) do
      local value = chat[field]
      if value ~= '' then
        flat[#flat + 1] = field
        flat[#flat + 1] = value
      end
    end
  end

  local function store(s, chat)
    local key = Keys.chat(s.root, chat.n)
    local flat = {}
    gather(chat, MOVING, flat)
    if chat.turned then
      gather(chat, TURNING, flat)
    end
    if chat.renamed then
      gather(chat, NAMING, flat)
    end
    if chat.cleared then
      call('HDEL', key, unpack(chat.cleared))
    end
    call('HSET', key, unpack(flat))
  end

  -- who of the participants has something to read
  local function mark_unread(s, chat)
    for id in string.gmatch(chat.parts, '[^,]+') do
      local seen = call('HGET', Keys.seen(s.root, id), chat.n)
      local word = (chat.nc > (tonumber(seen or 0) or 0)) and 'SADD' or 'SREM'
      call(word, Keys.unread(s.root, id), chat.n)
    end
  end

  local function index(s, chat)
    local root, n, rev = s.root, chat.n, chat.rev
    local orders, feeds = places(root, chat)
    if chat.moved then
      local top = score(chat)
      for _, key in ipairs(orders) do
        call('ZADD', key, top, n)
      end
      if chat.status == 'active' then
        mark_unread(s, chat)
      end
    end
    call('ZADD', Keys.feed(root), rev, n)
    for _, key in ipairs(chat.left or {}) do
      call('ZADD', key, rev, n)
    end
    for _, key in ipairs(feeds) do
      call('ZADD', key, rev, n)
    end
  end

  -- Writes the chat as it is now, under a new rev, and puts it where it
  -- belongs.  Gives the words of its notice; the caller publishes.
  function Chat.save(s, chat)
    chat.rev = Space.take(s)
    compose(s, chat)
    count(s, chat)
    store(s, chat)
    index(s, chat)
    return Chat.words(chat, chat.rev, 'c')
  end

  -- only the log has grown: the Chat as people see it has not changed
  function Chat.keep(s, chat)
    call('HSET', Keys.chat(s.root, chat.n), 'nm', chat.nm)
    return Chat.words(chat, Num.text(s.rev), '')
  end

  function Chat.words(chat, rev, flags)
    return rev .. ' ' .. chat.n .. ' ' .. flags .. (chat.said and 'm' or '')
           .. (chat.heard_by_visitor and 'v' or '')
           .. (chat.queued and 'q' or '')
  end

  -- the end of every call that has written: clock, counts, one notice
  function Chat.done(s, words)
    Space.close(s, s.counted)
    Space.notice(s.root, 'chat ' .. words)
  end

  -- an agent has read all there is
  function Chat.read_all(s, chat, id)
    call('HSET', Keys.seen(s.root, id), chat.n, chat.nc)
  end
end
