

-- Group: who serves what.  The members are kept twice, in the group and in each
-- agent's hash, so that a caller's groups are one read; they are changed here
-- and by the deletion of an agent, nowhere else.  With them changes what an
-- agent's inbox shows, though none of its chats has: `moved` is the rev below
-- which his inbox cannot be gone on with.

local Group = {}

do
  -- chats that one call moves out of a group
  local MOVE_MOST = 500
  -- chats that are looked at before a group is found free
  local LOOK_MOST = 1000

  local function need(root, id)
    local g = call('HMGET', Keys.group(root, id), 'name', 'agents')
    if not g[1] then
      fail('NOTFOUND no such group')
    end
    return {name = g[1], agents = g[2] or ''}
  end

  local function json(id, g)
    local pieces = {}
    for i, agent in ipairs((Agent.ids(g.agents))) do
      pieces[i] = '"' .. agent .. '"'
    end
    return '{"id":"' .. id .. '","name":' .. Json.quote(g.name)
           .. ',"agents":' .. Json.list(pieces) .. '}'
  end

  -- {'a', 'b'} -> ',a,b,'; nobody is ''
  local function packed(list)
    if #list == 0 then
      return ''
    end
    return ',' .. table.concat(list, ',') .. ','
  end

  local function without(list, id)
    local rest = {}
    for _, other in ipairs(list) do
      if other ~= id then
        rest[#rest + 1] = other
      end
    end
    return rest
  end

  -- an agent begins or ends to belong to a group, at rev
  local function enrol(root, agent, group, belongs, rev)
    local key = Keys.agent(root, agent)
    local rest = without(Agent.ids(call('HGET', key, 'groups')), group)
    if belongs then
      rest[#rest + 1] = group
      table.sort(rest)
    end
    call('HSET', key, 'groups', packed(rest), 'moved', rev)
  end

  -- the comma list as typed -> the members, each once
  local function members(root, text)
    local list, set = {}, {}
    for _, id in ipairs((Agent.ids(text))) do
      if id ~= 'root' and call('SISMEMBER', Keys.agents(root), id) == 0 then
        Field.invalid('agents', 'there is no agent ' .. string.sub(id, 1, 40))
      end
      if not set[id] then
        set[id] = true
        list[#list + 1] = id
      end
    end
    if #list > FIELD_MOST then
      Field.invalid('agents', 'are more than ' .. FIELD_MOST)
    end
    return list, set
  end

  -- Tells those whose membership differs, and writes it down; gives it as words,
  -- `-petro +olga`, the first 500 bytes of them
  local function change(root, now, id, old, new)
    local old_list, was = Agent.ids(old)
    local new_list, is = Agent.ids(new)
    local moved = {}
    for _, agent in ipairs(old_list) do
      if not is[agent] then
        moved[#moved + 1] = agent
      end
    end
    for _, agent in ipairs(new_list) do
      if not was[agent] then
        moved[#moved + 1] = agent
      end
    end
    if #moved > 0 then
      local rev = Space.rev(root, now)
      for _, agent in ipairs(moved) do
        enrol(root, agent, id, is[agent], rev)
      end
      Space.notice(root, 'agent ' .. table.concat(moved, '\nagent '))
    end
    for i, agent in ipairs(moved) do
      moved[i] = (is[agent] and '+' or '-') .. agent
    end
    return string.sub(table.concat(moved, ' '), 1, 500)
  end

  -- creates or replaces; agents: comma list.  The second result is who has come
  -- and gone, see change()
  function Group.put(root, now, id, name, agents)
    Field.id('id', id)
    name = Field.name('name', name, id)
    local key = Keys.group(root, id)
    local old = call('HGET', key, 'agents')
    if not old then
      Field.room(Keys.groups(root), 'groups')
    end
    local g = {name = name, agents = packed((members(root, agents)))}
    call('HSET', key, 'name', name, 'agents', g.agents)
    call('SADD', Keys.groups(root), id)
    return json(id, g), change(root, now, id, old, g.agents)
  end

  function Group.get(root, id)
    return json(id, need(root, id))
  end

  function Group.list(root)
    local ids = call('SMEMBERS', Keys.groups(root))
    table.sort(ids)
    for i, id in ipairs(ids) do
      ids[i] = Group.get(root, id)
    end
    return '{"groups":' .. Json.list(ids) .. '}'
  end

  -- takes somebody who is being deleted out of all his groups
  function Group.forget(root, agent, groups)
    for _, id in ipairs(groups) do
      local key = Keys.group(root, id)
      local list = Agent.ids(call('HGET', key, 'agents'))
      call('HSET', key, 'agents', packed(without(list, agent)))
    end
  end

  local function group_of(root, n)
    local hot = call('HGET', Keys.chat(root, n), 'hot')
    return Stored.look(root, n, hot).group
  end

  -- Every chat of a group has been unassigned there once, so the group's feed
  -- knows all of them, and others that have left.  Newest first.
  local function chats_of(root, id, most)
    local list = {}
    local feed = Keys.feed_group(root, id)
    local past = call('ZREVRANGE', feed, 0, most - 1)
    for _, n in ipairs(past) do
      if group_of(root, n) == id then
        list[#list + 1] = n
      end
    end
    return list, past
  end

  local function must_be_free(root, id, channels)
    if #channels > 0 then
      fail('INUSE the channel ' .. channels[1] .. ' feeds this group')
    end
    local list, past = chats_of(root, id, LOOK_MOST)
    if #list > 0 or #past == LOOK_MOST then
      fail('INUSE chats belong to this group')
    end
  end

  -- makes chats everybody's; their old places are not kept, as nobody can look
  -- at a group's feed that is going away
  local function free_chats(root, now, id)
    local list, past = chats_of(root, id, MOVE_MOST)
    if #list > 0 then
      local s = Space.open(root, now)
      for i, n in ipairs(list) do
        local chat = Chat.read(root, n)
        Turn.regroup(s, chat, '')
        list[i] = Chat.save(s, chat)
      end
      Chat.done(s, list)
    end
    if #past > 0 then
      call('ZREM', Keys.feed_group(root, id), unpack(past))
    end
    return call('EXISTS', Keys.feed_group(root, id)) == 1
  end

  -- Deletes a group that nothing uses; with force its channels and chats become
  -- everybody's, MOVE_MOST chats at a time: `more` wants another call.
  function Group.delete(root, now, id, force)
    local g = need(root, id)
    local channels = Channel.of_group(root, id)
    if not force then
      must_be_free(root, id, channels)
    end
    Channel.to_everybody(root, channels, now)
    if free_chats(root, now, id) then
      return 'more'
    end
    call('DEL', Keys.group(root, id))
    call('SREM', Keys.groups(root), id)
    call('HDEL', Keys.serving(root), id)
    change(root, now, id, g.agents, '')
    Canned.to_everybody(root, id)
    return 'ok'
  end
end
