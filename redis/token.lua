

-- Token: what agents come in with.  Only its digest is kept, and never shown.
-- A session's cookie names the token by its id, so there is an index of ids.

local Token = {}

do
  local TOKENS_MOST = 100

  local function need(root, agent)
    if call('SISMEMBER', Keys.agents(root), agent) == 0 then
      fail('NOTFOUND no such agent')
    end
  end

  local function drop_token(root, agent, id, digest)
    call('DEL', Keys.token(root, digest))
    call('HDEL', Keys.tokens(root, agent), id)
    call('HDEL', Keys.token_ids(root), id)
  end

  -- token id -> digest of an agent, as a list of pairs; at most TOKENS_MOST
  local function tokens_of(root, agent)
    local flat = call('HGETALL', Keys.tokens(root, agent))
    local list = {}
    for i = 1, #flat, 2 do
      list[#list + 1] = {id = flat[i], digest = flat[i + 1]}
    end
    table.sort(list, function(a, b) return a.id < b.id end)
    return list
  end

  -- all tokens of an agent, or only those that expired by a time
  local function drop_tokens(root, agent, expired)
    for _, t in ipairs(tokens_of(root, agent)) do
      local at = call('HGET', Keys.token(root, t.digest), 'expires')
      if not expired or (at and at ~= '' and tonumber(at) <= expired) then
        drop_token(root, agent, t.id, t.digest)
      end
    end
  end

  local function token_json(id, t)
    return '{"id":"' .. id .. '","name":' .. Json.maybe(t[1])
           .. ',"created_at":' .. Time.json(t[2])
           .. ',"expires_at":' .. Time.json(t[3]) .. '}'
  end

  local function token(root, id, digest)
    return token_json(id, call('HMGET', Keys.token(root, digest), 'name',
                               'created', 'expires'))
  end

  -- a token's id and digest are new, or they are those of this very token
  local function repeated(root, agent, id, digest)
    local there = call('HGET', Keys.token_ids(root), id)
    local whose = call('HMGET', Keys.token(root, digest), 'id', 'agent')
    if not there and not whose[1] then
      return false
    end
    if there ~= digest or whose[1] ~= id or whose[2] ~= agent then
      fail('MISMATCH this token is in use')
    end
    return true
  end

  -- t: id, digest, name, expires (number of µs, or false)
  function Token.add(root, now, caller, agent, t)
    need(root, agent)
    local name = Field.name('name', t.name, '')
    if t.expires and t.expires <= now then
      Field.invalid('expires_at', 'is over')
    end
    if not repeated(root, agent, t.id, t.digest) then
      if call('HLEN', Keys.tokens(root, agent)) >= TOKENS_MOST then
        drop_tokens(root, agent, now)
      end
      if call('HLEN', Keys.tokens(root, agent)) >= TOKENS_MOST then
        Field.invalid('id', 'the agent has ' .. TOKENS_MOST .. ' tokens')
      end
      call('HSET', Keys.token(root, t.digest), 'id', t.id, 'agent', agent,
           'name', name, 'created', Num.text(now),
           'expires', t.expires and Num.text(t.expires) or '')
      call('HSET', Keys.tokens(root, agent), t.id, t.digest)
      call('HSET', Keys.token_ids(root), t.id, t.digest)
      Audit.add(root, now, caller, 'token_created', agent, t.id)
    end
    return token(root, t.id, t.digest)
  end

  function Token.list(root, agent)
    need(root, agent)
    local list = tokens_of(root, agent)
    for i, t in ipairs(list) do
      list[i] = token(root, t.id, t.digest)
    end
    return '{"tokens":' .. Json.list(list) .. '}'
  end

  function Token.delete(root, now, caller, agent, id)
    local digest = call('HGET', Keys.tokens(root, agent), id)
    if not digest then
      fail('NOTFOUND no such token')
    end
    drop_token(root, agent, id, digest)
    Audit.add(root, now, caller, 'token_revoked', agent, id)
    Space.notice(root, 'agent ' .. agent)
    return 'ok'
  end

  -- all tokens of an agent are dead; his notice is the caller's
  function Token.delete_all(root, agent)
    drop_tokens(root, agent)
  end
end
