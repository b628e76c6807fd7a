

-- Keys: the names of everything in Redis, made here and nowhere else; what
-- lies under each is in docs/redis.md.  Space: what concerns all of it, its
-- clock and its notices.

local Keys = {}

function Keys.space(root) return root .. ':space' end
function Keys.chat(root, n) return root .. ':chat:' .. n end
function Keys.log(root, n) return root .. ':log:' .. n end
function Keys.changed(root, n) return root .. ':chg:' .. n end
function Keys.external(root, n) return root .. ':ext:' .. n end
function Keys.named(root, n) return root .. ':named:' .. n end
function Keys.album(root, n) return root .. ':album:' .. n end
function Keys.refs(root, n) return root .. ':ref:' .. n end
function Keys.file(root, id) return root .. ':file:' .. id end
function Keys.files(root) return root .. ':files' end
function Keys.doomed(root) return root .. ':doomed' end
function Keys.out(root, n) return root .. ':out:' .. n end
function Keys.contacts(root, channel) return root .. ':contacts:' .. channel end

function Keys.order_status(root, s) return root .. ':order:s:' .. s end
function Keys.order_group(root, g) return root .. ':order:g:' .. g end
function Keys.order_agent(root, a) return root .. ':order:a:' .. a end
function Keys.order_closed(root, a) return root .. ':order:c:' .. a end
function Keys.order_waiting(root) return root .. ':order:w' end

function Keys.feed(root) return root .. ':feed' end
function Keys.gone(root) return root .. ':gone' end
function Keys.feed_group(root, g) return root .. ':feed:g:' .. g end
function Keys.feed_agent(root, a) return root .. ':feed:a:' .. a end
function Keys.feed_reads(root, a) return root .. ':feed:r:' .. a end

function Keys.unread(root, a) return root .. ':unread:' .. a end
function Keys.seen(root, a) return root .. ':seen:' .. a end
function Keys.outbox(root) return root .. ':outbox' end
function Keys.waits(root) return root .. ':waits' end
function Keys.lookups(root) return root .. ':lookups' end
function Keys.looking(root) return root .. ':looking' end
function Keys.paused(root, queue) return root .. ':paused:' .. queue end
function Keys.whole(root, n) return root .. ':whole:' .. n end
function Keys.idem(root, a, digest)
  return root .. ':idem:' .. a .. ':' .. digest
end

function Keys.channels(root) return root .. ':channels' end
function Keys.channel(root, id) return root .. ':channel:' .. id end
function Keys.health(root, id) return root .. ':health:' .. id end
function Keys.events(root, id) return root .. ':events:' .. id end
function Keys.groups(root) return root .. ':groups' end
function Keys.group(root, id) return root .. ':group:' .. id end
function Keys.audit(root) return root .. ':audit' end
function Keys.canned(root) return root .. ':canned' end
function Keys.agents(root) return root .. ':agents' end
function Keys.agent(root, id) return root .. ':agent:' .. id end
function Keys.token(root, digest) return root .. ':token:' .. digest end
function Keys.tokens(root, a) return root .. ':tokens:' .. a end
function Keys.token_ids(root) return root .. ':tokens' end
function Keys.limit(root, what, who)
  return root .. ':limit:' .. what .. ':' .. who
end
function Keys.online(root) return root .. ':online' end
function Keys.away(root) return root .. ':away' end
function Keys.serving(root) return root .. ':serving' end

function Keys.load(root) return root .. ':load' end
function Keys.firsts(root, day) return root .. ':firsts:' .. day end
function Keys.parked(root) return root .. ':parked' end
function Keys.wiping(root) return root .. ':wiping' end

function Keys.notice(root) return root .. ':notice' end

-- outside of all spaces: the registry of them
function Keys.spaces() return 'inbox:spaces' end

-- the name of the space that a root belongs to
function Keys.name(root) return string.sub(root, 8, -2) end


local Space = {}

-- Ends the call with FORBIDDEN when that is what the hash says; hook: it is a
-- platform's, which must come again later
function Space.must_serve(suspended, hook)
  if suspended == '1' then
    fail((hook and 'SUSPENDED 3600' or 'FORBIDDEN')
         .. ' this space is suspended')
  end
end

-- ends the call with NOSPACE when the space is not there.  Nothing is found in
-- a space that does not exist, so ask when something was not found.
function Space.check(root)
  local f = call('HMGET', Keys.space(root), 'v', 'suspended')
  if not f[1] then
    fail('NOSPACE ' .. Keys.name(root))
  end
  Space.must_serve(f[2])
end

