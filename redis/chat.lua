

-- Chat: the conversation with one client: read, shown, indexed, written.
--
-- A chat's table has the fields of its hash, '' where there is none, numbers as
-- numbers, and `n`, its number as digits.  What most calls do not need is read
-- when it is first asked for.  Whoever changes a chat says what he did:
-- Chat.add() for messages, chat.turned for its state, chat.renamed for who it
-- is with; one Chat.save() then writes, indexes and tells.
--
-- What people see of a chat is kept as finished JSON in parts, each made anew
-- only when it must be: `who` (`,"title":` and on), `state` (`,"status":` and
-- on), `last` (the last message), `waits` (since when the client does).  Readers
-- join them; a new message makes only `last` and `rev` anew.

local Chat = {}

do
  -- fields of the hash beside those that each message needs, see Stored
  local COLD = {'channel', 'kind', 'ctitle', 'user', 'title', 'resp', 'former',
                'created', 'closed', 'tags', 'asked', 'who', 'state', 'last',
                'pic', 'looked'}

  -- there is no ipairs() while a library is loaded
  local function set_of(list)
    local set = {}
    for i = 1, #list do
      set[list[i]] = true
    end
    return set
  end

  local IS_COLD, IS_NAME = set_of(COLD), set_of(Stored.NAMES)

  -- what callers know they will ask for besides
  local MORE = {whole = COLD, answer = {'channel', 'user', 'asked', 'last'}}

  -- with what is always read
  local function and_more(list)
    local all = {'hot', 'known'}
    for i = 1, #list do
      all[i + 2] = list[i]
    end
    return all
  end

  local READS = {whole = and_more(MORE.whole), answer = and_more(MORE.answer)}

  -- what a change of state, and of who it is with, change in the hash
  local TURNING = {'resp', 'former', 'closed', 'asked'}
  local NAMING = {'channel', 'kind', 'ctitle', 'user', 'known', 'title',
                  'created', 'tags', 'pic'}
  local MADE_ANEW = {'who', 'state'}

  -- bytes of a notice, with an entry in it
  local NOTICE_MOST = 2048

  -- is an agent among `,petro,olga,`?
  function Chat.has(people, id)
    return find(people, ',' .. id .. ',', 1, true) ~= nil
  end

  -- people with an agent at their end, once
  function Chat.with(people, id)
    if Chat.has(people, id) then
      return people
    end
    return ((people == '') and ',' or people) .. id .. ','
  end

  function Chat.without(people, id)
    local at = find(people, ',' .. id .. ',', 1, true)
    if not at then
      return people
    end
    people = string.sub(people, 1, at) .. string.sub(people, at + #id + 2)
    return (people == ',') and '' or people
  end

  -- the fields of a list with their values, those behind the first so many
  local function fill(chat, list, values, from)
    for i, field in ipairs(list) do
      if rawget(chat, field) == nil then
        chat[field] = values[from + i] or ''
      end
    end
    return chat
  end

  local LAZY = {__index = function(chat, field)
    if IS_COLD[field] then
      local values = call('HMGET', Keys.chat(chat.root, chat.n), unpack(COLD))
      return rawget(fill(chat, COLD, values, 0), field)
    end
    if IS_NAME[field] then
      chat.name, chat.username, chat.phone, chat.email =
        Stored.names(chat.root, chat.n, chat.known)
      return rawget(chat, field)
    end
    return nil
  end}

  -- The chat with that number (digits), or nil.  more: 'whole' or 'answer', when
  -- the caller knows that all of it, or what an answer needs, will be asked for
  function Chat.read(root, n, more)
    local f = more and call('HMGET', Keys.chat(root, n), unpack(READS[more]))
              or call('HMGET', Keys.chat(root, n), 'hot', 'known')
    local status, group, parts, polled, blocked, gen, nm, nc, na, nb, waits,
          rev, heard = Stored.words(root, n, f[1])
    if status == '' then
      return nil
    end
    -- marks of what is done to it; false, so that LAZY is not asked for them
    local chat = setmetatable({
      moved = false, turned = false, renamed = false, changed = false,
      said = false, queued = false, hears = false, regen = false,
      top = false, cleared = false, left = false, heard_by_visitor = false,
      carries = false, read_by = false,
      root = root, n = n, status = status, was = status, group = group,
      was_group = group, parts = parts, polled = polled, blocked = blocked,
      gen = gen, nm = tonumber(nm) or 0, nc = tonumber(nc) or 0,
      na = tonumber(na) or 0, nb = tonumber(nb) or 0,
      waits = (waits ~= '') and waits or 'null', rev = rev, heard = heard,
      known = f[2], before = not f[1]
    }, LAZY)
    if chat.before then
      chat.known = Stored.known(chat)
    end
    return more and fill(chat, MORE[more], f, 2) or chat
  end

  -- the same; ends the call with NOTFOUND
  function Chat.need(root, n, more)
    local chat = Chat.read(root, n, more)
    if not chat then
      fail('NOTFOUND no such chat')
    end
    return chat
  end

  -- takes a field's value away; an empty field is not kept in the hash
  function Chat.clear(chat, field)
    if chat[field] ~= '' then
      chat[field] = ''
      if IS_COLD[field] then
        chat.cleared = chat.cleared or {}
        table.insert(chat.cleared, field)
      end
    end
  end

  -- A chat that is not there yet; id: of the channel, c: its kind, title, group
  -- and polled.  Takes the next number; it is written by Chat.save().
  function Chat.make(s, id, c, user)
    s.seq, s.made = s.seq + 1, s.made + 1
    local chat = {root = s.root, n = Num.text(s.seq), nm = 0, nc = 0, na = 0,
                  nb = 0, was = '', blocked = '', waits = 'null', gen = '',
                  rev = '', heard = ''}
    for _, field in ipairs(COLD) do
      chat[field] = ''
    end
    chat.name, chat.username, chat.phone, chat.email = '', '', '', ''
    chat.status, chat.group, chat.parts = 'unassigned', c.group, ''
    chat.channel, chat.kind, chat.ctitle = id, c.kind, c.title
    chat.polled = (c.polled == '1') and '1' or ''
    chat.user, chat.created = user, Num.text(s.now)
    chat.asked = chat.created
    chat.turned, chat.renamed, chat.named_by = true, true, c.title
    chat.known = Stored.known(chat)
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

  -- makes those parts anew that are not what the chat is now
  local function compose(s, chat)
    local stale = chat.gen ~= s.gen
    if stale or chat.renamed then
      chat.who = who_part(s, chat)
    end
    if stale or chat.turned then
      chat.state = state_part(s, chat)
    end
    if stale then
      chat.gen, chat.regen = s.gen, true
    end
  end

  -- the time of the last message, a JSON literal
  function Chat.updated(chat)
    return string.sub(chat.last, -27, -2)
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
    return '{"id":' .. chat.n .. ',"rev":' .. chat.rev .. chat.who
           .. chat.state .. ',"last_message":' .. chat.last
           .. ',"waiting_since":' .. chat.waits .. ',"updated_at":'
           .. Chat.updated(chat) .. ',"unread":' .. math.max(unread, 0)
           .. ',"action":"' .. action(caller, chat)
           .. (list and '","list":"' .. list or '') .. '"}'
  end

  -- the same for one chat
  function Chat.show(s, caller, chat)
    local seen = call('HGET', Keys.seen(s.root, caller.id), chat.n)
    return Chat.json(s, caller, chat, seen)
  end

  -- Adds a message: m as Log.piece() takes it, without what the chat knows and
  -- is added to it.  It is in the log at once; Chat.save() must follow.
  function Chat.add(s, chat, m)
    chat.nm = chat.nm + 1
    m.n, m.number, m.nth = chat.n, Num.text(chat.nm), chat.nc
    m.rev = Space.take(s)
    m.at = s.at or Time.json(s.now)
    s.at = m.at
    local bytes = Log.add(s.root, chat.n, m)
    chat.nb = chat.nb + bytes
    s.messages, s.bytes = s.messages + 1, s.bytes + bytes
    chat.said = true
    if chat.polled == '1' and m.kind ~= 'note' and not m.event then
      chat.heard_by_visitor = true
    end
  end

  -- m, just added, becomes the last message: it moves the chat to the top
  function Chat.top(_, chat, m, preview, attachments)
    chat.last = '{"id":"' .. m.rev .. '-' .. m.number .. '","from":"' .. m.from
                .. '","text":' .. preview .. ',"attachments":' .. attachments
                .. ',"at":' .. m.at .. '}'
    chat.top, chat.moved = m.rev, true
  end

  -- A message for a visitor, just added, and nothing else happened: its notice
  -- carries it to those who know all before it.  low: rev of the message before,
  -- see Chat.low(); shown: as he sees it, Message.for_visitor()
  function Chat.carry(chat, low, m, shown)
    if low then
      local fresh = (m.from == 'agent') and m.rev .. '-' .. m.number or '-'
      chat.carries = ' ' .. low .. ' ' .. m.rev .. ' ' .. chat.n .. ' ' .. fresh
                     .. ' ' .. shown
    end
  end

  -- a client's message, written at heard (µs), which his platform calls
  -- external (or nothing): he waits from his first one without an answer
  function Chat.wait(s, chat, m, heard, external)
    chat.heard, chat.hears = Num.text(heard), true
    chat.last_of_his = external and m.number .. ' ' .. external or ''
    if chat.waits == 'null' then
      chat.waits = m.at
      call('ZADD', Keys.order_waiting(s.root), m.rev, chat.n)
    end
  end

  -- somebody has answered, or it needs no answer any more
  function Chat.rest(s, chat)
    if chat.waits ~= 'null' then
      chat.waits = 'null'
      call('ZREM', Keys.order_waiting(s.root), chat.n)
    end
  end

  -- all that the client has written so far has its answer
  function Chat.answer(s, chat)
    chat.na = chat.nc
    Chat.rest(s, chat)
  end

  -- a system's line in the transcript; words: whom it is about
  function Chat.event(s, chat, name, words)
    Chat.add(s, chat, {from = 'system', kind = 'event',
                       event = '"' .. name .. '"',
                       text = Json.quote(words or '')})
  end

  -- the rev of the last message as it was born, by what people see of it
  function Chat.low(last)
    return string.match(last, '^{"id":"(%d+)')
  end

  -- the score of a chat in the lists: rev of its last message
  local function score(chat)
    return chat.top or Chat.low(chat.last)
  end

  -- Before the state of a chat is changed: takes it out of its lists, and
  -- remembers who must be told that it left.
  function Chat.lift(s, chat)
    local place = Place.of(s.root, chat)
    for _, key in ipairs(place.orders) do
      call('ZREM', key, chat.n)
    end
    for id in string.gmatch(chat.parts, '[^,]+') do
      call('SREM', Keys.unread(s.root, id), chat.n)
    end
    chat.left = place
    chat.turned, chat.moved = true, true
  end

  local function step(key, field, by)
    if call('HINCRBY', key, field, by) == 0 then
      call('HDEL', key, field)
    end
  end

  -- the chats of a channel and of a group in a status: one more, or one less
  function Chat.tally(root, chat, status, group, by)
    step(Keys.load(root), 'c:' .. chat.channel .. ':' .. status, by)
    step(Keys.load(root), 'g:' .. group .. ':' .. status, by)
  end

  local function count(s, chat)
    if chat.was == chat.status and chat.was_group == chat.group then
      return
    end
    if chat.was ~= '' then
      s[chat.was] = s[chat.was] - 1
      Chat.tally(s.root, chat, chat.was, chat.was_group, -1)
    else
      s.made = s.made - 1
    end
    s[chat.status] = s[chat.status] + 1
    Chat.tally(s.root, chat, chat.status, chat.group, 1)
    chat.was, chat.was_group = chat.status, chat.group
    s.counted = true
  end

  local function gather(chat, fields, flat)
    local at = #flat
    for i = 1, #fields do
      local value = chat[fields[i]]
      if value ~= '' then
        flat[at + 1], flat[at + 2] = fields[i], value
        at = at + 2
      end
    end
  end

  -- what most messages change; the rest is added where it has changed
  local function fields(chat)
    local flat = {'hot', Stored.hot(chat), 'last', chat.last}
    if chat.hears and chat.last_of_his ~= '' then
      flat[5], flat[6] = 'last_of_his', chat.last_of_his
    end
    if chat.turned then
      gather(chat, TURNING, flat)
    end
    if chat.renamed then
      gather(chat, NAMING, flat)
    end
    if chat.regen or chat.turned or chat.renamed then
      gather(chat, MADE_ANEW, flat)
    end
    return flat
  end

  local function store(chat)
    if chat.cleared then
      call('HDEL', Keys.chat(chat.root, chat.n), unpack(chat.cleared))
    end
    Stored.write(chat, fields(chat))
  end

  -- has that participant something to read?
  local function has_news(s, chat, id)
    if id == chat.read_by then
      return false
    end
    if chat.hears then
      return true
    end
    local seen = call('HGET', Keys.seen(s.root, id), chat.n)
    return chat.nc > (tonumber(seen or 0) or 0)
  end

  local function mark_unread(s, chat)
    for id in string.gmatch(chat.parts, '[^,]+') do
      call(has_news(s, chat, id) and 'SADD' or 'SREM', Keys.unread(s.root, id),
           chat.n)
    end
  end

  -- two lists as one, each of it once
  local function joined(one, other)
    local all, set = {}, {}
    for _, list in ipairs({one, other}) do
      for _, what in ipairs(list) do
        all[#all + 1] = not set[what] and what or nil
        set[what] = true
      end
    end
    return all
  end

  -- puts it where it belongs; gives who must hear of it
  local function index(s, chat)
    local place, left = Place.of(s.root, chat), chat.left
    if chat.moved then
      Place.put(s, place.orders, score(chat), chat.n)
      if chat.status == 'active' then
        mark_unread(s, chat)
      end
    end
    if not left then
      Place.put(s, place.feeds, chat.rev, chat.n)
      return place.audience
    end
    -- those that it has left hear of it once more
    Place.put(s, joined(left.feeds, place.feeds), chat.rev, chat.n)
    return joined(left.audience, place.audience)
  end

  -- Writes the chat as it is now, under a new rev, and puts it where it
  -- belongs.  Gives the words of its notice; Chat.done() is the caller's.
  function Chat.save(s, chat)
    chat.rev = Space.take(s)
    compose(s, chat)
    count(s, chat)
    store(chat)
    return Chat.words(chat, chat.rev, 'c', index(s, chat))
  end

  -- only the log has grown: the Chat as people see it has not changed
  function Chat.keep(s, chat)
    Stored.keep(chat)
    return Chat.words(chat, Num.text(s.rev), '')
  end

  -- audience: of a change of the Chat
  function Chat.words(chat, rev, flags, audience)
    local words = rev .. ' ' .. chat.n .. ' ' .. flags
                  .. (chat.said and 'm' or '') .. (chat.queued and 'q' or '')
                  .. (audience and table.concat(audience) or '')
    if not chat.heard_by_visitor then
      return words
    end
    words = words .. '\nvisitor ' .. chat.channel .. ' ' .. chat.user
    if chat.carries and #words + #chat.carries <= NOTICE_MOST - #'chat ' then
      return words .. chat.carries
    end
    return words
  end

  -- The end of every call that has written: lists, clock, counts, and one notice
  -- of all the chats; words: of each of them
  function Chat.done(s, words)
    Place.write(s)
    Space.close(s, s.counted)
    Space.notice(s.root, 'chat ' .. table.concat(words, '\nchat '))
  end

  -- the platform's id of the client's last message, when it is one up to that
  -- number, or ''
  local function last_of_his(chat, upto)
    local value = call('HGET', Keys.chat(chat.root, chat.n), 'last_of_his')
    local number, external = string.match(value or '', '^(%d+) (.+)$')
    if not number or tonumber(number) > upto then
      return ''
    end
    local _, last = Album.ends(chat.root, chat.n, number)
    return last or external
  end

  -- What is shown to the client on his platform when an agent writes or has read
  -- up to a message (its number): channel, user and the platform's id of the
  -- last message of his, or nothing while there is one behind that.  body: of
  -- the answer, given back alone when the agent only looks on, or when there is
  -- nobody to show it to.
  function Chat.hint(chat, caller, last, body)
    if chat.status ~= 'active' or not Chat.has(chat.parts, caller.id)
       or chat.polled == '1' or chat.blocked ~= ''
    then
      return body
    end
    return {body, chat.channel, chat.user, last_of_his(chat, last)}
  end

  -- an agent has read all there is
  function Chat.read_all(s, chat, id)
    call('HSET', Keys.seen(s.root, id), chat.n, chat.nc)
    chat.read_by = id
  end

  -- tells that somebody writes; nothing is stored.  The name travels as one
  -- word: a JSON literal with its spaces escaped
  function Chat.typing(chat, from, id, name)
    local visitor = (chat.polled == '1') and chat.channel .. ' ' .. chat.user
                    or '- -'
    local literal = string.gsub(Json.maybe(name), ' ', '\\u0020')
    Space.notice(chat.root, 'typing ' .. chat.n .. ' ' .. from .. ' ' .. id
                            .. ' ' .. visitor .. ' ' .. literal)
  end
end
