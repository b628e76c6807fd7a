

-- Erase: a chat goes, and its client with it: transcript, files' handles, what
-- waits to be sent, places in lists, who has read how much.  What stays is its
-- number in the feeds, as a tombstone, so that whoever shows it is told that it
-- is gone.  After a day it goes as well; who asks from before then reads anew.
--
-- Whatever else is kept of a chat under a key of its own is added to keys_of().

local Erase = {}

do
  -- how long a tombstone stands, µs, and how many go in one call
  local STANDS = 86400000000
  local TRIM_MOST = 200

  local function keys_of(root, n)
    return Keys.chat(root, n), Keys.log(root, n), Keys.changed(root, n),
           Keys.external(root, n), Keys.named(root, n), Keys.album(root, n),
           Keys.refs(root, n)
  end

  -- only who has it can be told that it is gone
  local function bury(s, chat)
    local rev = Space.take(s)
    call('ZADD', Keys.gone(s.root), rev, chat.n)
    for _, key in ipairs(chat.left.feeds) do
      call('ZADD', key, 'XX', rev, chat.n)
    end
    return rev
  end

  local function forget_client(root, chat)
    local key = Keys.contacts(root, chat.channel)
    if call('HGET', key, chat.user) == chat.n then
      call('HDEL', key, chat.user)
    end
  end

  local function one(s, chat)
    forget_client(s.root, chat)
    chat.said, chat.heard_by_visitor = true, chat.polled == '1'
    Chat.lift(s, chat)
    Chat.rest(s, chat)
    local words = Chat.words(chat, bury(s, chat), 'c', chat.left.audience)
    s[chat.status] = s[chat.status] - 1
    Chat.tally(s.root, chat, chat.status, chat.group, -1)
    s.messages, s.bytes = s.messages - chat.nm, s.bytes - chat.nb
    Outbox.drop(s.root, chat.n)
    Lookup.drop(s.root, chat.n)
    Health.forget(s.root, chat.channel, chat.n, chat.user)
    File.doom(s.root, chat.n, 'v:' .. chat.channel .. ':' .. chat.user)
    call('UNLINK', keys_of(s.root, chat.n))
    return words
  end

  -- what each agent has read of them
  local function forget_reading(root, numbers)
    local ids = call('SMEMBERS', Keys.agents(root))
    ids[#ids + 1] = 'root'
    for _, id in ipairs(ids) do
      call('HDEL', Keys.seen(root, id), unpack(numbers))
      call('ZREM', Keys.feed_reads(root, id), unpack(numbers))
    end
  end

  -- Chats that have been read, some tens of them; s: the open space.  Publishes
  function Erase.chats(s, chats)
    local words, numbers = {}, {}
    for i, chat in ipairs(chats) do
      words[i] = one(s, chat)
      numbers[i] = chat.n
    end
    forget_reading(s.root, numbers)
    s.counted = true
    Chat.done(s, words)
  end

  -- every feed that there is
  local function feeds(root)
    local keys = {Keys.feed(root), Keys.feed_group(root, ''),
                  Keys.feed_agent(root, 'root')}
    for _, id in ipairs(call('SMEMBERS', Keys.groups(root))) do
      keys[#keys + 1] = Keys.feed_group(root, id)
    end
    for _, id in ipairs(call('SMEMBERS', Keys.agents(root))) do
      keys[#keys + 1] = Keys.feed_agent(root, id)
    end
    return keys
  end

  -- Takes old tombstones out of the feeds.  True: there may be more
  function Erase.trim(s)
    local flat = call('ZRANGEBYSCORE', Keys.gone(s.root), '-inf',
                      Num.text(s.now - STANDS), 'WITHSCORES',
                      'LIMIT', 0, TRIM_MOST)
    if #flat == 0 then
      return false
    end
    local numbers = {}
    for i = 1, #flat, 2 do
      numbers[#numbers + 1] = flat[i]
    end
    if s.renamed < tonumber(flat[#flat]) then
      call('HSET', Keys.space(s.root), 'renamed', flat[#flat])
    end
    for _, key in ipairs(feeds(s.root)) do
      call('ZREM', key, unpack(numbers))
    end
    call('ZREM', Keys.gone(s.root), unpack(numbers))
    return #numbers == TRIM_MOST
  end
end
