

-- Space, continued from keys: its settings.  A space is made here by the root
-- token alone, after the module has put it into the registry of spaces.

do
  local LOCALES = {uk = true, ru = true, en = true}
  local PLANS = {free = true, commercial = true}

  -- hundred years
  local RETENTION_MAX = 36500
  -- a day
  local RETURN_MAX = 1440

  local function read(root)
    local s = call('HMGET', Keys.space(root), 'name', 'locale', 'plan',
                   'retention_days', 'plans_url', 'return_minutes')
    if not s[1] then
      return nil
    end
    return {name = s[1], locale = s[2], plan = s[3],
            retention_days = s[4] or '', plans_url = s[5] or '',
            return_minutes = s[6] or ''}
  end

  local function head(root, s)
    return string.format('{"id":%s,"name":%s,"locale":"%s","plan":"%s"',
                         Json.quote(Keys.name(root)), Json.quote(s.name),
                         s.locale, s.plan)
  end

  local function number(text)
    return (text == '') and 'null' or text
  end

  local function json(root, s)
    return head(root, s) .. ',"retention_days":' .. number(s.retention_days)
           .. ',"return_minutes":' .. number(s.return_minutes)
           .. ',"plans_url":' .. Json.maybe(s.plans_url) .. '}'
  end

  local function write(root, s)
    call('HSET', Keys.space(root), 'name', s.name, 'locale', s.locale,
         'plan', s.plan, 'retention_days', s.retention_days,
         'plans_url', s.plans_url, 'return_minutes', s.return_minutes)
  end

  local function create(root, now, s)
    if call('EXISTS', Keys.wiping(root)) == 1 then
      fail('INUSE this space is being deleted')
    end
    write(root, s)
    Space.widen(root)
    call('HSET', Keys.space(root), 'v', 1, 'seq', 0, 'gen', 0,
         'n:unassigned', 0, 'n:active', 0, 'n:inactive', 0)
    Space.rev(root, now)
  end

  local function replace(root, now, caller, old, s)
    write(root, s)
    local words = {}
    if s.locale ~= old.locale or s.name ~= old.name then
      words[1] = Space.rename(root, now)
    end
    if s.plan ~= old.plan then
      Audit.add(root, now, caller, 'plan_changed', nil,
                old.plan .. ' -> ' .. s.plan)
      words[#words + 1] = 'agent -'
    end
    if s.retention_days ~= old.retention_days then
      Audit.add(root, now, caller, 'retention_changed', nil,
                number(old.retention_days) .. ' -> '
                .. number(s.retention_days))
    end
    if #words > 0 then
      Space.notice(root, table.concat(words, '\n'))
    end
  end

  -- the short form, for whoever works in it; finished JSON
  function Space.brief(root)
    local s = read(root)
    return head(root, s) .. ',"plans_url":' .. Json.maybe(s.plans_url) .. '}'
  end

  function Space.commercial(root)
    return call('HGET', Keys.space(root), 'plan') == 'commercial'
  end

  function Space.get(root, who, now)
    Agent.must_own(Agent.caller(root, who, now))
    return json(root, read(root))
  end

  -- how many of something the space may have; nil: any number
  function Space.limit(root, what)
    return tonumber(call('HGET', Keys.space(root), 'limit:' .. what) or '')
  end

  -- May an open space have one more chat?  times: how many times over it may be
  -- full
  function Space.has_room(s, times)
    local most = Space.limit(s.root, 'chats')
    return not most
           or s.unassigned + s.active + s.inactive + s.made < most * times
  end

  -- s: name, locale, retention_days, plans_url, plan, return_minutes, as typed
  function Space.put(root, who, now, s)
    local old = read(root)
    local caller
    if old or who ~= 'root' then
      caller = Agent.caller(root, who, now)
      Agent.must_own(caller)
    end
    local plan = old and old.plan or 'free'
    s.name = Field.name('name', s.name, Keys.name(root))
    s.locale = Field.word('locale', s.locale, LOCALES, 'uk')
    s.plan = Field.word('plan', s.plan, PLANS, plan)
    s.retention_days = Field.int('retention_days', s.retention_days, 1,
                                 RETENTION_MAX)
    s.return_minutes = Field.int('return_minutes', s.return_minutes, 1,
                                 RETURN_MAX)
    s.plans_url = Field.url('plans_url', s.plans_url)
    if s.plan ~= plan and who ~= 'root' then
      fail('FORBIDDEN the plan is changed with the root token')
    end
    if old then
      replace(root, now, caller, old, s)
    else
      create(root, now, s)
    end
    return json(root, s)
  end
end
