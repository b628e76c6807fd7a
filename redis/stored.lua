

-- Stored: a chat as it lies in its hash, `chat:{n}`.
--
-- What each message reads and changes are small words, and an entry of a hash
-- costs as much memory and time as four of them.  So they are one field, `hot`,
-- and what is known of the client is another, `known`: MessagePack, one value
-- after another.  Chats from before there were these have each in a field of its
-- own; they are read as well, for ever, and become the others when written.

local Stored = {}

do
  local WORDS = {'status', 'group', 'parts', 'polled', 'blocked', 'gen', 'nm',
                 'nc', 'na', 'nb', 'waits', 'rev', 'heard'}

  -- what a platform tells of people
  Stored.NAMES = {'name', 'username', 'phone', 'email'}

  -- what is packed, or, of a chat from before, its fields, '' where there is none
  local function values(root, n, packed, fields)
    if packed then
      return cmsgpack.unpack(packed)
    end
    local list = call('HMGET', Keys.chat(root, n), unpack(fields))
    for i = 1, #fields do
      list[i] = list[i] or ''
    end
    return unpack(list)
  end

  -- What is hot of a chat, a value for each of WORDS, '' where there is nothing; no
  -- status: there is no such chat.  hot: the field, or false.  From before, counts
  -- are digits.
  function Stored.words(root, n, hot)
    return values(root, n, hot, WORDS)
  end

  -- the same by name
  function Stored.look(root, n, hot)
    local words = {Stored.words(root, n, hot)}
    local by_name = {}
    for i, name in ipairs(WORDS) do
      by_name[name] = words[i]
    end
    return by_name
  end

  -- name, username, phone and email of its client; known: the field, or false
  function Stored.names(root, n, known)
    return values(root, n, known, Stored.NAMES)
  end

  -- who: has these four
  function Stored.known(who)
    return cmsgpack.pack(who.name, who.username, who.phone, who.email)
  end

  -- the field of a chat that has been read or made
  function Stored.hot(chat)
    return cmsgpack.pack(chat.status, chat.group, chat.parts, chat.polled,
                         chat.blocked, chat.gen, chat.nm, chat.nc, chat.na,
                         chat.nb, chat.waits, chat.rev, chat.heard)
  end

  -- writes fields of a chat; one from before has them in its own way no more
  function Stored.write(chat, flat)
    local key = Keys.chat(chat.root, chat.n)
    if chat.before then
      call('HSET', key, 'known', chat.known)
      call('HDEL', key, unpack(WORDS))
      call('HDEL', key, unpack(Stored.NAMES))
    end
    call('HSET', key, unpack(flat))
  end

  -- only what is hot has changed
  function Stored.keep(chat)
    Stored.write(chat, {'hot', Stored.hot(chat)})
  end
end