-- the next rev after last (digits, or false), as digits; nothing is written
function Space.next(last, now)
  last = tonumber(last or 0) or 0
  if last >= now then
    return Num.text(last + 1)
  end
  return Num.text(now)
end

-- takes the next rev: max(last + 1, now), as digits
function Space.rev(root, now)
  local key = Keys.space(root)
  local rev = Space.next(call('HGET', key, 'rev'), now)
  call('HSET', key, 'rev', rev)
  return rev
end

do
  local REST = {__index = function(s, field)
    if field ~= 'seq' and field ~= 'locale' and field ~= 'name'
       and field ~= 'plan' and field ~= 'reset' and field ~= 'unassigned'
       and field ~= 'active' and field ~= 'inactive' and field ~= 'renamed'
    then
      return nil
    end
    local f = call('HMGET', Keys.space(s.root), 'seq', 'locale', 'name', 'plan',
                   'reset', 'n:unassigned', 'n:active', 'n:inactive',
                   'renamed')
    s.seq, s.locale, s.name = tonumber(f[1] or 0), f[2] or 'uk', f[3] or ''
    s.plan, s.reset = f[4] or 'free', tonumber(f[5] or 0)
    s.unassigned, s.active = tonumber(f[6] or 0), tonumber(f[7] or 0)
    s.inactive, s.renamed = tonumber(f[8] or 0), tonumber(f[9] or 0)
    return rawget(s, field)
  end}

  -- A space for one call: {root, now, rev, gen, messages, bytes}, and, read when it is first asked
  -- for, {seq, locale, name, plan, reset, unassigned, active, inactive, renamed}.  NOSPACE if
  -- it is not there.  Changes stay in the table until Space.close(); made: chats
  -- of this call that are not counted yet, see Chat.make().  channel:
  -- an id, then `gate` is what the clock's hash has of it, see Channel; hook: for
  -- a platform
  function Space.open(root, now, channel, hook)
    local f = call('HMGET', Keys.space(root), 'v', 'rev', 'gen', 'messages',
                   'bytes', 'suspended', 'gate:' .. (channel or ''))
    if not f[1] then
      fail('NOSPACE ' .. Keys.name(root))
    end
    Space.must_serve(f[6], hook)
    return setmetatable({root = root, now = now, rev = tonumber(f[2] or 0),
                         gen = f[3] or '0', messages = tonumber(f[4] or 0),
                         bytes = tonumber(f[5] or 0), gate = f[7],
                         places = false, made = 0}, REST)
  end
end

-- a rev of an open space, as digits: each message and each change of a chat has
-- its own, so that a page can end behind any of them
function Space.take(s)
  if s.rev >= s.now then
    s.rev = s.rev + 1
  else
    s.rev = s.now
  end
  return Num.text(s.rev)
end

-- writes the clock back and what is stored; counted: and the numbers of chats
function Space.close(s, counted)
  local key = Keys.space(s.root)
  call('HSET', key, 'rev', Num.text(s.rev), 'messages',
       Num.text(s.messages), 'bytes', Num.text(s.bytes))
  if counted then
    call('HSET', key, 'seq', s.seq, 'n:unassigned', s.unassigned,
         'n:active', s.active, 'n:inactive', s.inactive)
  end
end

-- A small hash Redis keeps as one text, and looks through it for each field;
-- this one is asked for ten fields in every call.  One value longer than the
-- hash-max-listpack-value that docs/operations.md wants makes a table of it.
function Space.widen(root)
  local key, wide = Keys.space(root), string.rep('w', 1025)
  if call('HSTRLEN', key, 'wide') < #wide then
    call('HSET', key, 'wide', wide)
  end
end

-- The process that holds the data is another one than before: it may have lost
-- its last writes, so what was told up to now cannot be vouched for.
function Space.boot(s, run)
  local key = Keys.space(s.root)
  Space.widen(s.root)
  local before = call('HGET', key, 'run')
  if before == run then
    return
  end
  call('HSET', key, 'run', run)
  if before then
    call('HSET', key, 'reset', Space.take(s))
    Space.close(s)
  end
end

-- Somebody or something that chats name is called otherwise now.  No chat is
-- touched, however many show it: their pieces are made anew when they are read,
-- and lists from before are read again from their first page.  Gives a line for
-- the caller's notice.
function Space.rename(root, now)
  local key = Keys.space(root)
  call('HINCRBY', key, 'gen', 1)
  call('HSET', key, 'renamed', Space.rev(root, now))
  return 'names'
end

-- publishes; words as in docs/redis.md.  Last, and once in a call
function Space.notice(root, words)
  call('PUBLISH', Keys.notice(root), words)
end
