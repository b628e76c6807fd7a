

-- List: the journal and the inbox, as pages and as changes since a rev.
--
-- Both walk over sorted sets and merge them: lists of chats by last message
-- going back, feeds of changes going on.  What the sets do not tell is asked of
-- each chat on the way, so any mix of filters is right; a call looks at no more
-- than SCAN_MOST chats and then gives a short page with its cursor.
--
-- A view says what is shown: {match = fn(chat) -> list or true or nil, words,
-- sources...}.  It is made by Journal and Inbox below.

local List = {}

do
  local SCAN_MOST = 2000
  local CHUNK = 64

  -- Walks over sorted sets at once.  up: scores above `from` rising, else
  -- scores below it falling ('' : from the end).  Each step gives a chat's
  -- number, the score as Redis wrote it, and the key.
  local function walk(keys, up, from, till)
    local heads = {}
    local command = up and 'ZRANGEBYSCORE' or 'ZREVRANGEBYSCORE'
    for i, key in ipairs(keys) do
      heads[i] = {key = key, from = (from == '') and '+inf' or '(' .. from,
                  flat = {}, at = 1}
    end

    local function fill(head)
      if head.at > #head.flat and not head.done then
        head.flat = call(command, head.key, head.from,
                         up and '+inf' or till, 'WITHSCORES',
                         'LIMIT', 0, CHUNK)
        head.at = 1
        head.done = #head.flat < 2 * CHUNK
        head.from = '(' .. (head.flat[#head.flat] or '0')
      end
      return tonumber(head.flat[head.at + 1])
    end

    return function()
      local best, best_score
      for _, head in ipairs(heads) do
        local score = fill(head)
        if score and (not best or (up and score < best_score)
                      or (not up and score > best_score))
        then
          best, best_score = head, score
        end
      end
      if not best then
        return nil
      end
      best.at = best.at + 2
      return best.flat[best.at - 2], best.flat[best.at - 1], best.key
    end
  end

  local GLANCE = {'hot', 'former', 'who', 'state', 'last'}
  -- the same, and what filters and searches look at besides
  local STARE = {'hot', 'former', 'who', 'state', 'last', 'channel', 'known',
                 'title', 'tags'}

  -- what a list must know of a chat; nil: it was deleted
  local function glance(s, view, n)
    local fields = view.stares and STARE or GLANCE
    local values = call('HMGET', Keys.chat(s.root, n), unpack(fields))
    local status, group, parts, _, _, gen, _, nc, na, _, waits, rev =
      Stored.words(s.root, n, values[1])
    if gen ~= s.gen then
      return Chat.read(s.root, n)
    end
    local chat = {n = n, status = status, group = group, parts = parts,
                  gen = gen, nc = tonumber(nc), na = tonumber(na),
                  waits = waits, rev = rev, former = values[2] or '',
                  who = values[3], state = values[4], last = values[5]}
    if view.stares then
      chat.channel, chat.title, chat.tags = values[6], values[8] or '', values[9] or ''
      chat.name, chat.username, chat.phone = Stored.names(s.root, n, values[7])
    end
    return chat
  end

  local function render(s, caller, chats, lists)
    if #chats == 0 then
      return '[]'
    end
    local numbers, pieces = {}, {}
    for i, chat in ipairs(chats) do
      numbers[i] = chat.n
    end
    local seen = call('HMGET', Keys.seen(s.root, caller.id), unpack(numbers))
    for i, chat in ipairs(chats) do
      pieces[i] = Chat.json(s, caller, chat, seen[i], lists[i])
    end
    return Json.list(pieces)
  end

  -- gathers matching chats of one walk into p (a page); gives the cursor to go
  -- on with, or nil: the walk has ended
  local function gather(s, p, view, step, also)
    while true do
      local n, score = step()
      if not n then
        return nil
      end
      if #p.chats == p.limit or p.scanned == SCAN_MOST then
        return p.cursor
      end
      p.cursor, p.scanned = score, p.scanned + 1
      local chat = glance(s, view, n)
      local list = chat and also(chat) and view.match(chat)
      if list then
        p.chats[#p.chats + 1] = chat
        p.lists[#p.chats] = view.lists and list or nil
      end
    end
  end

  local function any()
    return true
  end

  local function rests(chat)
    return chat.waits == 'null'
  end

  -- A page of a view, going back from the cursor `before`.  Cursors of those
  -- who wait, when they come first, begin with w; r: none of the rest was seen
  local function page(s, caller, view, before, limit)
    local p = {chats = {}, lists = {}, limit = limit, scanned = 0}
    local next
    local from = string.match(before, '^%d+$') or view.top
    if view.waiting and (before == '' or string.find(before, '^w')) then
      local key = {Keys.order_waiting(s.root)}
      local after = string.match(before, '%d+') or '0'
      next = gather(s, p, view, walk(key, true, after), any)
      next = next and 'w' .. next
    end
    if not next then
      p.cursor = 'r'
      next = gather(s, p, view, walk(view.orders, false, from, view.bottom),
                    view.waiting and rests or any)
    end
    return render(s, caller, p.chats, p.lists), #p.chats, next
  end

  -- What has changed since: chats that match, and `gone`, those that do not
  local function changes(s, caller, view, since, limit)
    local p = {chats = {}, lists = {}}
    local gone, done, rev, scanned = {}, {}, Num.text(since), 0
    local reads = Keys.feed_reads(s.root, caller.id)
    local step = walk(view.feeds, true, rev)
    while #p.chats + #gone < limit and scanned < SCAN_MOST do
      local n, score, key = step()
      if not n then
        break
      end
      local chat = not done[n] and glance(s, view, n)
      local list = chat and view.match(chat)
      if list then
        p.chats[#p.chats + 1] = chat
        p.lists[#p.chats] = view.lists and list or nil
        done[n] = true
      elseif not done[n] and key ~= reads then
        gone[#gone + 1] = n
        done[n] = true
      end
      scanned = scanned + 1
      -- what he has read of chats that are not shown is no change here
      if done[n] or scanned == SCAN_MOST then
        rev = score
      end
    end
    return render(s, caller, p.chats, p.lists), gone, rev, #p.chats + #gone
  end

  -- The answer of a view: body, rev, number of chats and gone in it, and whose
  -- notices may change it.  ask: since (number or false), before, limit; extra:
  -- members for the body
  function List.answer(s, caller, view, ask, extra)
    local since = ask.since
    local reset = since and (since > s.rev or since < s.reset
                             or since < s.renamed
                             or since < (view.moved or 0))
    local chats, count, next
    local gone, rev = {}, Num.text(s.rev)
    if since and not reset then
      chats, gone, rev, count = changes(s, caller, view, since, ask.limit)
    else
      local before = reset and '' or ask.before
      chats, count, next = page(s, caller, view, before, ask.limit)
    end
    if reset or (since and rev ~= Num.text(since)) then
      -- also an empty page is news
      count = math.max(count, 1)
    end
    local body = '{"chats":' .. chats .. ',"gone":' .. Json.list(gone) .. extra
                 .. ',"badge":' .. Agent.badge(s.root, caller) .. ',"rev":'
                 .. rev .. ',"next":'
                 .. (next and '"' .. next .. '"' or 'null')
                 .. (reset and ',"reset":true}' or '}')
    return {body, rev, count, view.audience}
  end
end


-- Journal: every chat of the space, for owner and admin on a commercial plan.

local Journal = {}

do
  local STATUSES = {'unassigned', 'active', 'inactive'}
  local KNOWN = {unassigned = true, active = true, inactive = true}
  -- a rev can be a little ahead of the clock it was made from
  local AHEAD = 10000000

  function Journal.must_read(s, caller)
    Agent.must_manage(caller)
    if s.plan ~= 'commercial' then
      fail('PLAN the journal belongs to a commercial plan')
    end
  end

  -- the smallest set of lists that holds everything the filter lets through
  local function orders(root, f)
    if f.agent ~= '' then
      local active = Keys.order_agent(root, f.agent)
      local closed = Keys.order_closed(root, f.agent)
      local by = {active = {active}, inactive = {closed}, unassigned = {}}
      return by[f.status] or {active, closed}
    end
    if f.status == 'unassigned' and f.group ~= '' then
      return {Keys.order_group(root, f.group)}
    end
    local keys = {}
    for _, status in ipairs(STATUSES) do
      if f.status == '' or f.status == status then
        keys[#keys + 1] = Keys.order_status(root, status)
      end
    end
    return keys
  end

  local function matcher(f)
    local words = Search.words(f.q)
    local tag = (f.tag ~= '') and Json.quote(f.tag)
    local from, to = f.from and Time.text(f.from), f.to and Time.text(f.to)
    return function(chat)
      local updated = string.sub(chat.last, -26, -3)
      return (f.status == '' or chat.status == f.status)
             and (f.channel == '' or chat.channel == f.channel)
             and (f.group == '' or chat.group == f.group)
             and (f.agent == '' or Chat.has(chat.parts, f.agent))
             and (not tag or string.find(chat.tags, tag, 1, true))
             and (not from or updated >= from)
             and (not to or updated < to)
             and (not words or Search.finds(words, chat))
             and true or nil
    end
  end

  -- a bound of time: µs, RFC 3339, or a date; a date as `to` holds all its day
  local function bound(name, text, last)
    if text == '' then
      return nil
    end
    if string.find(text, '^%d+$') and #text <= 16 then
      return tonumber(text)
    end
    local at, date = Time.parse(text)
    if not at then
      fail('INVALID ' .. name .. ' is no time')
    end
    return (date and last) and at + 86400000000 or at
  end

  local function check(f)
    if f.status ~= '' and not KNOWN[f.status] then
      fail('INVALID status is unassigned, active or inactive')
    end
    if f.sort ~= '' and f.sort ~= 'waiting' then
      fail('INVALID sort is waiting or nothing')
    end
    f.from = bound('from', f.from, false)
    f.to = bound('to', f.to, true)
  end

  -- f: status, channel, group, agent, tag, q, from, to, sort as typed
  function Journal.answer(s, caller, f, ask)
    Journal.must_read(s, caller)
    check(f)
    local view = {
      match = matcher(f),
      stares = f.channel ~= '' or f.tag ~= '' or f.q ~= '',
      audience = '*=' .. caller.id,
      waiting = f.sort == 'waiting',
      orders = orders(s.root, f),
      feeds = {Keys.feed(s.root), Keys.feed_reads(s.root, caller.id)},
      top = f.to and Num.text(f.to + AHEAD) or '',
      bottom = f.from and Num.text(f.from) or '-inf'
    }
    local counts = ',"counts":{"unassigned":' .. s.unassigned .. ',"active":'
                   .. s.active .. ',"inactive":' .. s.inactive .. '}'
    return List.answer(s, caller, view, ask, counts)
  end
end


-- Inbox: what an agent has to do: the unassigned chats of his groups, the
-- active ones he takes part in, and, when asked for, his closed ones.

local Inbox = {}

do
  local LISTS = {incoming = true, mine = true, closed = true}

  local function sources(root, caller, list)
    local orders = {}
    if list == '' or list == 'incoming' then
      orders[1] = Keys.order_group(root, '')
      for _, group in ipairs(caller.groups) do
        orders[#orders + 1] = Keys.order_group(root, group)
      end
    end
    if list == '' or list == 'mine' then
      orders[#orders + 1] = Keys.order_agent(root, caller.id)
    elseif list == 'closed' then
      orders[1] = Keys.order_closed(root, caller.id)
    end
    return orders
  end

  local function feeds(root, caller)
    local keys = {Keys.feed_group(root, ''),
                  Keys.feed_agent(root, caller.id),
                  Keys.feed_reads(root, caller.id)}
    for _, group in ipairs(caller.groups) do
      keys[#keys + 1] = Keys.feed_group(root, group)
    end
    return keys
  end

  local function audience(caller)
    local groups = table.concat(caller.groups, '@')
    return '=' .. caller.id .. '@' .. ((groups ~= '') and '@' or '') .. groups
  end

  function Inbox.answer(s, caller, list, q, ask)
    if not Agent.has_inbox(s.root, caller) then
      fail('FORBIDDEN you belong to no group that serves a channel')
    end
    if list ~= '' and not LISTS[list] then
      fail('INVALID list is incoming, mine or closed')
    end
    local words = Search.words(q)
    local function match(chat)
      local at = Chat.list(caller, chat)
      if not at or (list == '' and at == 'closed')
         or (list ~= '' and at ~= list)
         or (words and not Search.finds(words, chat))
      then
        return nil
      end
      return at
    end
    local view = {match = match, lists = true, moved = caller.moved,
                  stares = words ~= nil,
                  audience = audience(caller),
                  top = '', bottom = '-inf',
                  orders = sources(s.root, caller, list),
                  feeds = feeds(s.root, caller)}
    return List.answer(s, caller, view, ask, '')
  end
end
