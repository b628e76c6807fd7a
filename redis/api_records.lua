

-- The functions of what is kept beside the conversations: canned replies, labels
-- and what follows below; unpack, check, call a noun.  KEYS 1 is the space's root
-- and ARGV 1 now, in µs, for each of them.  They answer NOSPACE for a space that
-- is not there, UNAUTHORIZED for nobody and FORBIDDEN for whoever may not.
-- Everything here is safe to repeat.

do
  local manager, owner = Agent.manager, Agent.owner


  -- canned: ARGV now, who
  -- returns {"canned":[Canned]}, those that the caller may use
  register('canned', 2, 'no-writes', function(root, now, args)
    return Canned.list(root, Agent.caller(root, args[2], now))
  end)


  -- canned_get: ARGV now, who, id
  -- returns Canned; errors: NOTFOUND
  register('canned_get', 3, 'no-writes', function(root, now, args)
    manager(root, args[2], now)
    return Canned.get(root, Arg.id(args[3]))
  end)


  -- canned_put: creates or replaces.
  -- ARGV now, who, id, shortcut, text (literal), group or empty
  -- returns Canned; errors: INVALID
  register('canned_put', 6, '', function(root, now, args)
    local c = {shortcut = args[4], text = Arg.json(args[5], '"', '"'),
               group = args[6]}
    manager(root, args[2], now)
    return Canned.put(root, args[3], c)
  end)


  -- canned_delete: ARGV now, who, id
  -- returns ok; errors: NOTFOUND
  register('canned_delete', 3, 'allow-oom', function(root, now, args)
    local caller = manager(root, args[2], now)
    local word = Canned.delete(root, Arg.id(args[3]))
    Audit.add(root, now, caller, 'canned_deleted', args[3])
    return word
  end)


  -- label: a person changes the title or the tags of a chat.
  -- ARGV now, who, chat, title (empty: stays; = and the new one, or nothing),
  -- = or empty (the tags stay), then the tags
  -- returns Chat; errors: INVALID
  register('label', -5, '', function(root, now, args)
    local n = Arg.chat(args[3])
    local mark, title = string.match(args[4], '^(=?)(.*)$')
    local tags = {}
    if (mark == '' and title ~= '') or (args[5] ~= '=' and args[5] ~= '')
       or (args[5] == '' and #args > 5)
    then
      badcall('title or tags')
    end
    for i = 6, #args do
      tags[i - 5] = args[i]
    end
    local s = Space.open(root, now)
    local caller = Agent.caller(root, args[2], now)
    local chat = Chat.need(root, n)
    if Label.put(caller, chat, mark == '=' and title, args[5] == '=' and tags)
    then
      Chat.done(s, {Chat.save(s, chat)})
    end
    return Chat.show(s, caller, chat)
  end)


  -- contact: a client and his chats.
  -- ARGV now, who, contact
  -- returns {"contact","blocked","chats":[Chat]}
  register('contact', 3, 'no-writes', function(root, now, args)
    local n = Arg.chat(args[3])
    local s = Space.open(root, now)
    local caller = Agent.caller(root, args[2], now)
    return Person.show(s, caller, Chat.need(root, n))
  end)


  -- block: what a client sends is dropped from now on, or no longer.
  -- ARGV now, who, contact, 1|0
  -- returns ok
  register('block', 4, '', function(root, now, args)
    local n, blocked = Arg.chat(args[3]), Arg.flag(args[4])
    local caller = Agent.caller(root, args[2], now)
    Person.block(caller, Chat.need(root, n), blocked)
    return 'ok'
  end)


  -- chat_delete, contact_delete: a chat and its client, with all traces.
  -- ARGV now, who, chat
  -- returns ok; errors: NOTFOUND
  local function register_delete(what)
    register(what .. '_delete', 3, 'allow-oom', function(root, now, args)
      local n = Arg.chat(args[3])
      local s = Space.open(root, now)
      local caller = owner(root, args[2], now)
      Erase.chats(s, {Chat.need(root, n)})
      Audit.add(root, now, caller, what .. '_deleted', n)
      return 'ok'
    end)
  end

  register_delete('chat')
  register_delete('contact')


  -- audit: ARGV now, who, before, limit
  -- returns {"entries":[…],"next"}, newest first
  register('audit', 4, 'no-writes', function(root, now, args)
    local limit = Arg.limit(args[4])
    owner(root, args[2], now)
    if not string.find(args[3], '^%d*$') or #args[3] > 15 then
      fail('INVALID before is no cursor of ours')
    end
    return Audit.page(root, tonumber(args[3]) or false, limit)
  end)


  -- limit: somebody at an address does a thing that is limited.
  -- ARGV now, sessions|logins, address, most
  -- returns ok; errors: LIMIT (seconds to wait)
  register('limit', 4, '', function(root, now, args)
    if not Limit.is(args[2]) or #args[3] > 64
       or not string.find(args[3], '^[%x:.]+$')
    then
      badcall('limit')
    end
    local most = Arg.int(args[4], 1, 1000000000)
    Space.check(root)
    Limit.take(root, now, args[2], args[3], most)
    return 'ok'
  end)


  -- stats: ARGV now, who
  -- returns the body of GET stats, for owner and admin
  register('stats', 2, 'no-writes', function(root, now, args)
    local s = Space.open(root, now)
    return Stats.show(s, Agent.caller(root, args[2], now))
  end)


  -- purge: one step of what a space wants done by itself.
  -- ARGV now, where to go on, or empty
  -- returns chats erased, chats returned to their groups, where to go on or
  -- empty: all is done
  register('purge', 2, 'allow-oom', function(root, now, args)
    if not string.find(args[2], '^%d*$') or #args[2] > 16 then
      badcall('cursor')
    end
    return Purge.step(Space.open(root, now), args[2])
  end)


  -- tenant: a space as root sees it, with its usage.
  -- ARGV now, who
  -- returns Tenant; empty: no such space
  register('tenant', 2, 'no-writes', function(root, now, args)
    return Tenant.show(root, args[2], now)
  end)


  -- tenant_rule: what a space may.
  -- ARGV now, who, suspended (1|0), then the most it may have of chats, agents
  -- and channels, empty: any number
  -- returns Tenant; errors: INVALID
  register('tenant_rule', 6, 'allow-oom', function(root, now, args)
    local rules = {suspended = Arg.flag(args[3]) and '1' or '0',
                   chats = args[4], agents = args[5], channels = args[6]}
    Tenant.rule(root, args[2], now, rules)
    return Tenant.show(root, args[2], now)
  end)


  -- tenant_wipe: one step of the end of a space.
  -- ARGV now, who, cursor, empty to begin with
  -- returns the next cursor, empty: nothing is left of it
  register('tenant_wipe', 3, 'allow-oom', function(root, _, args)
    if not string.find(args[3], '^%d*$') or #args[3] > 19 then
      badcall('cursor')
    end
    return Tenant.wipe(root, args[2], args[3])
  end)


  -- parked: how many polls of the space wait in a worker.
  -- ARGV now, worker, number
  -- returns an empty string
  register('parked', 3, 'allow-oom', function(root, now, args)
    if args[2] == '' or #args[2] > 64 then
      badcall('worker')
    end
    local count = Arg.int(args[3], 0, 1000000000)
    Space.check(root)
    Tenant.parked(root, now, args[2], count)
    return ''
  end)


  -- export_begin: an owner is about to take everything away with him.
  -- ARGV now, who
  -- returns ok
  register('export_begin', 2, '', function(root, now, args)
    Audit.add(root, now, owner(root, args[2], now), 'exported')
    return 'ok'
  end)


  -- export: one page of everything, as lines of JSON.
  -- ARGV now, who, chat and message to go on with (empty: from the first)
  -- returns text, chat (empty: that was all), message
  register('export', 4, 'no-writes', function(root, now, args)
    local chat = Arg.int(args[3], 1, 900000000000000, 1)
    local from = Arg.int(args[4], 0, 900000000000000, 0)
    local s = Space.open(root, now)
    return Export.page(s, Agent.caller(root, args[2], now), chat, from)
  end)


  -- tally: one worker's news of a channel, of many webhooks at once.
  -- ARGV now, channel, node, webhooks kept (1..200), updates, odd bodies,
  -- rejected signatures, words of the last refusal, then pairs: chats (,4,2,
  -- or empty) and what is kept of a webhook (JSON object)
  -- returns ok, or none: no such channel
  register('tally', -8, '', function(root, now, args)
    local t = {node = args[3], ring = Arg.int(args[4], 1, 200),
               updates = Arg.int(args[5], 0, 1000000000),
               odd = Arg.int(args[6], 0, 1000000000),
               rejected = Arg.int(args[7], 0, 1000000000), words = args[8],
               events = {}}
    if not string.find(t.node, '^[%w._-]+$') or #t.node > 64
       or #args % 2 ~= 0
    then
      badcall('node or pairs')
    end
    for i = 9, #args, 2 do
      if not string.find(args[i], '^[%d,]*$') then
        badcall('chats')
      end
      t.events[#t.events + 1] = {chats = args[i],
                                 piece = Arg.json(args[i + 1], '{', '}')}
    end
    return Health.tell(root, now, Arg.id(args[2]), t)
  end)


  -- health: ARGV now, who, channel
  -- returns the body of GET channels/{id}/health; errors: NOTFOUND
  register('health', 3, 'no-writes', function(root, now, args)
    manager(root, args[2], now)
    local id = Arg.id(args[3])
    return Health.show(root, id, Channel.need(root, id),
                       Outbox.waiting(root, id))
  end)


  local function event_id(text)
    if not string.find(text, '^%d*$') or #text > 15 then
      fail('INVALID before is no cursor of ours')
    end
    return tonumber(text)
  end


  -- events: ARGV now, who, channel, before, limit
  -- returns {"events":[…],"next"}, newest first; errors: NOTFOUND
  register('events', 5, 'no-writes', function(root, now, args)
    local limit = Arg.limit(args[5])
    manager(root, args[2], now)
    local id = Arg.id(args[3])
    Channel.need(root, id)
    return Health.events(root, id, event_id(args[4]), limit)
  end)


  -- event: a webhook is about to be replayed.
  -- ARGV now, who, channel, event
  -- returns its body; errors: NOTFOUND, INVALID (not kept whole)
  register('event', 4, '', function(root, now, args)
    local caller = manager(root, args[2], now)
    local id = Arg.id(args[3])
    Channel.need(root, id)
    local body = Health.body(root, id, args[4])
    Audit.add(root, now, caller, 'event_replayed', id, args[4])
    return body
  end)


  -- channel_keep: credentials that the platform has told.
  -- ARGV now, who, channel, then name and sealed value of each
  -- returns ok; errors: NOTFOUND
  register('channel_keep', -5, '', function(root, now, args)
    local secrets = Channel.secrets(args, 4)
    local caller = manager(root, args[2], now)
    local names = Channel.keep(root, now, Arg.id(args[3]), secrets)
    Audit.add(root, now, caller, 'credentials_changed', args[3], names)
    return 'ok'
  end)


  -- connected: a platform was asked to send its webhooks here.
  -- ARGV now, who, channel, account (when it takes the token), note, words (why
  -- it will not, or empty).  What waits for the channel is tried at once, unless
  -- the token is refused.
  -- returns ok; errors: NOTFOUND
  register('connected', 6, '', function(root, now, args)
    local caller = manager(root, args[2], now)
    local id = Arg.id(args[3])
    Channel.need(root, id)
    Health.connected(root, now, id, args[4], args[5], args[6])
    if args[6] == '' then
      Audit.add(root, now, caller, 'channel_connected', id)
    end
    if args[6] == '' or args[4] ~= '' then
      Outbox.go_on(root, now, id)
      Lookup.go_on(root, now, id)
      Space.notice(root, 'channel ' .. id)
    end
    return 'ok'
  end)
end
