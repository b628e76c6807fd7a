

-- Purge: what a space wants done by itself, a little at a time: old closed chats
-- go (`retention_days`), and chats whose agents have all been away for long while
-- the client waits are everybody's again (`return_minutes`).

local Purge = {}

do
  local MINUTE = 60000000
  local DAY = 1440 * MINUTE
  -- chats that one call looks at, of either kind
  local STEP = 20

  -- closed chats whose last message is older than that
  local function erase_old(s, days)
    local list = call('ZRANGEBYSCORE', Keys.order_status(s.root, 'inactive'),
                      '-inf', Num.text(s.now - days * DAY), 'LIMIT', 0, STEP)
    local chats = {}
    for _, n in ipairs(list) do
      chats[#chats + 1] = Chat.read(s.root, n)
    end
    if #chats > 0 then
      Erase.chats(s, chats)
    end
    return #chats
  end

  -- has nobody of them been here since?
  local function all_away(s, people, since)
    for id in string.gmatch(people, '[^,]+') do
      if Presence.since(s.root, id, since, s.now) then
        return false
      end
    end
    return true
  end

  local function give_back(s, chat)
    for id in string.gmatch(chat.parts, '[^,]+') do
      Turn.drop(s, chat, id, Chat.person(s, id))
    end
    return Chat.save(s, chat)
  end

  -- has the client come after that time?  Not his rev says it, which goes on from
  -- what a clock had reached before it was set back
  local function is_young(s, chat, since)
    local at = Time.parse(string.sub(chat.waits, 2, -2))
    return at and at > since and not Time.is_ahead(at, s.now)
  end

  -- Looks at those who wait, the longest first, from where the last call ended;
  -- from: a rev.  Gives how many came back and where to go on, '' at the end:
  -- behind one who has come lately.
  local function return_waiting(s, minutes, from)
    local since = s.now - minutes * MINUTE
    local flat = call('ZRANGEBYSCORE', Keys.order_waiting(s.root),
                      '(' .. from, '+inf', 'WITHSCORES', 'LIMIT', 0, STEP)
    local words, next = {}, (#flat == 2 * STEP) and flat[#flat] or ''
    for i = 1, #flat, 2 do
      local chat = Chat.read(s.root, flat[i])
      if chat and is_young(s, chat, since) then
        next = ''
        break
      end
      if chat and chat.status == 'active' and all_away(s, chat.parts, since)
      then
        words[#words + 1] = give_back(s, chat)
      end
    end
    if #words > 0 then
      Chat.done(s, words)
    end
    return #words, next
  end

  -- One step.  from: '' or what the call before gave.  Gives the number of chats
  -- erased, of chats returned, and where to go on, '' when all is done.
  function Purge.step(s, from)
    local f = call('HMGET', Keys.space(s.root), 'retention_days',
                   'return_minutes')
    local days, minutes = tonumber(f[1] or ''), tonumber(f[2] or '')
    local erased, returned, next = 0, 0, ''
    if days then
      erased = erase_old(s, days)
    end
    if minutes then
      returned, next = return_waiting(s, minutes, (from ~= '') and from or '0')
    end
    local more = Erase.trim(s)
    if next == '' and (erased == STEP or more) then
      next = '0'
    end
    return {erased, returned, next}
  end
end
