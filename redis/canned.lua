

-- Canned: replies that are kept ready, for everybody or for one group.  They
-- are few and short: one hash holds them all, as finished pieces.

local Canned = {}

do
  local SHORTCUT_MAX = 40
  local TEXT_MAX = 16384

  local function piece_of(root, id)
    local piece = call('HGET', Keys.canned(root), id)
    if not piece then
      fail('NOTFOUND no such canned reply')
    end
    return piece
  end

  -- the group of a piece; '': everybody's.  It stands before people's text
  local function group_of(piece)
    return string.match(piece, '^{"id":"[^"]+","group":"([^"]+)"') or ''
  end

  local function check(root, id, c)
    Field.id('id', id)
    if c.shortcut == '' or #c.shortcut > SHORTCUT_MAX * 4 then
      Field.invalid('shortcut', 'is 1 to ' .. SHORTCUT_MAX .. ' characters')
    end
    if c.text == '""' or #c.text > TEXT_MAX then
      Field.invalid('text', 'is empty or too long')
    end
    if c.group ~= '' and call('SISMEMBER', Keys.groups(root), c.group) == 0
    then
      Field.invalid('group', 'is not there')
    end
    local key = Keys.canned(root)
    if call('HEXISTS', key, id) == 0 and call('HLEN', key) >= FIELD_MOST then
      Field.invalid('id', 'there are ' .. FIELD_MOST .. ' of them already')
    end
  end

  -- creates or replaces; c: shortcut as typed, text as a literal, group
  function Canned.put(root, id, c)
    check(root, id, c)
    local piece = '{"id":"' .. id .. '","group":' .. Json.maybe(c.group)
                  .. ',"shortcut":' .. Json.quote(c.shortcut)
                  .. ',"text":' .. c.text .. '}'
    call('HSET', Keys.canned(root), id, piece)
    return piece
  end

  function Canned.get(root, id)
    return piece_of(root, id)
  end

  function Canned.delete(root, id)
    piece_of(root, id)
    call('HDEL', Keys.canned(root), id)
    return 'ok'
  end

  local function pieces(root)
    local flat = call('HGETALL', Keys.canned(root))
    local list = {}
    for i = 1, #flat, 2 do
      list[#list + 1] = {id = flat[i], piece = flat[i + 1]}
    end
    table.sort(list, function(a, b) return a.id < b.id end)
    return list
  end

  -- those that the caller may use: everybody's and those of his groups
  function Canned.list(root, caller)
    local list = {}
    for _, c in ipairs(pieces(root)) do
      local group = group_of(c.piece)
      if group == '' or caller.member[group] or Agent.manages(caller) then
        list[#list + 1] = c.piece
      end
    end
    return '{"canned":' .. Json.list(list) .. '}'
  end

  -- a group is being deleted: its replies become everybody's
  function Canned.to_everybody(root, group)
    for _, c in ipairs(pieces(root)) do
      if group_of(c.piece) == group then
        call('HSET', Keys.canned(root), c.id,
             (string.gsub(c.piece, '"group":"[^"]+"', '"group":null', 1)))
      end
    end
  end
end
