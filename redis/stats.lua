

-- Stats: the load as it is now, and how long clients wait for their first
-- answer.  `load` counts the chats of each channel and group by status, kept by
-- Chat.save(); first answers are counted by day in buckets of growing width, so
-- that a day is one small hash however many there were.

local Stats = {}

do
  local STATUSES = {'unassigned', 'active', 'inactive'}
  local SECOND = 1000000
  local DAY = 86400 * SECOND
  -- days that are kept, and one more for who is behind us
  local KEPT_S = 9 * 86400
  local WEEK = 7

  -- upper ends of the buckets, s
  local BOUNDS = {5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600,
                  900, 1200, 1800, 2700, 3600, 5400, 7200, 10800, 14400, 21600,
                  28800, 43200, 86400, 172800, 604800}

  local function key_of(root, now, ago)
    return Keys.firsts(root, math.floor(now / DAY) - ago)
  end

  -- somebody has answered: the first answer since the client came counts
  function Stats.answered(s, chat)
    if chat.asked == '' then
      return
    end
    local seconds = (s.now - tonumber(chat.asked)) / SECOND
    local bucket = 1
    while BOUNDS[bucket] and BOUNDS[bucket] < seconds do
      bucket = bucket + 1
    end
    local key = key_of(s.root, s.now, 0)
    call('HINCRBY', key, bucket, 1)
    call('EXPIRE', key, KEPT_S)
    Chat.clear(chat, 'asked')
  end

  -- adds a day to counts, a table of bucket -> number; gives how many it had
  local function add_day(counts, key)
    local flat, total = call('HGETALL', key), 0
    for i = 1, #flat, 2 do
      local bucket, n = tonumber(flat[i]), tonumber(flat[i + 1])
      counts[bucket] = (counts[bucket] or 0) + n
      total = total + n
    end
    return total
  end

  -- the time within which a share of them was answered, s
  local function quantile(counts, total, share)
    local wanted, passed = share * total, 0
    for bucket = 1, #BOUNDS do
      local n = counts[bucket] or 0
      if n > 0 and passed + n >= wanted then
        local from = BOUNDS[bucket - 1] or 0
        local part = (wanted - passed) / n
        return math.ceil(from + part * (BOUNDS[bucket] - from))
      end
      passed = passed + n
    end
    return BOUNDS[#BOUNDS]
  end

  local function firsts(root, now, days)
    local counts, total = {}, 0
    for ago = 0, days - 1 do
      total = total + add_day(counts, key_of(root, now, ago))
    end
    if total == 0 then
      return '{"count":0,"median":null,"p90":null}'
    end
    return '{"count":' .. total .. ',"median":' .. quantile(counts, total, 0.5)
           .. ',"p90":' .. quantile(counts, total, 0.9) .. '}'
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
