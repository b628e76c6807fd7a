

-- File: what people have uploaded, and the handles of all bytes that belong to
-- a chat.  The bytes lie on disk, under the file's id; here is who may have them.
--
-- An upload belongs to its uploader (an agent's id, or v:channel:user of a
-- visitor) until it is attached to a message, once; from then on to the chat.
-- What nobody attaches within a day goes.  ref:{n} of a chat holds for each file
-- a JSON object: {"ref"} of a platform's, {"local":true} of an upload, with
-- name, mime, type and size.
--
-- Bytes that nobody can reach any more are `doomed`: the ids wait there until a
-- worker has removed them from disk and says so.

local File = {}

do
  local DAY = 86400000000
  local DAY_S = 86400
  -- ids in one answer of the sweep
  local STEP = 100
  -- files without a message that are looked at when a visitor goes
  local LOOSE = 1000
  -- files in one message
  local MOST = 10

  local TYPES = {image = true, video = true, audio = true, file = true}

  local function show(id, f)
    return '{"id":"' .. id .. '","type":"' .. f[1] .. '","name":'
           .. Json.quote(f[2]) .. ',"mime":' .. Json.quote(f[3])
           .. ',"size":' .. f[4]
  end

  local function read(root, id)
    local f = call('HMGET', Keys.file(root, id), 'type', 'name', 'mime', 'size',
                   'who', 'chat')
    return f[1] and f or nil
  end

  -- what this key has brought already, or nil
  local function before(root, key, digest)
    local value = key and call('GET', key)
    if not value then
      return nil
    end
    local body, id = string.match(value, '^(%S*) (%x+)$')
    if body ~= digest then
      fail('MISMATCH this key came with another body')
    end
    local f = read(root, id)
    return f and show(id, f) .. '}'
  end

  -- f: id, type, name, mime, size.  Gives the file as its uploader sees it; one
  -- that came with the same key is the first one.  limit: is called before
  -- anything is written, to end the call of who comes too often; or nil
  function File.add(s, owner, f, key, digest, limit)
    if not TYPES[f.type] or not string.find(f.id, '^%x+$') or #f.id ~= 32 then
      badcall('file')
    end
    -- a visitor's own id is told by no key that stays when he is erased
    local once = key ~= '' and Keys.idem(s.root, 'files', redis.sha1hex(
                                         owner .. ' ' .. key))
    local known = before(s.root, once, digest)
    if known then
      return known
    end
    if limit then
      limit()
    end
    call('HSET', Keys.file(s.root, f.id), 'who', owner, 'type', f.type, 'name',
         f.name, 'mime', f.mime, 'size', f.size)
    call('ZADD', Keys.files(s.root), Num.text(s.now), f.id)
    if once then
      call('SET', once, digest .. ' ' .. f.id, 'EX', DAY_S)
    end
    return show(f.id, {f.type, f.name, f.mime, f.size}) .. '}'
  end

  -- text: '' or the location's prefix and ids, with tabs between them -> what
  -- attach() takes, or nil.  Writes nothing; INVALID ends the call
  function File.find(root, owner, text)
    if not string.find(text, '\t', 1, true) then
      return nil
    end
    local prefix, ids = string.match(text, '^([^\t]*)(\t.*)$')
    local list, seen = {prefix = prefix}, {}
    for id in string.gmatch(ids, '\t([^\t]+)') do
      local f = string.find(id, '^%x+$') and #id == 32 and read(root, id)
      if not f or f[5] ~= owner or f[6] or seen[id] then
        fail('INVALID attachments name a file that is not there')
      end
      seen[id] = true
      list[#list + 1] = {id = id, f = f}
    end
    if #list > MOST then
      fail('INVALID attachments are at most ' .. MOST)
    end
    return list
  end

  -- they belong to the chat now; gives the message's attachments.  list: of
  -- find(), or nil
  function File.attach(root, n, list)
    local shown = {}
    for i, one in ipairs(list or {}) do
      local piece = show(one.id, one.f)
      shown[i] = piece .. ',"url":' .. Json.quote(list.prefix
                 .. '/api/v1/chats/' .. n .. '/files/' .. one.id) .. '}'
      call('HSET', Keys.file(root, one.id), 'chat', n)
      call('ZREM', Keys.files(root), one.id)
      call('HSET', Keys.refs(root, n), one.id, piece .. ',"local":true}')
    end
    return Json.list(shown)
  end

  -- attachments of a platform, made before the chat's number was known
  function File.place(attachments, n)
    return (string.gsub(attachments, '("url":"[^"]*/chats/)#/',
                        '%1' .. n .. '/'))
  end

  -- handles of a platform's files, {"id":{"ref"...}} as Arg.refs() takes them, are
  -- kept for fetching the bytes
  function File.keep(root, n, refs)
    if refs == '' or refs == '{}' or string.find(refs, '\t', 1, true) then
      return
    end
    for id, handle in pairs(cjson.decode(refs)) do
      call('HSET', Keys.refs(root, n), id, cjson.encode(handle))
    end
  end

  -- what of a chat is fetched with that id, raw JSON
  function File.of(root, n, id)
    local ref = call('HGET', Keys.refs(root, n), id)
    if not ref then
      fail('NOTFOUND there is no such file')
    end
    return ref
  end

  -- the same for whoever has a signed link to an upload
  function File.signed(root, id)
    local f = string.find(id, '^%x+$') and read(root, id)
    if not f then
      fail('NOTFOUND there is no such file')
    end
    return show(id, f) .. ',"local":true}'
  end

  local function doom(root, id)
    call('ZADD', Keys.doomed(root), 0, id)
    call('UNLINK', Keys.file(root, id))
  end

  -- a chat has one of them no more
  function File.discard(root, n, id)
    call('HDEL', Keys.refs(root, n), id)
    call('ZADD', Keys.doomed(root), 0, id)
  end

  -- A chat goes: so do its files, and what its visitor has uploaded and not sent
  -- (among the youngest thousand of all; the rest goes within a day).  owner: he,
  -- as an uploader
  function File.doom(root, n, owner)
    for _, id in ipairs(call('HKEYS', Keys.refs(root, n))) do
      doom(root, id)
    end
    for _, id in ipairs(call('ZREVRANGE', Keys.files(root), 0, LOOSE - 1)) do
      if call('HGET', Keys.file(root, id), 'who') == owner then
        call('ZREM', Keys.files(root), id)
        doom(root, id)
      end
    end
  end

  local function expire(root, now)
    local old = call('ZRANGEBYSCORE', Keys.files(root), '-inf',
                     Num.text(now - DAY), 'LIMIT', 0, STEP)
    for _, id in ipairs(old) do
      call('ZREM', Keys.files(root), id)
      doom(root, id)
    end
  end

  -- gone: ids whose bytes have been removed.  Gives the next ids, some tens
  function File.sweep(root, now, gone)
    if #gone > 0 then
      call('ZREM', Keys.doomed(root), unpack(gone))
    end
    expire(root, now)
    return call('ZRANGE', Keys.doomed(root), 0, STEP - 1)
  end
end
