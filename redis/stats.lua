

-- Stats: the load as it is now, and how long clients wait for their first
-- answer.  `load` counts the chats of each channel and group by status, kept by
-- Chat.save(); first answers are counted by day under the time they took, to the
-- second up to a minute and to a twentieth above, so that a day is one hash of
-- some 250 fields at most, however many there were.

local Stats = {}

do
  local STATUSES = {'unassigned', 'active', 'inactive'}
  local SECOND = 1000000
  local DAY = 86400 * SECOND
  -- days that are kept, and one more for who is behind us
  local KEPT_S = 9 * 86400
  local WEEK = 7

  -- a longer time is rounded up to one of a row of which each is so much longer
  -- than the one before
  local FINE, GROWS = 60, 1.05
  local LONGEST = 604800

  local function rounded(seconds)
    if seconds <= FINE then
      return math.max(math.ceil(seconds), 1)
    end
    local steps = math.ceil(math.log(seconds / FINE) / math.log(GROWS) - 1e-9)
    return math.min(math.ceil(FINE * GROWS ^ steps), LONGEST)
  end

  local function key_of(root, now, ago)
    return Keys.firsts(root, math.floor(now / DAY) - ago)
  end

  -- somebody has answered: the first answer since the client came counts
  function Stats.answered(s, chat)
    if chat.asked == '' then
      return
    end
    local seconds = rounded((s.now - tonumber(chat.asked)) / SECOND)
    local key = key_of(s.root, s.now, 0)
    if call('HINCRBY', key, seconds, 1) == 1 then
      call('EXPIRE', key, KEPT_S)
    end
    Chat.clear(chat, 'asked')
  end

  -- adds a day to counts, a table of seconds -> number; gives how many it had
  local function add_day(counts, key)
    local flat, total = call('HGETALL', key), 0
    for i = 1, #flat, 2 do
      local seconds, n = tonumber(flat[i]), tonumber(flat[i + 1])
      counts[seconds] = (counts[seconds] or 0) + n
      total = total + n
    end
    return total
  end

  -- the time within which a share of them was answered, s
  local function quantile(counts, times, total, share)
    local passed = 0
    for _, seconds in ipairs(times) do
      passed = passed + counts[seconds]
      if passed >= share * total then
        return seconds
      end
    end
  end

  local function firsts(root, now, days)
    local counts, total = {}, 0
    for ago = 0, days - 1 do
      total = total + add_day(counts, key_of(root, now, ago))
    end
    if total == 0 then
      return '{"count":0,"median":null,"p90":null}'
    end
    local times = {}
    for seconds in pairs(counts) do
      times[#times + 1] = seconds
    end
    table.sort(times)
    return '{"count":' .. total .. ',"median":'
           .. quantile(counts, times, total, 0.5) .. ',"p90":'
           .. quantile(counts, times, total, 0.9) .. '}'
  end

  -- 'c' or 'g' -> id -> status -> number; what is not there is zero
  local function load_of(root)
    local flat = call('HGETALL', Keys.load(root))
    local all = {c = {}, g = {}}
    for i = 1, #flat, 2 do
      local kind, id, status = string.match(flat[i], '^(%l):(.*):(%l+)$')
      all[kind][id] = all[kind][id] or {}
      all[kind][id][status] = tonumber(flat[i + 1])
    end
    return all
  end

  local function counted(n)
    local parts = {}
    for i, status in ipairs(STATUSES) do
      parts[i] = '"' .. status .. '":' .. (n and n[status] or 0)
    end
    return table.concat(parts, ',')
  end

  -- those that are there and those that still have chats, sorted
  local function ids_of(key, counts)
    local ids, set = {}, {}
    for _, id in ipairs(call('SMEMBERS', key)) do
      ids[#ids + 1], set[id] = id, true
    end
    for id in pairs(counts) do
      if not set[id] then
        ids[#ids + 1] = id
      end
    end
    table.sort(ids)
    return ids
  end

  local function channels(root, counts)
    local ids = ids_of(Keys.channels(root), counts)
    for i, id in ipairs(ids) do
      local title = call('HGET', Keys.channel(root, id), 'title')
      ids[i] = '{"id":"' .. id .. '","title":' .. Json.maybe(title) .. ','
               .. counted(counts[id]) .. '}'
    end
    return Json.list(ids)
  end

  local function groups(root, counts)
    local ids = ids_of(Keys.groups(root), counts)
    for i, id in ipairs(ids) do
      local name = call('HGET', Keys.group(root, id), 'name')
      ids[i] = '{"id":' .. Json.maybe(id) .. ',"name":' .. Json.maybe(name)
               .. ',' .. counted(counts[id]) .. '}'
    end
    return Json.list(ids)
  end

  local function agents(s)
    local ids = call('SMEMBERS', Keys.agents(s.root))
    if call('EXISTS', Keys.order_agent(s.root, 'root')) == 1 then
      ids[#ids + 1] = 'root'
    end
    table.sort(ids)
    for i, id in ipairs(ids) do
      ids[i] = '{"id":"' .. id .. '","name":' .. Json.quote(Chat.person(s, id))
               .. ',"active":' .. call('ZCARD', Keys.order_agent(s.root, id))
               .. ',"unread":' .. call('SCARD', Keys.unread(s.root, id))
               .. ',"online":' .. tostring(Presence.is(s.root, id, s.now))
               .. '}'
    end
    return Json.list(ids)
  end

  local function oldest(s)
    local n = call('ZRANGE', Keys.order_waiting(s.root), 0, 0)[1]
    local chat = n and Chat.read(s.root, n)
    if not chat then
      return 'null'
    end
    return '{"chat":' .. n .. ',"since":' .. chat.waits .. '}'
  end

  -- the body of GET stats
  function Stats.show(s, caller)
    Agent.must_manage(caller)
    local load = load_of(s.root)
    return '{"counts":{"unassigned":' .. s.unassigned .. ',"active":'
           .. s.active .. ',"inactive":' .. s.inactive .. '},"channels":'
           .. channels(s.root, load.c) .. ',"groups":'
           .. groups(s.root, load.g) .. ',"agents":' .. agents(s)
           .. ',"oldest_waiting":' .. oldest(s) .. ',"first_answer":{"today":'
           .. firsts(s.root, s.now, 1) .. ',"week":'
           .. firsts(s.root, s.now, WEEK) .. '}}'
  end
end
