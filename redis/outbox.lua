

-- Outbox: what waits to be sent to a platform.
--
-- out:{n} holds the numbers of a chat's waiting messages in order; only the
-- head is ever on its way, so a chat's messages arrive in order.  The sorted
-- set `outbox` holds each chat that has a head, by the time of its next try.
-- A claim moves that time to the end of a lease and puts the lease's token
-- into the chat's hash; a settle that shows the token says what came of it.
--
-- A lease that runs out without a word leaves a doubt: the message may have
-- been sent.  It is sent again, and the doubt stays with the message and ends
-- up in its `error`, beside delivery `sent`.
--
-- The sorted set `waits` holds the same chats by when their head was written:
-- its first tells how old the outbox is.
--
-- A claim clears away what is nobody's any more: entries of deleted chats, and
-- messages of a deleted channel, which fail.

local Outbox = {}

do
  local DOUBT = 'sent again after an interruption, it may have arrived twice'
  local WORDS_MAX = 500
  local GONE = 'the channel was deleted'
  -- chats that are looked at to know how much waits
  local LOOK_MOST = 1000

  -- appends a message to what waits; safe only once per message
  function Outbox.push(root, chat, number, now)
    if call('RPUSH', Keys.out(root, chat), number) == 1 then
      call('ZADD', Keys.outbox(root), Num.text(now), chat)
      call('ZADD', Keys.waits(root), Num.text(now), chat)
    end
  end

  -- a chat that is being deleted has nothing to send any more
  function Outbox.drop(root, chat)
    Due.drop(root, 'outbox', chat)
    call('ZREM', Keys.waits(root), chat)
    call('DEL', Keys.out(root, chat))
  end

  -- the number of the head of what waits, and what is to be sent of it; no
  -- number: nothing waits; a number alone: it is not to be sent any more
  local function head(root, chat)
    local number = call('LINDEX', Keys.out(root, chat), 0)
    if not number then
      return nil
    end
    local piece = Message.at(root, chat, number)
    return tonumber(number), piece and Message.outgoing(root, chat, piece)
  end

  -- when a message was written, us: its id begins with it.  After a clock was
  -- set back, ids go on from what it had reached
  local function written(root, chat, number, now)
    local piece = Message.at(root, chat, number)
    local id = piece and Message.id(piece)
    local at = id and tonumber(string.match(id, '^"(%d+)'))
    return math.min(at or now, now)
  end

  -- the head is done with; the one behind it is due now.  True: there is one
  local function pop(root, chat, now)
    call('LPOP', Keys.out(root, chat))
    call('HDEL', Keys.chat(root, chat), 'lease', 'tries', 'doubt', 'part')
    local behind = call('LINDEX', Keys.out(root, chat), 0)
    if not behind then
      Due.drop(root, 'outbox', chat)
      call('ZREM', Keys.waits(root), chat)
      return false
    end
    Due.at_once(root, 'outbox', chat, now)
    call('ZADD', Keys.waits(root),
         Num.text(written(root, chat, behind, now)), chat)
    return true
  end

  -- the head's delivery is decided: writes it, pops, tells everybody
  local function finish(root, chat, number, now, delivery, words, external)
    local rev = Space.rev(root, now)
    Message.change(root, chat, number, rev,
                   {delivery = delivery, error = words})
    if external and external ~= '' then
      Message.name(root, chat, number, external, '')
    end
    local more = pop(root, chat, now)
    Space.notice(root, 'chat ' .. rev .. ' ' .. chat .. ' m'
                       .. (more and 'q' or ''))
  end

  -- Takes the lease of a chat's head.  A lease that is still written there has
  -- run out, for only what is due comes here.
  local function lease_head(root, now, chat, c, worker, lease)
    local key = Keys.chat(root, chat)
    local token = redis.sha1hex(worker .. ' ' .. Num.text(now) .. ' ' .. chat)
    local tries = (tonumber(c.tries or 0) or 0) + 1
    local doubt = (c.lease or c.doubt) and '1' or '0'
    call('HSET', key, 'lease', token, 'tries', tries)
    if doubt == '1' then
      call('HSET', key, 'doubt', 1)
    end
    Due.put_off(root, 'outbox', chat, now, now + lease)
    return token, Num.text(tries), doubt
  end

  local function read(root, chat)
    local h = call('HMGET', Keys.chat(root, chat), 'channel', 'user', 'lease',
                   'tries', 'doubt', 'part', 'hot')
    return {channel = h[1], user = h[2], lease = h[3], tries = h[4],
            doubt = h[5], part = h[6], hot = h[7]}
  end

  -- one due chat -> its job, or nil when there is nothing to send
  local function take(root, now, chat, worker, lease)
    local c = read(root, chat)
    local number, m = head(root, chat)
    if not c.channel or not number then
      Outbox.drop(root, chat)
      return nil
    end
    if not m then
      pop(root, chat, now)
      return nil
    end
    local ch = call('HMGET', Keys.channel(root, c.channel), 'rev', 'kind')
    if not ch[1] then
      finish(root, chat, number, now, 'failed', GONE)
      return nil
    end
    local heard = Stored.look(root, chat, c.hot).heard
    local token, tries, doubt = lease_head(root, now, chat, c, worker, lease)
    return {chat, m.id, token, tries, doubt, c.channel, ch[1], ch[2], c.user,
            m.text, m.reply_to, m.author, m.attachments, c.part or '0',
            (heard ~= '') and heard or '0'}
  end

  -- "due n since": when the next entry is due, how many chats wait, and since
  -- when the one that has waited longest; '' when there is none
  local function outlook(root)
    local first = Due.first(root, 'outbox')
    if not first then
      return ''
    end
    local since = call('ZRANGE', Keys.waits(root), 0, 0, 'WITHSCORES')[2]
    return first .. ' ' .. call('ZCARD', Keys.outbox(root)) .. ' '
           .. (since or first)
  end

  -- what was written in the future was written now, and is due unless it has
  -- been put off
  local function mend(root, now)
    Due.mend(root, 'outbox', now)
    local key = Keys.waits(root)
    local flat = Due.ahead(key, now)
    for i = 1, #flat, 2 do
      call('ZADD', key, Num.text(now), flat[i])
      if not Due.is_put_off(root, 'outbox', flat[i]) then
        Due.at_once(root, 'outbox', flat[i], now)
      end
    end
  end

  -- at most limit jobs, then the outlook
  function Outbox.claim(root, now, worker, lease, limit)
    mend(root, now)
    local jobs = {}
    for _, chat in ipairs(Due.ripe(root, 'outbox', now, limit)) do
      jobs[#jobs + 1] = take(root, now, chat, worker, lease)
    end
    jobs[#jobs + 1] = outlook(root)
    return jobs
  end

  -- the number of the message that is being sent, or may have been, if that is
  -- its text (JSON literal); nil: it is another, or none
  function Outbox.flying(root, chat, text)
    local c = read(root, chat)
    if not c.lease and not c.doubt then
      return nil
    end
    local number, m = head(root, chat)
    return m and m.text == text and number or nil
  end

  local verdicts = {}

  function verdicts.sent(root, now, s, c, number)
    local words = (s.doubt or c.doubt) and DOUBT or nil
    finish(root, s.chat, number, now, 'sent', words, s.external)
  end

  function verdicts.never(root, now, s, _, number)
    local words = (s.words ~= '') and Text.cut(s.words, WORDS_MAX) or nil
    finish(root, s.chat, number, now, 'failed', words)
  end

  -- keeps the place of the message, so that those behind it wait as well
  function verdicts.later(root, now, s)
    local key = Keys.chat(root, s.chat)
    call('HDEL', key, 'lease')
    if s.doubt then
      call('HSET', key, 'doubt', 1)
    end
    Due.put_off(root, 'outbox', s.chat, now, s.at)
  end

  -- A message in several parts: those before s.part have arrived, the last of
  -- them got the external id; the lease holds until s.at.  What is to be sent
  -- again from now on begins there.
  function verdicts.part(root, now, s, _, number)
    call('HSET', Keys.chat(root, s.chat), 'part', s.part)
    if s.external ~= '' then
      Message.name(root, s.chat, number, s.external, '')
    end
    Due.put_off(root, 'outbox', s.chat, now, s.at)
  end

  -- nothing was tried: whoever is free takes it
  function verdicts.release(root, now, s, c)
    local key = Keys.chat(root, s.chat)
    call('HDEL', key, 'lease')
    call('HSET', key, 'tries', math.max(tonumber(c.tries or 1) - 1, 0))
    Due.at_once(root, 'outbox', s.chat, now)
    Space.notice(root, 'chat ' .. call('HGET', Keys.space(root), 'rev') .. ' '
                       .. s.chat .. ' q')
  end

  -- s: chat, message, lease, outcome, external, words, at, doubt
  function Outbox.settle(root, now, s)
    local c = read(root, s.chat)
    local number, m = head(root, s.chat)
    local ours = c.lease == s.lease
    -- a message that nobody holds and that did arrive need not be sent again
    local found = not c.lease and s.outcome == 'sent'
    if not c.channel or not m or m.id ~= s.message then
      return 'late'
    end
    if not ours and not found then
      return 'late'
    end
    if s.outcome == 'sent' then
      Health.sent(root, now, c.channel)
    elseif s.outcome ~= 'release' and s.outcome ~= 'part' then
      Health.failed(root, now, c.channel, 'send', s.words)
    end
    verdicts[s.outcome](root, now, s, c, number)
    return 'ok'
  end

  -- The channel has been mended, or may be: what waits for its next try, and is
  -- not on its way, is due at once; of the first so many that have been put off
  function Outbox.go_on(root, now, channel)
    for _, chat in ipairs(call('ZRANGE', Keys.paused(root, 'outbox'), 0,
                               LOOK_MOST - 1)) do
      local c = read(root, chat)
      if c.channel == channel and not c.lease then
        Due.at_once(root, 'outbox', chat, now)
      end
    end
  end

  -- What waits to be sent through a channel: {length, oldest (JSON)}.  Bounded:
  -- the first chats of the space's queue are looked at.
  function Outbox.waiting(root, channel)
    local length, oldest = 0, 'null'
    for _, chat in ipairs(call('ZRANGE', Keys.outbox(root), 0,
                               LOOK_MOST - 1)) do
      if call('HGET', Keys.chat(root, chat), 'channel') == channel then
        length = length + call('LLEN', Keys.out(root, chat))
        local number = call('LINDEX', Keys.out(root, chat), 0)
        local piece = number and Message.at(root, chat, number)
        local at = piece and Message.split(piece).at
        if at and (oldest == 'null' or at < oldest) then
          oldest = at
        end
      end
    end
    return {length = length, oldest = oldest}
  end
end
