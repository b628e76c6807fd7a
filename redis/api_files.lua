

-- The functions of files; unpack, check, call File.  KEYS 1 is the space's root
-- and ARGV 1 now, in µs.

do
  local function file(args, i)
    return {id = args[i], type = args[i + 1], name = args[i + 2],
            mime = args[i + 3], size = Arg.int(args[i + 4], 0, 1e15)}
  end


  -- upload: an agent has uploaded a file.
  -- ARGV now, who, id, type, name, mime, size, idempotency key or empty, digest
  -- returns {"id","type","name","mime","size"}, of the first one when the key
  -- has come before; errors: UNAUTHORIZED, MISMATCH
  register('upload', 9, '', function(root, now, args)
    local f = file(args, 3)
    f.size = args[7]
    local s = Space.open(root, now)
    local caller = Agent.caller(root, args[2], now)
    return File.add(s, caller.id, f, args[8], args[9])
  end)


  -- upload_visitor: a visitor who has a chat has.
  -- ARGV now, channel, its rev, user, files an hour (0: any), id, type, name,
  -- mime, size, idempotency key or empty, digest
  -- returns as above; errors: NOTFOUND channel, STALE, FORBIDDEN (blocked, or no
  -- chat yet), LIMIT, MISMATCH
  register('upload_visitor', 12, '', function(root, now, args)
    local id, most = Arg.id(args[2]), Arg.int(args[5], 0, 1000000)
    local f = file(args, 6)
    f.size = args[10]
    local s = Space.open(root, now, id)
    Event.channel(s, id, args[3], true)
    local n = Contact.chat(root, id, args[4])
    if not n then
      fail('FORBIDDEN the first message comes before files')
    end
    if Chat.read(root, n).blocked ~= '' then
      fail('FORBIDDEN you cannot write here')
    end
    local function limit()
      Limit.files(root, now, n, most)
    end
    return File.add(s, 'v:' .. id .. ':' .. args[4], f, args[11], args[12],
                    most > 0 and limit or nil)
  end)


  -- file: a file of a chat that the caller may see.
  -- ARGV now, who, chat, id
  -- returns its handle (JSON object), the chat's channel; errors: NOTFOUND
  register('file', 4, 'no-writes', function(root, now, args)
    local n = Arg.chat(args[3])
    Space.check(root)
    local caller = Agent.caller(root, args[2], now)
    local chat = Chat.need(root, n)
    Turn.must_see(caller, chat)
    return {File.of(root, n, args[4]), chat.channel}
  end)


  -- file_signed: an upload, for whoever has a signed link to it.
  -- ARGV now, id
  -- returns its handle; errors: NOTFOUND
  register('file_signed', 2, 'no-writes', function(root, _, args)
    Space.check(root)
    return File.signed(root, args[2])
  end)


  -- file_sweep: what is to be removed from disk.
  -- ARGV now, then ids that have been
  -- returns ids, at most 100; calling again without them gives the same
  register('file_sweep', -1, 'allow-oom', function(root, now, args)
    local gone = {}
    for i = 2, #args do
      gone[#gone + 1] = args[i]
    end
    return File.sweep(root, now, gone)
  end)
end
