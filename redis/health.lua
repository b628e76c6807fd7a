

-- Health: how a channel does, as those who manage it see it: when it was heard,
-- what went wrong last, and its ring, the last webhooks as they came with what
-- became of each.
--
-- Workers count and tell in one call what many webhooks did: nothing of this
-- lies on the way of a message.  What is in the ring goes with its chat, and
-- after three days by itself.

local Health = {}

do
  local NODES_MOST = 64
  local WORDS_MAX = 300
  -- three days, in seconds
  local KEEP = 259200

  -- where: webhook, send, connect, profile or message
  function Health.failed(root, now, channel, where, words)
    if words ~= '' then
      call('HSET', Keys.health(root, channel), 'failed',
           Text.cut(words, WORDS_MAX), 'failed_in', where, 'failed_at',
           Num.text(now))
    end
  end

  function Health.sent(root, now, channel)
    call('HSET', Keys.health(root, channel), 'sent_at', Num.text(now))
  end

  -- the platform was asked to send here; words: why it will not, or ''
  function Health.connected(root, now, channel, account, note, words)
    local key = Keys.health(root, channel)
    call('HDEL', key, 'connected')
    if words ~= '' then
      return Health.failed(root, now, channel, 'connect', words)
    end
    call('HSET', key, 'connected', '{"at":' .. Time.json(now)
         .. ',"account":' .. Json.maybe(Text.cut(account, WORDS_MAX))
         .. ',"note":' .. Json.maybe(Text.cut(note, WORDS_MAX)) .. '}')
  end

  local function count(key, field, by, now)
    if by > 0 then
      call('HINCRBY', key, field, by)
      call('HSET', key, field .. '_at', Num.text(now))
    end
  end

  -- each node has a count of its own, up to so many nodes
  local function count_rejected(key, node, by, now)
    if by == 0 then
      return
    end
    local field = 'rejected:' .. node
    if call('HEXISTS', key, field) == 0 and call('HLEN', key) > NODES_MOST then
      field = 'rejected:other'
    end
    call('HINCRBY', key, field, by)
    call('HSET', key, 'rejected_at', Num.text(now))
  end

  -- is one of these chats (',4,2,') not there any more?
  local function is_of_gone(root, chats)
    for n in string.gmatch(chats, '%d+') do
      if call('EXISTS', Keys.chat(root, n)) == 0 then
        return true
      end
    end
    return false
  end

  local function born(piece)
    return tonumber(string.match(piece, '^{"id":"%d+","us":(%d+)'))
  end

  local function shorten(key, now, most)
    call('LTRIM', key, 0, most - 1)
    for _ = 1, most do
      local oldest = call('LINDEX', key, -1)
      if not oldest or born(oldest) > now - KEEP * 1000000 then
        break
      end
      call('RPOP', key)
    end
    call('EXPIRE', key, KEEP)
  end

  -- One worker's news of a channel.  t: node, ring (how many are kept),
  -- updates, odd, rejected (counts), words (of the last refusal, or ''), events:
  -- {chats = ',4,2,' or '', piece = JSON object}, oldest first.
  function Health.tell(root, now, channel, t)
    if call('EXISTS', Keys.channel(root, channel)) == 0 then
      return 'none'
    end
    local key = Keys.health(root, channel)
    count(key, 'updates', t.updates, now)
    count(key, 'odd', t.odd, now)
    count_rejected(key, t.node, t.rejected, now)
    Health.failed(root, now, channel, 'webhook', t.words)
    local ring = Keys.events(root, channel)
    for _, e in ipairs(t.events) do
      if not is_of_gone(root, e.chats) then
        local id = call('HINCRBY', key, 'seq', 1)
        call('LPUSH', ring, '{"id":"' .. id .. '","us":' .. Num.text(now)
             .. ',"chats":"' .. e.chats .. '",' .. string.sub(e.piece, 2))
      end
    end
    shorten(ring, now, t.ring)
    return 'ok'
  end

  -- is it about that chat, or does its body name the client?
  local function is_about(piece, n, user)
    local chats = string.match(piece,
                               '^{"id":"%d+","us":%d+,"chats":"([%d,]*)"')
    return string.find(chats, ',' .. n .. ',', 1, true)
           or string.find(string.gsub(piece, '\\', ''), user, 1, true)
  end

  -- The ring has nothing of a chat and its client any more.
  function Health.forget(root, channel, n, user)
    local ring = Keys.events(root, channel)
    for _, piece in ipairs(call('LRANGE', ring, 0, -1)) do
      if is_about(piece, n, user) then
        call('LREM', ring, 1, piece)
      end
    end
  end

  -- as it is shown: without what only we need to know
  local function shown(piece)
    return (string.gsub(piece, ',"us":%d+,"chats":"[%d,]*"', '', 1))
  end

  -- newest first; before: an id as a number, or nil
  function Health.events(root, channel, before, limit)
    local pieces, more = {}, 'null'
    for _, piece in ipairs(call('LRANGE', Keys.events(root, channel), 0, -1)) do
      local id = string.match(piece, '^{"id":"(%d+)"')
      if not before or tonumber(id) < before then
        if #pieces == limit then
          more = '"' .. string.match(pieces[limit], '^{"id":"(%d+)"') .. '"'
          break
        end
        pieces[#pieces + 1] = shown(piece)
      end
    end
    return '{"events":' .. Json.list(pieces) .. ',"next":' .. more .. '}'
  end

  -- the bytes of one webhook, as far as they were kept
  function Health.body(root, channel, id)
    for _, piece in ipairs(call('LRANGE', Keys.events(root, channel), 0, -1)) do
      if string.match(piece, '^{"id":"(%d+)"') == id then
        local body = cjson.decode(piece).body
        if body == cjson.null then
          fail('INVALID event was not kept whole')
        end
        return body
      end
    end
    fail('NOTFOUND no such event, or not any more')
  end

  local function rejected(fields)
    local pieces = {}
    for i = 1, #fields, 2 do
      local node = string.match(fields[i], '^rejected:(.+)$')
      if node then
        pieces[#pieces + 1] = Json.quote(node) .. ':' .. fields[i + 1]
      end
    end
    table.sort(pieces)
    return '{' .. table.concat(pieces, ',') .. '}'
  end

  local function last_error(h)
    if not h.failed then
      return 'null'
    end
    return '{"at":' .. Time.json(h.failed_at) .. ',"in":"' .. h.failed_in
           .. '","text":' .. Json.quote(h.failed) .. '}'
  end

  -- c: the channel's hash; queue: {length, oldest (JSON)}
  function Health.show(root, id, c, queue)
    local flat = call('HGETALL', Keys.health(root, id))
    local h = {}
    for i = 1, #flat, 2 do
      h[flat[i]] = flat[i + 1]
    end
    return '{"id":"' .. id .. '","kind":"' .. c.kind .. '","enabled":'
           .. tostring(c.enabled == '1')
           .. ',"connected":' .. (h.connected or 'null')
           .. ',"last_update":' .. Time.json(h.updates_at)
           .. ',"updates":' .. (h.updates or 0)
           .. ',"last_sent":' .. Time.json(h.sent_at)
           .. ',"last_error":' .. last_error(h)
           .. ',"rejected_signatures":' .. rejected(flat)
           .. ',"last_rejected":' .. Time.json(h.rejected_at)
           .. ',"odd_bodies":' .. (h.odd or 0)
           .. ',"last_odd":' .. Time.json(h.odd_at)
           .. ',"queue_length":' .. queue.length
           .. ',"oldest_queued":' .. queue.oldest .. '}'
  end
end
