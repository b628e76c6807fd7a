

-- The functions of the settings, of the outbox and of `me`: unpack, check,
-- call a noun.  All of them answer NOSPACE for a space that is not there;
-- those with `who` answer UNAUTHORIZED for nobody and FORBIDDEN for whoever
-- may not.  Everything here is safe to repeat.  KEYS 1 is the space's root and
-- ARGV 1 now, in µs, for each of them.

do
  local LOOKED = {found = true, later = true, never = true, release = true}
  local OUTCOMES = {sent = true, later = true, never = true, release = true,
                    part = true}
  local TIME_MAX = 9000000000000000
  -- longest window of a platform, s
  local WINDOW_MAX = 31536000
  -- an hour, in µs
  local LEASE_MAX = 3600000000

  -- enabled and the like: not given is yes
  local function yes(text)
    return (text == '' or Arg.flag(text)) and '1' or '0'
  end

  local function token_id(text)
    if #text > 64 or not string.find(text, '^[%w_-]+$') then
      badcall('token id')
    end
    return text
  end

  local function digest(text)
    if #text ~= 64 or not string.find(text, '^[0-9a-f]+$') then
      badcall('digest')
    end
    return text
  end

  local manager, owner = Agent.manager, Agent.owner


  -- me: who am I, and what waits for me.
  -- ARGV now, who
  -- returns the body of GET me, who for a session's cookie
  register('me', 2, 'no-writes', function(root, now, args)
    local body = Admin.me(root, Agent.caller(root, args[2], now), now)
    local digest = string.match(args[2], '^digest:(%x+)$')
    local id = digest and call('HGET', Keys.token(root, digest), 'id')
    return {body, id and 'token:' .. id or args[2]}
  end)


  -- seen: the caller's page has asked for something.
  -- ARGV now, who
  -- returns an empty string
  register('seen', 2, '', function(root, now, args)
    Presence.seen(root, Agent.caller(root, args[2], now).id, now)
    return ''
  end)


  -- away: the caller goes, or comes back.
  -- ARGV now, who, 1|0
  -- returns an empty string
  register('away', 3, '', function(root, now, args)
    local away = Arg.flag(args[3])
    Presence.away(root, Agent.caller(root, args[2], now).id, away)
    return ''
  end)


  -- attended: is one of the agents that a channel feeds there?
  -- ARGV now, channel, its rev as the caller knows it
  -- returns 1|0, integer; errors: NOTFOUND, STALE
  register('attended', 3, 'no-writes', function(root, now, args)
    local c = Channel.get(root, Arg.id(args[2]))
    Space.check(root)
    if not c then
      fail('NOTFOUND no such channel')
    end
    if c.rev ~= args[3] then
      fail('STALE channel ' .. args[2])
    end
    return Presence.any(root, c.group or '', now) and 1 or 0
  end)


  -- the length of the lease and the most jobs that a worker asks for; nothing
  -- when the space is suspended
  local function leasing(root, args)
    if #args[2] > 200 then
      badcall('worker')
    end
    local lease, limit = Arg.int(args[3], 1, LEASE_MAX), Arg.limit(args[4])
    if call('HGET', Keys.space(root), 'suspended') == '1' then
      return nil
    end
    Space.check(root)
    return lease, limit
  end


  -- claim: takes what is due, for the length of a lease.
  -- ARGV now, worker, lease in µs, limit (1..200)
  -- returns the jobs, each an array of strings: chat, message id, lease,
  -- tries, doubt, channel, its rev, kind, user, text literal, external id of
  -- the message that it replies to, author's name, attachments, the part to begin
  -- with, when the client wrote last; last: the time of the next due entry, how
  -- many chats wait, since when, and the time of the next due look-up; or empty
  register('claim', 4, '', function(root, now, args)
    local lease, limit = leasing(root, args)
    if not lease then
      return {''}
    end
    return Lookup.beside(root, now,
                         Outbox.claim(root, now, args[2], lease, limit))
  end)


  -- settle: what came of a job.
  -- ARGV now, chat, message id, lease, sent|later|never|release|part, external
  -- id, words of the platform (part: which one is next), time of the next try in
  -- µs (later; part: of the lease's end), doubt (1/0)
  -- returns ok, or late: the lease was not the caller's any more
  register('settle', 9, 'allow-oom', function(root, now, args)
    local s = {chat = Arg.chat(args[2]), message = args[3], lease = args[4],
               outcome = Arg.word(args[5], OUTCOMES), external = args[6],
               words = args[7],
               doubt = Arg.flag(args[9])}
    if #s.external > 512 or s.lease == '' or s.message == '' then
      badcall('message, lease or external id')
    end
    if s.outcome == 'part' then
      s.part = Arg.int(args[7], 0, 100)
    end
    if s.outcome == 'later' or s.outcome == 'part' then
      s.at = Arg.int(args[8], 1, TIME_MAX)
    end
    -- what is on its way when the space is suspended has its end all the same
    if call('EXISTS', Keys.space(root)) == 0 then
      fail('NOSPACE ' .. Keys.name(root))
    end
    return Outbox.settle(root, now, s)
  end)


  -- look: takes clients who are to be looked up, and messages whose rest is to
  -- be fetched, for the length of a lease.
  -- ARGV now, worker, lease in µs, limit (1..200)
  -- returns jobs, each an array of strings: entry (the chat; of a message, the
  -- chat, `-` and the platform's id of it), lease, tries, channel, user, the
  -- platform's id of the message or nothing, and then the location's prefix
  register('look', 4, '', function(root, now, args)
    local lease, limit = leasing(root, args)
    if not lease then
      return {}
    end
    return Lookup.claim(root, now, args[2], lease, limit)
  end)


  -- what was found of a client, and of a message
  local function face_of(a, args)
    a.name, a.username, a.phone, a.email = args[8], args[9], args[10], args[11]
    a.avatar = args[12]
    if string.find(a.avatar, '[^\33-\126]') then
      badcall('picture')
    end
  end

  local function content_of(a, args)
    a.text, a.preview = Arg.json(args[8], '"', '"'), Arg.json(args[9], '"', '"')
    a.attachments = Arg.json(args[10], '[', ']')
    a.count, a.refs = Arg.int(args[11], 0, 1000), Arg.refs(args[12])
  end


  -- looked: what came of one.
  -- ARGV now, entry, lease, found|later|never|release, time of the next try in
  -- µs (later, release), whether the whole channel waits until then (1/0), words
  -- of the platform for its health; found, of a client: name, username, phone,
  -- email, handle of the picture; of a message: text, preview, attachments, their
  -- number, refs
  -- returns ok, or late: the lease was not the caller's any more
  register('looked', 12, 'allow-oom', function(root, now, args)
    local n, message = string.match(args[2], '^(%d+)%-(.+)$')
    Arg.chat(n or args[2])
    local a = {lease = args[3], outcome = Arg.word(args[4], LOOKED),
               all = Arg.flag(args[6]), words = args[7]}
    if #a.lease < 2 or #args[2] > 600 then
      badcall('lease or entry')
    end
    if a.outcome == 'later' or a.outcome == 'release' then
      a.at = Arg.int(args[5], 1, TIME_MAX)
    elseif a.outcome == 'found' then
      (message and content_of or face_of)(a, args)
    end
    return Lookup.settle(Space.open(root, now), args[2], a)
  end)


  -- picture_lost: a client's picture cannot be shown any more.
  -- ARGV now, chat, file, prefix of the location, whether it may be asked for
  -- again (1/0)
  -- returns ok, or late: it is not his picture any more
  register('picture_lost', 5, 'allow-oom', function(root, now, args)
    local n, ask = Arg.chat(args[2]), Arg.flag(args[5])
    return Lookup.lost(Space.open(root, now), n, args[3], args[4], ask)
  end)


  -- space_put: creates a space (root only) or replaces its settings (owner).
  -- ARGV now, who, name, locale, retention_days, plans_url, plan,
  -- return_minutes or nothing
  -- returns Space; errors: INVALID, INUSE (it is being deleted)
  register('space_put', -7, '', function(root, now, args)
    if #args > 8 then
      badcall('number of arguments')
    end
    return Space.put(root, args[2], now,
                     {name = args[3], locale = args[4],
                      retention_days = args[5], plans_url = args[6],
                      plan = args[7], return_minutes = args[8] or ''})
  end)


  -- space: its settings, for an owner.
  -- ARGV now, who
  -- returns Space
  register('space', 2, 'no-writes', function(root, now, args)
    return Space.get(root, args[2], now)
  end)


  -- channel_put: creates or replaces a channel.
  -- ARGV now, who, id, kind, title, group, enabled, settings, text limit,
  -- unit, polled, window (s, 0: none), hook_url, then name and sealed value of
  -- each credential of the kind (= stays, empty: removed, ?sealed: only if none
  -- is set).  What waits for a channel whose credentials, settings or switch are
  -- others now is tried at once.
  -- returns Channel, created|replaced, comma list of the ? that were used;
  -- errors: INVALID, INUSE
  register('channel_put', -13, '', function(root, now, args)
    local c = {kind = args[4], title = args[5], group = args[6],
               enabled = yes(args[7]),
               settings = (args[8] == '') and '{}' or args[8],
               limit = Num.text(Arg.int(args[9], 0, 1000000, 0)),
               unit = (args[10] == '') and 'chars' or args[10],
               polled = Arg.flag(args[11]) and '1' or '0'}
    local window = Arg.int(args[12], 0, WINDOW_MAX, 0)
    c.window = (window > 0) and Num.text(window) or nil
    local secrets = Channel.secrets(args, 14)
    local caller = manager(root, args[2], now)
    local answer, changed, mended = Channel.put(root, now, args[3], c, secrets,
                                                args[13])
    if changed ~= '' then
      Audit.add(root, now, caller, 'credentials_changed', args[3], changed)
    end
    if mended then
      Outbox.go_on(root, now, args[3])
      Lookup.go_on(root, now, args[3])
    end
    return answer
  end)


  -- channel: for the module itself, credentials sealed.
  -- ARGV now, id
  -- returns the hash, flat; empty: no such channel
  register('channel', 2, 'no-writes', function(root, _, args)
    local flat = call('HGETALL', Keys.channel(root, Arg.id(args[2])))
    if #flat == 0 then
      Space.check(root)
    end
    return flat
  end)


  -- channel_get: ARGV now, who, id, hook_url
  -- returns Channel; errors: NOTFOUND
  register('channel_get', 4, 'no-writes', function(root, now, args)
    manager(root, args[2], now)
    return Channel.show(root, Arg.id(args[3]), args[4])
  end)


  -- channel_delete: ARGV now, who, id, force
  -- returns ok; errors: NOTFOUND, INUSE (chats came through it, not with force:
  -- they stay readable)
  register('channel_delete', 4, 'allow-oom', function(root, now, args)
    local force = Arg.flag(args[4])
    local caller = manager(root, args[2], now)
    local word = Channel.delete(root, Arg.id(args[3]), force)
    Audit.add(root, now, caller, 'channel_deleted', args[3])
    return word
  end)


  -- channels: ARGV now, who, prefix of hook_url
  -- returns {"channels":[Channel]}; for an agent id, kind and title
  register('channels', 3, 'no-writes', function(root, now, args)
    local caller = Agent.caller(root, args[2], now)
    return Channel.list(root, Agent.manages(caller), args[3])
  end)


  -- group_put: ARGV now, who, id, name, agents (comma list)
  -- returns Group; errors: INVALID
  register('group_put', 5, '', function(root, now, args)
    local caller = manager(root, args[2], now)
    local group, moved = Group.put(root, now, args[3], args[4], args[5])
    if moved ~= '' then
      Audit.add(root, now, caller, 'members_changed', args[3], moved)
    end
    return group
  end)


  -- group_get: ARGV now, who, id
  -- returns Group; errors: NOTFOUND
  register('group_get', 3, 'no-writes', function(root, now, args)
    manager(root, args[2], now)
    return Group.get(root, Arg.id(args[3]))
  end)


  -- group_delete: ARGV now, who, id, force
  -- returns ok, or more: chats are left, call again; errors: NOTFOUND, INUSE
  -- (chats or channels use it, not with force: they become everybody's)
  register('group_delete', 4, 'allow-oom', function(root, now, args)
    local force = Arg.flag(args[4])
    local caller = manager(root, args[2], now)
    local word = Group.delete(root, now, Arg.id(args[3]), force)
    if word == 'ok' then
      Audit.add(root, now, caller, 'group_deleted', args[3])
    end
    return word
  end)


  -- groups: ARGV now, who
  -- returns {"groups":[Group]}
  register('groups', 2, 'no-writes', function(root, now, args)
    Agent.caller(root, args[2], now)
    return Group.list(root)
  end)


  -- agent_put: ARGV now, who, id, name, role, enabled
  -- returns Agent; errors: INVALID
  register('agent_put', 6, '', function(root, now, args)
    local a = {name = args[4], role = args[5], enabled = yes(args[6])}
    local caller = manager(root, args[2], now)
    return Admin.put(root, caller, args[3], a, now)
  end)


  -- agent_get: ARGV now, who, id
  -- returns Agent; errors: NOTFOUND
  register('agent_get', 3, 'no-writes', function(root, now, args)
    manager(root, args[2], now)
    return Admin.agent(root, Arg.id(args[3]), now)
  end)


  -- agent_delete: he is out at once and leaves his chats.
  -- ARGV now, who, id
  -- returns ok, or more: chats are left, call again; errors: NOTFOUND
  register('agent_delete', 3, 'allow-oom', function(root, now, args)
    local caller = manager(root, args[2], now)
    return Admin.delete(root, now, caller, Arg.id(args[3]))
  end)


  -- agents: ARGV now, who
  -- returns {"agents":[Agent]}, root not among them
  register('agents', 2, 'no-writes', function(root, now, args)
    Agent.caller(root, args[2], now)
    return Admin.agents(root, now)
  end)


  -- token_add: ARGV now, who, agent, token id, digest, name, expires (µs)
  -- returns Token, without the token; errors: NOTFOUND, INVALID, MISMATCH
  register('token_add', 7, '', function(root, now, args)
    local t = {id = token_id(args[4]), digest = digest(args[5]),
               name = args[6], expires = Arg.int(args[7], 1, TIME_MAX, false)}
    local caller = owner(root, args[2], now)
    return Token.add(root, now, caller, Arg.id(args[3]), t)
  end)


  -- tokens: ARGV now, who, agent
  -- returns {"tokens":[Token]}; errors: NOTFOUND
  register('tokens', 3, 'no-writes', function(root, now, args)
    owner(root, args[2], now)
    return Token.list(root, Arg.id(args[3]))
  end)


  -- token_delete: ARGV now, who, agent, token id
  -- returns ok; errors: NOTFOUND
  register('token_delete', 4, 'allow-oom', function(root, now, args)
    local caller = owner(root, args[2], now)
    return Token.delete(root, now, caller, Arg.id(args[3]), args[4])
  end)
end
