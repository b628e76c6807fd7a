

-- Lookup: who a client is, asked of his platform where its webhooks do not say:
-- name and picture.  The sorted set `lookups` holds chats by the time (µs) of
-- the next try or of the lease's end; the hash `looking` has for each of them
-- `tries lease prefix`: the prefix is of the location, for the picture's link.
--
-- An answer is fresh for a week: `looked` of the chat is when it came, or
-- `never` when the platform will not say.  What is wrong with a channel itself
-- is not remembered of its clients; it makes all of them wait (`asks_at` of its
-- health).  A try is counted when it begins, so one that kills workers ends too.

local Lookup = {}

do
  local FRESH = 604800000000
  local DAY = 86400000000
  local TRIES_MOST = 6
  -- chats that wait in one space: those beyond are asked for with their next
  -- message
  local QUEUE_MOST = 100000
  -- entries that one claim looks at
  local LOOK_MOST = 64
  -- entries of a channel that go on when it has been mended
  local GO_ON_MOST = 1000

  local function state(root, n)
    local text = call('HGET', Keys.looking(root), n)
    local tries, lease, prefix = string.match(text or '', '^(%d+) (%S+) (.*)$')
    return tonumber(tries or 0), lease, prefix or ''
  end

  local function note(root, n, tries, lease, prefix)
    call('HSET', Keys.looking(root), n,
         Num.text(tries) .. ' ' .. lease .. ' ' .. prefix)
  end

  -- nobody asks who that is any more
  function Lookup.drop(root, n)
    Due.drop(root, 'lookups', n)
    call('HDEL', Keys.looking(root), n)
  end

  -- A picture lies among the chat's files, under an id made of its handle: the
  -- same handle is the same picture, and it goes when the chat goes.
  local function id_of(chat, handle)
    return string.sub(redis.sha1hex(chat.root .. ' ' .. chat.n .. ' '
                                    .. handle), 1, 16)
  end

  -- takes away the picture with that id, if it is his; true if so
  local function unpicture(chat, id)
    if string.match(chat.pic, '[^/]*$') ~= id or id == '' then
      return false
    end
    Chat.clear(chat, 'pic')
    File.discard(chat.root, chat.n, id)
    return true
  end

  -- the platform's handle of his picture; prefix: of the location.  True if it
  -- is another one than before
  local function picture(chat, prefix, handle)
    local id = id_of(chat, handle)
    local url = prefix .. '/api/v1/chats/' .. chat.n .. '/files/' .. id
    if chat.pic == url then
      return false
    end
    local old = string.match(chat.pic, '[^/]*$')
    if old ~= '' and old ~= id then
      File.discard(chat.root, chat.n, old)
    end
    call('HSET', Keys.refs(chat.root, chat.n), id,
         '{"ref":' .. Json.quote(handle) .. ',"name":"avatar","avatar":true}')
    chat.pic = url
    return true
  end

  local function remember(root, n, word)
    call('HSET', Keys.chat(root, n), 'looked', word)
  end

  -- the new are due at once, whatever the clock will be: in the order of chats
  local function want(s, chat, prefix)
    local key = Keys.lookups(s.root)
    if call('ZCARD', key) < QUEUE_MOST
       and call('ZADD', key, 'NX', chat.n, chat.n) == 1
    then
      note(s.root, chat.n, 0, '-', prefix)
      chat.queued = true
    end
  end

  -- is the answer that old?
  local function is_older(s, chat, than)
    local at = tonumber(chat.looked)
    return at and (at + than < s.now or Time.is_ahead(at, s.now))
  end

  -- back: the client returns to a chat that was closed
  local function is_due(s, chat, back)
    return chat.looked == '' or back and is_older(s, chat, FRESH)
  end

  -- A client has written.  face: prefix, a tab, `?` when his platform can be
  -- asked for more, the handle of his picture or nothing.  Changes the chat;
  -- Chat.save() is the caller's
  function Lookup.meet(s, chat, face, back)
    local prefix, ask, handle = string.match(face, '^([^\t]*)\t(%??)(.*)$')
    if handle ~= '' and picture(chat, prefix, handle) then
      chat.renamed = true
    end
    if ask == '?' and (chat.was == '' or back or Contact.name(chat) == '')
       and is_due(s, chat, back)
    then
      want(s, chat, prefix)
    end
  end

  -- until when nobody of a channel is looked up; nil: now
  local function resting(root, now, channel)
    local h = call('HMGET', Keys.health(root, channel), 'asks_at', 'asks_from')
    local at, from = tonumber(h[1] or nil), tonumber(h[2] or 0)
    return at and at > now and not Time.is_ahead(from, now) and at or nil
  end

  -- the channel rests until that time, or as long as it does already; gives the
  -- end, at which all that wait for it are due
  local function rest(root, now, channel, at)
    local rests = resting(root, now, channel)
    if not rests then
      call('HSET', Keys.health(root, channel), 'asks_at', Num.text(at),
           'asks_from', Num.text(now))
    end
    return rests or at
  end

  -- The channel has been mended, or may be, and rests no longer.  Of those who
  -- wait for it the first so many are asked for at once
  function Lookup.go_on(root, now, channel)
    local key = Keys.health(root, channel)
    local at = call('HGET', key, 'asks_at')
    if not at then
      return
    end
    call('HDEL', key, 'asks_at', 'asks_from')
    for _, n in ipairs(call('ZRANGEBYSCORE', Keys.lookups(root), at, at,
                            'LIMIT', 0, GO_ON_MOST)) do
      Due.at_once(root, 'lookups', n, now)
    end
  end

  -- one due chat -> its job, or nil
  local function take(root, now, n, worker, lease)
    local c = call('HMGET', Keys.chat(root, n), 'channel', 'user', 'blocked')
    if not c[1] or c[3]
       or call('EXISTS', Keys.channel(root, c[1])) == 0
    then
      Lookup.drop(root, n)
      return nil
    end
    local rests = resting(root, now, c[1])
    if rests then
      Due.put_off(root, 'lookups', n, now, rests)
      return nil
    end
    local tries, _, prefix = state(root, n)
    if tries >= TRIES_MOST then
      Lookup.drop(root, n)
      remember(root, n, Num.text(now))
      return nil
    end
    local token = redis.sha1hex(worker .. ' ' .. Num.text(now) .. ' ' .. n)
    note(root, n, tries + 1, token, prefix)
    Due.put_off(root, 'lookups', n, now, now + lease)
    return {n, token, Num.text(tries + 1), c[1], c[2]}
  end

  -- at most limit jobs
  function Lookup.claim(root, now, worker, lease, limit)
    local jobs = {}
    for _, n in ipairs(Due.ripe(root, 'lookups', now, LOOK_MOST)) do
      jobs[#jobs + 1] = take(root, now, n, worker, lease)
      if #jobs == limit then
        break
      end
    end
    return jobs
  end

  -- What a claim of the outbox gives, and when the next look-up is due: a fourth
  -- number at its end, behind zeros when nothing else waits
  function Lookup.beside(root, now, jobs)
    Due.mend(root, 'lookups', now)
    local next = Due.first(root, 'lookups')
    local outlook = jobs[#jobs]
    if next then
      jobs[#jobs] = ((outlook == '') and '0 0 0' or outlook) .. ' ' .. next
    end
    return jobs
  end

  local outcomes = {}

  -- the chat is called as its client is, and whoever shows it is told
  function outcomes.found(s, chat, a, _, prefix)
    Lookup.drop(s.root, chat.n)
    remember(s.root, chat.n, Num.text(s.now))
    local renamed = Contact.learn(chat, a)
    if a.avatar ~= '' and picture(chat, prefix, a.avatar) then
      renamed = true
    end
    if renamed then
      chat.renamed = true
      Chat.done(s, Chat.save(s, chat))
    end
  end

  -- a.all: it is the whole channel that has to wait
  function outcomes.later(s, chat, a, tries, prefix)
    if a.all then
      a.at = rest(s.root, s.now, chat.channel, a.at)
      Health.failed(s.root, s.now, chat.channel, 'profile', a.words)
    end
    if tries >= TRIES_MOST then
      Lookup.drop(s.root, chat.n)
      if not a.all then
        remember(s.root, chat.n, Num.text(s.now))
      end
    else
      note(s.root, chat.n, tries, '-', prefix)
      Due.put_off(s.root, 'lookups', chat.n, s.now, a.at)
    end
  end

  function outcomes.never(s, chat)
    Lookup.drop(s.root, chat.n)
    remember(s.root, chat.n, 'never')
  end

  -- the platform was not asked
  function outcomes.release(s, chat, a, tries, prefix)
    note(s.root, chat.n, math.max(tries - 1, 0), '-', prefix)
    Due.put_off(s.root, 'lookups', chat.n, s.now, a.at)
  end

  -- a: lease, outcome, at, all, words, name, username, phone, email, avatar
  function Lookup.settle(s, n, a)
    local tries, lease, prefix = state(s.root, n)
    local chat = lease == a.lease and Chat.read(s.root, n)
    if not chat then
      return 'late'
    end
    outcomes[a.outcome](s, chat, a, tries, prefix)
    return 'ok'
  end

  -- The platform gives the picture no more, or it is none.  ask: whether who he
  -- is may be asked again, for its link may only have run out.
  function Lookup.lost(s, n, id, prefix, ask)
    local chat = Chat.read(s.root, n)
    if not chat or not unpicture(chat, id) then
      return 'late'
    end
    if ask and chat.blocked == '' and is_older(s, chat, DAY) then
      want(s, chat, prefix)
    end
    chat.renamed = true
    Chat.done(s, Chat.save(s, chat))
    return 'ok'
  end
end
