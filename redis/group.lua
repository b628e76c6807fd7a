

-- Group: who serves what.  The members are kept twice, in the group and in each
-- agent's hash, so that a caller's groups are one read; they are changed here
-- and by the deletion of an agent, nowhere else.

local Group = {}

do
  -- chats that one call moves out of a group
  local MOVE_MOST = 500

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

  -- an agent begins or ends to belong to a group
  local function enrol(root, agent, group, belongs)
    local key = Keys.agent(root, agent)
    local rest = without(Agent.ids(call('HGET', key, 'groups')), group)
    if belongs then
      rest[#rest + 1] = group
      table.sort(rest)
    end
    call('HSET', key, 'groups', packed(rest))
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

  -- tells those whose membership differs, and writes it down
  local function change(root, id, old, new)
    local old_list, was = Agent.ids(old)
    local new_list, is = Agent.ids(new)
    local moved = {}
    for _, agent in ipairs(old_list) do
      if not is[agent] then
        enrol(root, agent, id, false)
        moved[#moved + 1] = agent
      end
    end
    for _, agent in ipairs(new_list) do
      if not was[agent] then
        enrol(root, agent, id, true)
        moved[#moved + 1] = agent
      end
    end
    for _, agent in ipairs(moved) do
      Space.notice(root, 'agent ' .. agent)
    end
  end

  -- creates or replaces; agents: comma list
  function Group.put(root, id, name, agents)
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
    change(root, id, old, g.agents)
    return json(id, g)
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
end
