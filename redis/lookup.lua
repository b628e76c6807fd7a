

-- Lookup: what a platform is asked for beside its webhooks: who a client is, where
-- they do not say (name and picture), and the rest of a message, where they brought
-- only its beginning.  The sorted set `lookups` holds entries by the time (µs) of the
-- next try or of the lease's end: a chat's number for its client, and for a message
-- of his the number, `-` and the platform's id of it.  The state of each, `tries
-- lease` and more, is in the hash `looking`, that of messages in `whole:{n}`:
--
--     tries lease prefix            the prefix is of the location, for links
--     tries lease edited_at prefix  of the message when it was queued, raw JSON
--
-- Who he is is fresh for a week: `looked` of the chat is when it came, or `never`
-- when the platform will not say.  A message becomes what it is as a whole when it
-- has not been edited or deleted since; if the platform says no it stays as it came.
-- What is wrong with a channel itself is not remembered of its clients; it makes all
-- of them wait (`asks_at` of its health).  A try is counted when it begins, so one
-- that kills workers ends too.

local Lookup = {}

do
  local FRESH = 604800000000
  local DAY = 86400000000
  local TRIES_MOST = 6
  -- entries that wait in one space: clients beyond are asked for with their next
  -- message; and messages of one chat
  local QUEUE_MOST = 100000
  local WHOLE_MOST = 100
  -- entries that one claim looks at
  local LOOK_MOST = 64
  -- entries of a channel that go on when it has been mended
  local GO_ON_MOST = 1000

  -- what an entry is about: a chat, and a message of it or nil
  local function about(entry)
    local n, message = string.match(entry, '^(%d+)%-(.+)$')
    return n or entry, message
  end

  -- where its state is: key and field
  local function place(root, entry)
    local n, message = about(entry)
    if message then
      return Keys.whole(root, n), message
    end
    return Keys.looking(root), n
  end

  -- tries, lease and what else there is
  local function state(root, entry)
    local text = call('HGET', place(root, entry))
    local tries, lease, more = string.match(text or '', '^(%d+) (%S+) (.*)$')
    return tonumber(tries or 0), lease, more or ''
  end

  local function note(root, entry, tries, lease, more)
    local key, field = place(root, entry)
    call('HSET', key, field, Num.text(tries) .. ' ' .. lease .. ' ' .. more)
  end

  -- it waits until then
  local function put_off(root, entry, now, at)
    Due.put_off(root, 'lookups', entry, now, at)
  end

  -- nobody asks about that any more
  local function drop(root, entry)
    Due.drop(root, 'lookups', entry)
    call('HDEL', place(root, entry))
  end

  -- nor about anything of a chat
  function Lookup.drop(root, n)
    for _, message in ipairs(call('HKEYS', Keys.whole(root, n))) do
      drop(root, n .. '-' .. message)
    end
    drop(root, n)
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

  -- that is all that will be known of him; of a message it leaves no trace
  local function remember(root, entry, word)
    local n, message = about(entry)
    if not message then
      call('HSET', Keys.chat(root, n), 'looked', word)
    end
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

  -- There is more of a message of the chat than e brought.  One that is asked for
  -- already, from before an edit, is asked for anew
  function Lookup.complete(s, chat, e)
    local key = Keys.whole(s.root, chat.n)
    if call('HEXISTS', key, e.message) == 0
       and (call('ZCARD', Keys.lookups(s.root)) >= QUEUE_MOST
            or call('HLEN', key) >= WHOLE_MOST)
    then
      return
    end
    local entry = chat.n .. '-' .. e.message
    note(s.root, entry, 0, '-', (e.edited_at or 'null') .. ' '
         .. string.match(e.face, '^[^\t]*'))
    Due.drop(s.root, 'lookups', entry)
    call('ZADD', Keys.lookups(s.root), chat.n, entry)
    chat.queued = true
  end

  -- until when nothing of a channel is asked for; nil: now
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

  -- one due entry -> its job, or nil
  local function take(root, now, entry, worker, lease)
    local n, message = about(entry)
    local c = call('HMGET', Keys.chat(root, n), 'channel', 'user', 'hot')
    if not c[1] or Stored.look(root, n, c[3]).blocked ~= ''
       or call('EXISTS', Keys.channel(root, c[1])) == 0
    then
      drop(root, entry)
      return nil
    end
    local rests = resting(root, now, c[1])
    if rests then
      put_off(root, entry, now, rests)
      return nil
    end
    local tries, _, more = state(root, entry)
    if tries >= TRIES_MOST then
      drop(root, entry)
      remember(root, entry, Num.text(now))
      return nil
    end
    local token = redis.sha1hex(worker .. ' ' .. Num.text(now) .. ' ' .. entry)
    note(root, entry, tries + 1, token, more)
    put_off(root, entry, now, now + lease)
    return {entry, token, Num.text(tries + 1), c[1], c[2], message or '',
            message and string.match(more, '^%S+ (.*)$') or ''}
  end

  -- at most limit jobs
  function Lookup.claim(root, now, worker, lease, limit)
    local jobs = {}
    for _, entry in ipairs(Due.ripe(root, 'lookups', now, LOOK_MOST)) do
      jobs[#jobs + 1] = take(root, now, entry, worker, lease)
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

  -- the chat is called as its client is, and whoever shows it is told
  local function known(s, chat, a, prefix)
    remember(s.root, chat.n, Num.text(s.now))
    local renamed = Contact.learn(chat, a)
    if a.avatar ~= '' and picture(chat, prefix, a.avatar) then
      renamed = true
    end
    if renamed then
      chat.renamed = true
      Chat.done(s, {Chat.save(s, chat)})
    end
  end

  -- The message is whole.  Nobody has edited it, nor is it unread again; whoever
  -- shows it is told
  local function whole(s, chat, message, a, edited)
    local e = {message = message, preview = a.preview, count = a.count}
    local piece = Alter.named(s, chat, e, function(m)
      if m.deleted == 'true' or m.edited_at ~= edited
         or (m.text == a.text and Alter.same(m.attachments, a.attachments))
      then
        return false
      end
      m.text, m.attachments = a.text, File.place(a.attachments, chat.n)
    end)
    if piece then
      File.keep(s.root, chat.n, a.refs)
      Alter.retell(chat, piece, e, a.preview, a.count)
      Chat.done(s, {Alter.save(s, chat)})
    end
  end

  local outcomes = {}

  function outcomes.found(s, chat, entry, a, _, more)
    local _, message = about(entry)
    drop(s.root, entry)
    if message then
      whole(s, chat, message, a, string.match(more, '^%S+'))
    else
      known(s, chat, a, more)
    end
  end

  -- a.all: it is the whole channel that has to wait
  function outcomes.later(s, chat, entry, a, tries, more)
    if a.all then
      local _, message = about(entry)
      a.at = rest(s.root, s.now, chat.channel, a.at)
      Health.failed(s.root, s.now, chat.channel,
                    message and 'message' or 'profile', a.words)
    end
    if tries >= TRIES_MOST then
      drop(s.root, entry)
      if not a.all then
        remember(s.root, entry, Num.text(s.now))
      end
    else
      note(s.root, entry, tries, '-', more)
      put_off(s.root, entry, s.now, a.at)
    end
  end

  function outcomes.never(s, _, entry)
    drop(s.root, entry)
    remember(s.root, entry, 'never')
  end

  -- the platform was not asked
  function outcomes.release(s, _, entry, a, tries, more)
    note(s.root, entry, math.max(tries - 1, 0), '-', more)
    put_off(s.root, entry, s.now, a.at)
  end

  -- a: lease, outcome, at, all, words; found: of a client name, username, phone,
  -- email, avatar; of a message text, preview, attachments, count, refs
  function Lookup.settle(s, entry, a)
    local tries, lease, more = state(s.root, entry)
    local chat = lease == a.lease and Chat.read(s.root, (about(entry)))
    if not chat then
      return 'late'
    end
    outcomes[a.outcome](s, chat, entry, a, tries, more)
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
    Chat.done(s, {Chat.save(s, chat)})
    return 'ok'
  end
end
