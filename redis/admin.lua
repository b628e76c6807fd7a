

-- Admin: the agents of a space, and what each is told of himself.
--
-- Only an owner makes, changes or removes owners, so that an admin cannot make
-- one of himself.  The root token's agent is no entry here: it is always there
-- and cannot be changed.

local Admin = {}

do
  local ROLES = {owner = true, admin = true, agent = true}
  -- chats that the deletion of an agent looks at in one call
  local LEAVE_MOST = 500

  function Admin.channel(root, id)
    return Channel.get(root, id)
  end

  local function read(root, id)
    local a = call('HMGET', Keys.agent(root, id), 'name', 'role', 'enabled',
                   'groups')
    if not a[1] then
      return nil
    end
    return {name = a[1], role = a[2], enabled = a[3], groups = a[4] or ''}
  end

  local function need(root, id)
    local a = read(root, id)
    if not a then
      fail('NOTFOUND no such agent')
    end
    return a
  end

  local function groups_json(groups)
    local pieces = {}
    for i, group in ipairs(groups) do
      pieces[i] = '"' .. group .. '"'
    end
    return Json.list(pieces)
  end

  local function json(root, id, a, now)
    return '{"id":"' .. id .. '","name":' .. Json.quote(a.name)
           .. ',"role":"' .. a.role .. '","enabled":'
           .. ((a.enabled == '1') and 'true' or 'false')
           .. ',"groups":' .. groups_json((Agent.ids(a.groups)))
           .. ',"online":' .. tostring(Presence.is(root, id, now)) .. '}'
  end

  -- the body of GET me
  function Admin.me(root, caller, now)
    local manages = Agent.manages(caller) and Space.commercial(root)
    return '{"agent":{"id":"' .. caller.id .. '","name":'
           .. Json.quote(caller.name) .. ',"role":"' .. caller.role
           .. '","groups":' .. groups_json(caller.groups)
           .. ',"online":' .. tostring(Presence.is(root, caller.id, now))
           .. ',"away":' .. tostring(Presence.is_away(root, caller.id))
           .. '},"space":' .. Space.brief(root)
           .. ',"inbox":' .. tostring(Agent.has_inbox(root, caller))
           .. ',"journal":' .. tostring(manages)
           .. ',"badge":' .. Agent.badge(root, caller) .. '}'
  end

  function Admin.agents(root, now)
    local ids = call('SMEMBERS', Keys.agents(root))
    table.sort(ids)
    for i, id in ipairs(ids) do
      ids[i] = json(root, id, read(root, id), now)
    end
    return '{"agents":' .. Json.list(ids) .. '}'
  end

  function Admin.agent(root, id, now)
    return json(root, id, need(root, id), now)
  end

  local function guard(caller, role)
    if role == 'owner' and caller.role ~= 'owner' then
      fail('FORBIDDEN only an owner changes owners')
    end
  end

  -- writes down what an agent may do now that he might not before, or no longer
  local function note_rights(root, now, caller, id, a)
    local old, new = a.old or {}, a.new
    if old.role ~= new.role then
      Audit.add(root, now, caller, 'role_changed', id,
                (old.role or 'nobody') .. ' -> ' .. new.role)
    end
    if old.enabled ~= new.enabled and (a.old or new.enabled ~= '1') then
      Audit.add(root, now, caller, (new.enabled == '1') and 'agent_enabled'
                                   or 'agent_disabled', id)
    end
  end

  -- creates or replaces; a: name, role, enabled, as typed
  function Admin.put(root, caller, id, a, now)
    Field.id('id', id)
    if id == 'root' then
      Field.invalid('id', 'is taken by the root token')
    end
    local old = read(root, id)
    a.name = Field.name('name', a.name, id)
    a.role = Field.word('role', a.role, ROLES, 'agent')
    guard(caller, a.role)
    guard(caller, old and old.role)
    if not old then
      Field.room(Keys.agents(root), 'agents', Space.limit(root, 'agents'))
    end
    a.groups = old and old.groups or ''
    call('HSET', Keys.agent(root, id), 'name', a.name, 'role', a.role,
         'enabled', a.enabled, 'groups', a.groups)
    call('SADD', Keys.agents(root), id)
    note_rights(root, now, caller, id, {old = old, new = a})
    local words = 'agent ' .. id
    if old and old.name ~= a.name then
      words = words .. '\n' .. Space.rename(root, now)
    end
    Space.notice(root, words)
    return json(root, id, a, now)
  end

  -- the chats he takes part in, the freshest LEAVE_MOST: he leaves them
  local function leave_chats(root, now, id, name)
    local list = call('ZREVRANGE', Keys.order_agent(root, id), 0,
                      LEAVE_MOST - 1)
    if #list == 0 then
      return
    end
    local s = Space.open(root, now)
    for i, n in ipairs(list) do
      local chat = Chat.need(root, n)
      Turn.drop(s, chat, id, name)
      list[i] = Chat.save(s, chat)
    end
    Chat.done(s, list)
  end

  local function remove(root, id, groups)
    Group.forget(root, id, Agent.ids(groups))
    call('SREM', Keys.agents(root), id)
    Presence.drop(root, id)
    call('UNLINK', Keys.agent(root, id), Keys.order_closed(root, id),
         Keys.feed_agent(root, id), Keys.feed_reads(root, id),
         Keys.unread(root, id), Keys.seen(root, id))
  end

  -- He is out at once; of many chats he leaves so many in one call: then the
  -- answer is `more`, and the same call goes on.
  function Admin.delete(root, now, caller, id)
    local a = need(root, id)
    guard(caller, a.role)
    call('HSET', Keys.agent(root, id), 'enabled', 0)
    Token.delete_all(root, id)
    leave_chats(root, now, id, a.name)
    local more = call('EXISTS', Keys.order_agent(root, id)) == 1
    local words = 'agent ' .. id
    if not more then
      remove(root, id, a.groups)
      Audit.add(root, now, caller, 'agent_deleted', id)
      words = words .. '\n' .. Space.rename(root, now)
    end
    Space.notice(root, words)
    return more and 'more' or 'ok'
  end
end
