

-- Channel: the connected lines, as their admin has set them.  Secrets come and
-- go sealed; what an admin reads says only which of them are set.
--
-- `serving` counts the enabled channels of each group, so that asking whether
-- somebody has an inbox needs no look at every channel.
--
-- A deleted channel leaves contacts:{id} behind: its chats are still there, and
-- a channel that is made again under the same id finds its clients again.

local Channel = {}

do
  local SECRETS_MOST = 16
  local SECRET_MAX = 16384
  local SETTINGS_MAX = 65536
  local UNITS = {chars = true, utf16 = true, bytes = true}

  -- A new rev.  What every message asks of its channel stands beside the clock
  -- too, so that it costs no call: `REV ENABLED POLLED WINDOW`
  local function touch(root, id, now)
    local key, rev = Keys.channel(root, id), Space.rev(root, now)
    call('HSET', key, 'rev', rev)
    local f = call('HMGET', key, 'enabled', 'polled', 'window')
    call('HSET', Keys.space(root), 'gate:' .. id, rev .. ' ' .. (f[1] or '0')
         .. ' ' .. (f[2] or '0') .. ' ' .. (f[3] or ''))
  end

  -- c is taken out of, or put among, those who serve its group
  local function count(root, c, by)
    if c and c.enabled == '1' then
      call('HINCRBY', Keys.serving(root), c.group, by)
    end
  end

  -- the kind of the chats that came through a channel, or nil: none did
  local function kind_of_chats(root, id)
    local contacts = Keys.contacts(root, id)
    local user = call('HRANDFIELD', contacts)
    if not user then
      return nil
    end
    local n = call('HGET', contacts, user)
    return call('HGET', Keys.chat(root, n), 'kind')
  end

  -- the hash of a channel as a table, or nil: there is none
  function Channel.get(root, id)
    local flat = call('HGETALL', Keys.channel(root, id))
    if #flat == 0 then
      return nil
    end
    local c = {}
    for i = 1, #flat, 2 do
      c[flat[i]] = flat[i + 1]
    end
    return c
  end

  -- the same; ends the call with NOTFOUND when there is none
  function Channel.need(root, id)
    local c = Channel.get(root, id)
    if not c then
      fail('NOTFOUND no such channel')
    end
    return c
  end

  local function credentials(c)
    local pieces = {}
    for _, name in ipairs((Agent.ids(c.names))) do
      local set = c['cred:' .. name] and '"set"' or 'null'
      pieces[#pieces + 1] = '"' .. name .. '":' .. set
    end
    return '{' .. table.concat(pieces, ',') .. '}'
  end

  local function brief(id, c)
    return '{"id":"' .. id .. '","kind":"' .. c.kind .. '","title":'
           .. Json.quote(c.title)
  end

  -- the Channel object; visitors of a polled kind come without a hook
  local function json(id, c, hook_url)
    if c.polled == '1' then
      hook_url = nil
    end
    return brief(id, c) .. ',"group":' .. Json.maybe(c.group)
           .. ',"enabled":' .. ((c.enabled == '1') and 'true' or 'false')
           .. ',"credentials":' .. credentials(c)
           .. ',"settings":' .. c.settings
           .. ',"hook_url":' .. Json.maybe(hook_url) .. '}'
  end

  -- the pairs of channel_put -> what each name of the kind is to become
  function Channel.secrets(args, first)
    local list = {}
    if (#args - first + 1) % 2 ~= 0 or #args - first >= 2 * SECRETS_MOST then
      badcall('pairs of credentials')
    end
    for i = first, #args, 2 do
      local name, value = args[i], args[i + 1]
      if not string.find(name, '^%l[%l_]*$') or #name > 32 then
        badcall('name of a credential')
      end
      if #value > SECRET_MAX then
        Field.invalid('credentials', name .. ' is too long')
      end
      list[#list + 1] = {name = name, value = value}
    end
    return list
  end

  -- puts the sealed values into c; gives the names of the `?` ones it took, and
  -- of those that are others now
  local function settle_secrets(c, old, secrets)
    local names, used, changed = {}, {}, {}
    for i, s in ipairs(secrets) do
      local field = 'cred:' .. s.name
      local value = old and old[field]
      if string.sub(s.value, 1, 1) == '?' then
        if not value then
          value = string.sub(s.value, 2)
          used[#used + 1] = s.name
        end
      elseif s.value ~= '=' then
        value = s.value
      end
      c[field] = (value ~= '') and value or nil
      names[i] = s.name
      if c[field] ~= (old and old[field]) then
        changed[#changed + 1] = s.name
      end
    end
    c.names = table.concat(names, ',')
    return table.concat(used, ','), table.concat(changed, ', ')
  end

  local function check(root, id, c, old)
    Field.id('id', id)
    if #c.kind > 32 or not string.find(c.kind, '^%l+$') then
      Field.invalid('kind', 'is no kind of channel')
    end
    if not old then
      Field.room(Keys.channels(root), 'channels',
                 Space.limit(root, 'channels'))
    end
    if not old or old.kind ~= c.kind then
      local kind = kind_of_chats(root, id)
      if kind and kind ~= c.kind then
        fail('INUSE chats came through this channel as ' .. kind)
      end
    end
    if c.group ~= '' and call('SISMEMBER', Keys.groups(root), c.group) == 0
    then
      Field.invalid('group', 'is not there')
    end
    c.title = Field.name('title', c.title, id)
    if #c.settings > SETTINGS_MAX then
      Field.invalid('settings', 'are too long')
    end
    Arg.json(c.settings, '{', '}')
    Arg.word(c.unit, UNITS)
  end

  local function store(root, id, c)
    local key = Keys.channel(root, id)
    local flat = {}
    for field, value in pairs(c) do
      flat[#flat + 1] = field
      flat[#flat + 1] = value
    end
    call('DEL', key)
    call('HSET', key, unpack(flat))
    call('SADD', Keys.channels(root), id)
  end

  local function is_mended(old, c, changed)
    return changed ~= '' or old.settings ~= c.settings
           or old.enabled ~= c.enabled
  end

  -- Creates or replaces; c: kind, title, group, enabled, settings, limit, unit,
  -- polled, window as the hash has them, secrets as Channel.secrets() gives
  -- them.
  -- Repeating it is harmless, but a generated secret is told only once.  Second
  -- result: the names of the credentials that are others now, as one text; third:
  -- what its platform has refused, it may take now.
  function Channel.put(root, now, id, c, secrets, hook_url)
    local old = Channel.get(root, id)
    check(root, id, c, old)
    local used_before = call('EXISTS', Keys.contacts(root, id)) == 1
    local used, changed = settle_secrets(c, old, secrets)
    store(root, id, c)
    touch(root, id, now)
    count(root, old, -1)
    count(root, c, 1)
    local words = 'channel ' .. id
    if (old and old.title ~= c.title) or (not old and used_before) then
      words = words .. '\n' .. Space.rename(root, now)
    end
    Space.notice(root, words)
    return {json(id, c, hook_url), old and 'replaced' or 'created', used},
           changed, old and is_mended(old, c, changed)
  end

  -- sealed values of credentials that its kind has; gives their names as a text
  function Channel.keep(root, now, id, secrets)
    local c = Channel.need(root, id)
    local names, known = {}, select(2, Agent.ids(c.names))
    for _, s in ipairs(secrets) do
      if not known[s.name] then
        badcall('name of a credential')
      end
      names[#names + 1] = s.name
    end
    for _, s in ipairs(secrets) do
      call('HSET', Keys.channel(root, id), 'cred:' .. s.name, s.value)
    end
    touch(root, id, now)
    Space.notice(root, 'channel ' .. id)
    return table.concat(names, ', ')
  end

  function Channel.show(root, id, hook_url)
    return json(id, Channel.need(root, id), hook_url)
  end

  -- everything of a channel for those who manage, else what names it
  function Channel.list(root, manages, prefix)
    local ids = call('SMEMBERS', Keys.channels(root))
    table.sort(ids)
    for i, id in ipairs(ids) do
      local c = Channel.get(root, id)
      if manages then
        ids[i] = json(id, c, (prefix ~= '') and prefix .. id)
      else
        ids[i] = brief(id, c) .. '}'
      end
    end
    return '{"channels":' .. Json.list(ids) .. '}'
  end

  -- What waits to be sent through it fails with the outbox's next turn.
  function Channel.delete(root, id, force)
    local c = Channel.need(root, id)
    if not force and call('HLEN', Keys.contacts(root, id)) > 0 then
      fail('INUSE chats came through this channel')
    end
    call('SREM', Keys.channels(root), id)
    call('DEL', Keys.channel(root, id), Keys.health(root, id),
         Keys.events(root, id))
    call('HDEL', Keys.space(root), 'gate:' .. id)
    count(root, c, -1)
    Space.notice(root, 'channel ' .. id)
    return 'ok'
  end

  -- the ids of the channels whose chats go to a group
  function Channel.of_group(root, group)
    local list = {}
    for _, id in ipairs(call('SMEMBERS', Keys.channels(root))) do
      if call('HGET', Keys.channel(root, id), 'group') == group then
        list[#list + 1] = id
      end
    end
    return list
  end

  -- lets these channels feed everybody; publishes for each of them
  function Channel.to_everybody(root, ids, now)
    for _, id in ipairs(ids) do
      local c = Channel.get(root, id)
      count(root, c, -1)
      c.group = ''
      count(root, c, 1)
      call('HSET', Keys.channel(root, id), 'group', '')
      touch(root, id, now)
      Space.notice(root, 'channel ' .. id)
    end
  end
end
