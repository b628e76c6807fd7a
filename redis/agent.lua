

-- Agent: who calls, what he belongs to and what he may.
--
-- A caller is {id, name, role, groups, member, moved}: groups is the list of
-- the ids of his groups, member[id] is true for each of them, moved the rev at
-- which they were last changed.  It is read anew in every call, so a token that
-- is taken away is dead at once.
--
-- The root token's agent has no entry in `agents` and cannot be changed; of
-- its hash only `groups` and `moved` exist, kept as everybody's by group.

local Agent = {}

do
  local ROOT = 'root'

  -- ',a,b,' -> {'a', 'b'}, {a = true, b = true}; nil and '' are empty
  function Agent.ids(text)
    local list, set = {}, {}
    for id in string.gmatch(text or '', '[^,]+') do
      list[#list + 1] = id
      set[id] = true
    end
    return list, set
  end

  local function refuse(root)
    Space.check(root)
    fail('UNAUTHORIZED no such token or agent')
  end

  local function made(id, name, role, groups, moved)
    local list, set = Agent.ids(groups)
    return {id = id, name = name, role = role, groups = list, member = set,
            moved = tonumber(moved or 0)}
  end

  local function of_root(root)
    local name = call('HGET', Keys.space(root), 'name')
    if not name then
      refuse(root)
    end
    local a = call('HMGET', Keys.agent(root, ROOT), 'groups', 'moved')
    return made(ROOT, name, 'owner', a[1], a[2])
  end

  local function of_agent(root, id)
    local a = call('HMGET', Keys.agent(root, id), 'name', 'role', 'enabled',
                   'groups', 'moved')
    if id == ROOT or a[3] ~= '1' then
      refuse(root)
    end
    return made(id, a[1], a[2], a[4], a[5])
  end

  local function of_digest(root, digest, now)
    local t = call('HMGET', Keys.token(root, digest), 'agent', 'expires')
    if not t[1] or (t[2] and t[2] ~= '' and tonumber(t[2]) <= now) then
      refuse(root)
    end
    return of_agent(root, t[1])
  end

  local function of_token(root, id, now)
    local digest = call('HGET', Keys.token_ids(root), id)
    if not digest then
      refuse(root)
    end
    return of_digest(root, digest, now)
  end

  -- who, as docs/redis.md has it -> the caller; ends the call with
  -- UNAUTHORIZED, NOSPACE, or BADCALL for what is no who at all.  s: the space,
  -- when it is open, and so known to serve; or nothing
  function Agent.caller(root, who, now, s)
    if who == ROOT then
      return of_root(root)
    end
    if not s then
      Space.must_serve(call('HGET', Keys.space(root), 'suspended'))
    end
    local kind, value = string.match(who, '^(%l+):(.+)$')
    if kind == 'digest' and string.find(value, '^%x+$') and #value == 64 then
      return of_digest(root, value, now)
    end
    if kind == 'token' then
      return of_token(root, value, now)
    end
    if kind == 'agent' then
      return of_agent(root, value)
    end
    badcall('who')
  end

  -- may he see everything and change what is in the settings?
  function Agent.manages(caller)
    return caller.role == 'owner' or caller.role == 'admin'
  end

  -- ends the call with FORBIDDEN for who is neither owner nor admin
  function Agent.must_manage(caller)
    if not Agent.manages(caller) then
      fail('FORBIDDEN this is for owner and admin')
    end
  end

  -- ends the call with FORBIDDEN for who is not an owner
  function Agent.must_own(caller)
    if caller.role ~= 'owner' then
      fail('FORBIDDEN this is for owners')
    end
  end

  -- the caller, who must be owner or admin
  function Agent.manager(root, who, now)
    local caller = Agent.caller(root, who, now)
    Agent.must_manage(caller)
    return caller
  end

  -- the caller, who must be an owner
  function Agent.owner(root, who, now)
    local caller = Agent.caller(root, who, now)
    Agent.must_own(caller)
    return caller
  end

  -- is there an enabled channel that feeds everybody, or one of his groups?
  function Agent.has_inbox(root, caller)
    local counts = call('HMGET', Keys.serving(root), '', unpack(caller.groups))
    for i = 1, #caller.groups + 1 do
      if (tonumber(counts[i] or 0) or 0) > 0 then
        return true
      end
    end
    return false
  end

  -- the badge, finished JSON: what waits for his groups, what is new of his
  function Agent.badge(root, caller)
    local incoming = call('ZCARD', Keys.order_group(root, ''))
    for _, group in ipairs(caller.groups) do
      incoming = incoming + call('ZCARD', Keys.order_group(root, group))
    end
    local mine = call('SCARD', Keys.unread(root, caller.id))
    local total = incoming + mine
    local label = (total > 9) and '!' or ((total > 0) and total or '')
    return string.format('{"incoming":%d,"mine":%d,"total":%d,"label":"%s"}',
                         incoming, mine, total, label)
  end
end
