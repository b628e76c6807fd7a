

-- The functions of what is kept beside the conversations: canned replies and
-- what follows below; unpack, check, call a noun.  KEYS 1 is the space's root
-- and ARGV 1 now, in µs, for each of them.  They answer NOSPACE for a space that
-- is not there, UNAUTHORIZED for nobody and FORBIDDEN for whoever may not.
-- Everything here is safe to repeat.

do
  -- the caller, who must be owner or admin
  local function manager(root, who, now)
    local caller = Agent.caller(root, who, now)
    Agent.must_manage(caller)
    return caller
  end


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
    manager(root, args[2], now)
    return Canned.delete(root, Arg.id(args[3]))
  end)
end
