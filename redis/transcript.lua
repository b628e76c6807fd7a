

-- Transcript: the messages of a chat, as pages for agents and for visitors.
--
-- Going back is by number: the cursor `next` is the number of the oldest
-- message given.  Going on is by rev: what is new follows from the order of
-- the log, what was changed from `chg:{n}`; both are merged by their last rev.
--
-- A visitor does not see notes and events, and is not told how far the agent's
-- messages have come: he would be woken by his own receipts.

local Transcript = {}

do
  local SCAN_MOST = 2000
  local STEP = 100
  -- where a poll looks first
  local TAIL = 3

  -- The newest messages with a number below `below` that view() shows, oldest
  -- first, and the cursor for those before them, or nil: these were the first.
  local function back(root, n, below, limit, view)
    local found, scanned = {}, 0
    local last = below - 1
    while last >= 1 and #found < limit and scanned < SCAN_MOST do
      local first = math.max(last - math.min(limit, STEP) + 1, 1)
      local pieces = Log.range(root, n, first, last)
      for i = #pieces, 1, -1 do
        local shown = view(pieces[i])
        last = first + i - 2
        scanned = scanned + 1
        if shown then
          found[#found + 1] = shown
          if #found == limit then
            break
          end
        end
      end
    end
    local oldest_first = {}
    for i = #found, 1, -1 do
      oldest_first[#oldest_first + 1] = found[i]
    end
    return oldest_first, (last >= 1) and last + 1 or nil
  end

  -- the number of the first message born after since; len + 1: none
  local function first_after(root, n, since, len)
    local low, high, step = 1, len + 1, 1
    -- what is asked for is near the end: gallop down, then halve
    while high > 1 do
      local at = math.max(len + 1 - step, 1)
      if Log.born(root, n, at) <= since then
        low = at + 1
        break
      end
      high, step = at, step * 2
    end
    while low < high do
      local middle = math.floor((low + high) / 2)
      if Log.born(root, n, middle) <= since then
        low = middle + 1
      else
        high = middle
      end
    end
    return low
  end

  -- At most limit messages that view() shows and that were changed after since,
  -- as {rev, piece}.  Second result: the rev behind which there may be more, or
  -- nil.
  local function changed(root, n, since, limit, view)
    local list, from, scanned = {}, since, 0
    while scanned < SCAN_MOST do
      local flat = call('ZRANGEBYSCORE', Keys.changed(root, n),
                        '(' .. Num.text(from), '+inf', 'WITHSCORES',
                        'LIMIT', 0, limit)
      for i = 1, #flat, 2 do
        from = tonumber(flat[i + 1])
        local shown = view(Message.at(root, n, flat[i]), since)
        if shown then
          list[#list + 1] = {rev = from, piece = shown}
        end
        if #list == limit then
          return list, from
        end
      end
      if #flat < 2 * limit then
        return list, nil
      end
      scanned = scanned + limit
    end
    return list, from
  end

  -- puts the new ones of pieces, as they were born, into f.list; true: enough.
  -- f.cut: there may be more behind that rev
  local function sift(f, pieces)
    for _, piece in ipairs(pieces) do
      local born, _, rev = Message.look(piece)
      f.born = born
      if f.till and born > f.till then
        return true
      end
      local shown = born > f.since and born == rev and f.view(piece, f.since)
      if shown then
        f.list[#f.list + 1] = {rev = rev, piece = shown}
        if #f.list == f.limit then
          f.cut = rev
          return true
        end
      end
    end
    return false
  end

  -- is everything that is new among the last pieces?
  local function holds_all(tail, since)
    if not tail[1] then
      return true
    end
    local born, number = Message.look(tail[1])
    return born <= since or number == 1
  end

  -- the same for messages that are new and as they were born
  local function fresh(root, n, since, limit, till, view)
    local f = {list = {}, since = since, limit = limit, till = till,
               view = view, born = nil, cut = nil}
    -- mostly a poll is about the last one
    local tail = Log.tail(root, n, TAIL)
    if holds_all(tail, since) then
      sift(f, tail)
      return f.list, f.cut
    end
    local len = Log.length(root, n)
    local number = first_after(root, n, since, len)
    local stop = math.min(len, number + SCAN_MOST - 1)
    while number <= stop do
      local pieces = Log.range(root, n, number,
                               math.min(number + STEP - 1, stop))
      if sift(f, pieces) then
        return f.list, f.cut
      end
      number = number + #pieces
    end
    return f.list, (stop < len) and f.born or nil
  end

  -- What is new or has changed after since, by last rev, at most limit of it;
  -- and the rev to go on with.  Behind thousands that view() does not show there
  -- may be nothing, and a later rev: going on with it finds the rest.
  local function on(root, n, since, limit, view)
    local list, till = changed(root, n, since, limit, view)
    local new, cut = fresh(root, n, since, limit, till, view)
    for _, entry in ipairs(new) do
      list[#list + 1] = entry
    end
    table.sort(list, function(a, b) return a.rev < b.rev end)
    if cut and (not till or cut < till) then
      till = cut
    end
    local pieces, rev = {}, since
    for _, entry in ipairs(list) do
      if #pieces == limit then
        return pieces, rev
      end
      if till and entry.rev > till then
        break
      end
      rev = entry.rev
      pieces[#pieces + 1] = entry.piece
    end
    return pieces, till or rev
  end

  -- what agents see: everything
  function Transcript.all(piece)
    return piece
  end

  -- what visitors see; since: of a poll, nil for pages
  function Transcript.visible(piece, since)
    local born, _, rev, _, from = Message.look(piece)
    if since and from == 'agent' and born <= since and rev > since then
      return nil
    end
    return Message.for_visitor(piece)
  end

  -- One page of chat n (nil: there is no chat yet).  since, before: numbers or
  -- false.  extra: members for the body.  Gives body, rev, their number (at
  -- least one where an empty page is news), them.
  function Transcript.page(s, n, since, before, limit, view, extra)
    local pieces, rev, cursor = {}, Num.text(s.rev), nil
    local reset = since and (since > s.rev or since < s.reset)
    local news = reset
    if since and not reset then
      rev = since
      if n then
        pieces, rev = on(s.root, n, since, limit, view)
      end
      news = rev > since
      rev = Num.text(rev)
    elseif n then
      -- a cursor beyond the end, which nobody was given, is the end
      local top = Log.length(s.root, n) + 1
      local below = math.min(not reset and before or top, top)
      pieces, cursor = back(s.root, n, below, limit, view)
    end
    local body = '{"messages":' .. Json.list(pieces) .. ',"rev":' .. rev
                 .. ',"next":' .. (cursor and '"' .. cursor .. '"' or 'null')
                 .. (reset and ',"reset":true' or '') .. extra .. '}'
    return body, rev, math.max(#pieces, news and 1 or 0), pieces
  end

  -- the id of the last of our messages that is sent and no more, or ''
  function Transcript.undelivered(pieces)
    local tail = ',"delivery":"sent","error":null}'
    for i = #pieces, 1, -1 do
      local _, _, _, _, from = Message.look(pieces[i])
      if from == 'agent' then
        return string.sub(pieces[i], -#tail) == tail
               and string.sub(Message.id(pieces[i]), 2, -2) or ''
      end
    end
    return ''
  end
end
