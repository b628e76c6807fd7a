

-- Album: several deliveries that are one message.  A platform that brings the
-- pictures of an album one by one names the album in each of them; the first
-- that comes is stored as a message, the others become parts of it, in whatever
-- order and by whichever node they come.
--
-- A part is kept as the members of a message that are its own, raw JSON: text,
-- attachments, edited_at, deleted, reactions.  So what changes a message changes
-- a part in the same way, and the message is composed of its parts anew: texts
-- in lines, attachments in a row, deleted when all of them are.  Parts stand in
-- the order of their external ids, which grow as the client chose them.
--
-- album:{n}: `=` and the album's id -> the number of the message that takes its
-- parts; that number -> the parts.

local Album = {}

do
  -- how long after its first part a message takes others, µs: as long as a
  -- platform repeats what was refused for a moment.  What comes later is a
  -- message of its own, so that somebody sees that it came
  local OPEN = 60000000
  -- in one message, as in any: attachments, and bytes of text
  local MOST = 30
  local TEXT_MOST = 16384

  local function read(root, n, number)
    local packed = call('HGET', Keys.album(root, n), number)
    return packed and cmsgpack.unpack(packed) or nil
  end

  local function keep(root, n, number, parts)
    call('HSET', Keys.album(root, n), number, cmsgpack.pack(parts))
  end

  local function blank(id)
    return {id = id, text = '""', preview = '""', attachments = '[]', count = 0,
            edited_at = 'null', deleted = 'false', reactions = '[]'}
  end

  local function fill(part, e, attachments)
    part.text, part.preview = e.text, e.preview
    part.attachments, part.count = attachments, e.count
    part.edited_at = e.edited_at or 'null'
  end

  -- numbers as numbers, anything else by its letters
  local function before(a, b)
    if #a.id ~= #b.id then
      return #a.id < #b.id
    end
    return a.id < b.id
  end

  -- what is between the first and the last letter, for all that are not empty
  local function inside(parts, name, between)
    local list = {}
    for _, part in ipairs(parts) do
      if #part[name] > 2 then
        list[#list + 1] = string.sub(part[name], 2, -2)
      end
    end
    return table.concat(list, between)
  end

  -- m, the members of the message, as its parts make it; shown: gets the
  -- preview and the number of attachments
  local function compose(m, parts, shown)
    m.text = '"' .. inside(parts, 'text', '\\n') .. '"'
    m.attachments = '[' .. inside(parts, 'attachments', ',') .. ']'
    m.reactions = '[' .. inside(parts, 'reactions', ',') .. ']'
    m.deleted, m.edited_at = 'true', 'null'
    shown.preview, shown.count = '""', 0
    for _, part in ipairs(parts) do
      if part.deleted == 'false' then
        m.deleted = 'false'
      end
      if part.edited_at ~= 'null'
         and (m.edited_at == 'null' or m.edited_at < part.edited_at)
      then
        m.edited_at = part.edited_at
      end
      if shown.preview == '""' then
        shown.preview = part.preview
      end
      shown.count = shown.count + part.count
    end
  end

  -- the number of the message that takes the album's parts, or nil
  function Album.number(root, n, album)
    return tonumber(call('HGET', Keys.album(root, n), '=' .. album) or nil)
  end

  -- the platform's ids of its first and its last part; nil: it is no album
  function Album.ends(root, n, number)
    local parts = read(root, n, number)
    if not parts then
      return nil
    end
    return parts[1].id, parts[#parts].id
  end

  -- May e join that message?  born (µs), from, nth: of its piece.  Not when it
  -- has been answered, or the chat closed, since: nobody would look at it again
  function Album.takes(s, chat, e, number, born, from, nth)
    if from ~= e.from or s.now - born > OPEN then
      return false
    end
    if from == 'client' and (chat.na >= nth or chat.status == 'inactive') then
      return false
    end
    local count, bytes = e.count, #e.text
    for _, part in ipairs(read(s.root, chat.n, number)) do
      count, bytes = count + part.count, bytes + #part.text
    end
    return count <= MOST and bytes <= TEXT_MOST
  end

  -- e has become message number: the first of its album
  function Album.begin(root, n, number, e, attachments)
    local part = blank(e.message)
    fill(part, e, attachments)
    call('HSET', Keys.album(root, n), '=' .. e.extra, number)
    keep(root, n, number, {part})
  end

  -- for Message.change(): e, with those attachments, is one more part
  function Album.join(root, n, number, e, attachments)
    return function(m)
      local parts, part = read(root, n, number), blank(e.message)
      fill(part, e, attachments)
      parts[#parts + 1] = part
      table.sort(parts, before)
      keep(root, n, number, parts)
      e.shown = {}
      compose(m, parts, e.shown)
      if e.sent_at ~= '' and '"' .. e.sent_at .. '"' < m.sent_at then
        m.sent_at = '"' .. e.sent_at .. '"'
      end
      if m.reply_to == 'null' then
        m.reply_to = e.quoted or 'null'
      end
    end
  end

  local function find(parts, id)
    for _, part in ipairs(parts or {}) do
      if part.id == id then
        return part
      end
    end
    return nil
  end

  -- for Message.change(): what fn does, done to the part with e's external id;
  -- fn itself when the message is no album
  function Album.within(root, n, number, e, fn)
    local parts = read(root, n, number)
    local part = find(parts, e.message)
    if not part then
      return fn
    end
    return function(m)
      local text, attachments = part.text, part.attachments
      if fn(part) == false then
        return false
      end
      if part.text ~= text then
        part.preview = (part.text == '""') and '""' or e.preview
      end
      if part.attachments ~= attachments then
        part.count = (part.attachments == '[]') and 0 or e.count
      end
      keep(root, n, number, parts)
      e.shown = {}
      compose(m, parts, e.shown)
    end
  end
end
