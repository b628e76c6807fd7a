

-- Tenant: a space as the host of many sees it: what it uses, what it may, and
-- its end.  All of it is root's.
--
-- A suspended space keeps everything and answers nobody but root.  A deleted one
-- is gone for everybody with the first step, when its hash goes; the rest
-- follows in steps that look at so many keys each.  `wiping` stays until the
-- end, so that nothing new can be built on what is left.

local Tenant = {}

do
  -- keys that one step looks at
  local SCAN_STEP = 1000
  -- how long a worker's word of its parked polls holds, µs
  local PARKED_HOLDS = 90000000

  local LIMITS = {'chats', 'agents', 'channels'}

  local function must_be_root(who)
    if who ~= 'root' then
      fail('FORBIDDEN this is for the root token')
    end
  end

  -- how many polls wait in a worker; worker: a name of its own
  function Tenant.parked(root, now, worker, count)
    local key = Keys.parked(root)
    if count == 0 then
      call('HDEL', key, worker)
    else
      call('HSET', key, worker, count .. ' ' .. Num.text(now))
    end
  end

  -- of all workers that have said so lately; those that have not are dropped
  local function parked(root, now)
    local flat, sum = call('HGETALL', Keys.parked(root)), 0
    for i = 1, #flat, 2 do
      local count, at = string.match(flat[i + 1], '^(%d+) (%d+)$')
      if math.abs(tonumber(at) - now) < PARKED_HOLDS then
        sum = sum + tonumber(count)
      end
    end
    return sum
  end

  -- the space as root sees it, finished JSON; '': it is not there
  function Tenant.show(root, who, now)
    must_be_root(who)
    local f = call('HMGET', Keys.space(root), 'v', 'suspended', 'n:unassigned',
                   'n:active', 'n:inactive', 'messages', 'bytes')
    if not f[1] then
      return ''
    end
    local limits = {}
    for i, what in ipairs(LIMITS) do
      limits[i] = '"' .. what .. '":' .. (Space.limit(root, what) or 'null')
    end
    return string.sub(Space.get(root, who, now), 1, -2) .. ',"suspended":'
           .. tostring(f[2] == '1') .. ',"limits":{'
           .. table.concat(limits, ',') .. '},"usage":{"chats":'
           .. f[3] + f[4] + f[5] .. ',"messages":' .. (f[6] or 0)
           .. ',"bytes":' .. (f[7] or 0) .. ',"parked":' .. parked(root, now)
           .. '}}'
  end

  -- rules: suspended ('1' or '0') and a limit, '' for none, by name
  function Tenant.rule(root, who, now, rules)
    must_be_root(who)
    local key = Keys.space(root)
    local caller = Agent.caller(root, who, now)
    local fields = {'suspended', rules.suspended}
    for _, what in ipairs(LIMITS) do
      fields[#fields + 1] = 'limit:' .. what
      fields[#fields + 1] = Field.int('limits.' .. what, rules[what], 0,
                                      1000000000)
    end
    local was = call('HGET', key, 'suspended') or '0'
    call('HSET', key, unpack(fields))
    if was ~= rules.suspended then
      Audit.add(root, now, caller, (rules.suspended == '1')
                and 'space_suspended' or 'space_resumed')
      Space.notice(root, 'agent -')
    end
  end

  -- One step of the end of a space.  cursor: '' to begin with; gives the next
  -- one, '' when nothing is left.
  function Tenant.wipe(root, who, cursor)
    must_be_root(who)
    if cursor == '' then
      if call('DEL', Keys.space(root)) == 1 then
        call('SET', Keys.wiping(root), 1)
        Space.notice(root, 'agent -')
      end
      return '0'
    end
    local page = call('SCAN', cursor, 'MATCH', root .. ':*',
                      'COUNT', SCAN_STEP)
    for _, key in ipairs(page[2]) do
      if key ~= Keys.wiping(root) then
        call('UNLINK', key)
      end
    end
    if page[1] == '0' then
      call('DEL', Keys.wiping(root))
      return ''
    end
    return page[1]
  end
end
