

-- Place: where a chat stands: the lists that show it in its state, by its last
-- message, and the feeds of those who hear of its changes, by its rev.

local Place = {}

do
  local function feed(root, who)
    local key = (byte(who) == 64) and Keys.feed_group or Keys.feed_agent
    return key(root, string.sub(who, 2))
  end

  -- who: the group of an unassigned chat, of others the people, `,petro,olga,`
  local function place_of(root, status, who)
    local place = {orders = {Keys.order_status(root, status)}, audience = {},
                   feeds = {Keys.feed(root)}}
    if status == 'unassigned' then
      place.orders[2] = Keys.order_group(root, who)
      place.audience[1] = '@' .. who
    else
      local key = (status == 'active') and Keys.order_agent or Keys.order_closed
      for id in string.gmatch(who, '[^,]+') do
        table.insert(place.orders, key(root, id))
        table.insert(place.audience, '=' .. id)
      end
    end
    for i, who in ipairs(place.audience) do
      place.feeds[i + 1] = feed(root, who)
    end
    return place
  end

  -- those met last, of the space that was asked for last
  local KNOWN_MOST = 1000
  local known, of_root, count

  -- The place of a chat in its state: `orders`, the keys of the lists that hold
  -- it; `audience`, whose inboxes show it, `@group` or `=agent` each; `feeds`,
  -- the keys of theirs and of everybody's.  Not to be changed: it is lent to all
  -- chats that stand there.
  function Place.of(root, chat)
    local status, who = chat.status, chat.group
    if status == 'active' then
      who = chat.parts
    elseif status == 'inactive' then
      who = ',' .. chat.parts .. chat.former
    end
    if root ~= of_root or count >= KNOWN_MOST then
      known, of_root, count = {}, root, 0
    end
    local place = known[who]
    if not place then
      place = place_of(root, status, who)
      known[who], count = place, count + 1
    end
    return place
  end

  -- Several chats will be put, mostly into the same lists: from now on they are
  -- kept, and Place.write() writes each list once.
  function Place.gather(s)
    s.places = {}
  end

  -- into lists or feeds, at a score (digits); n: the chat's number
  function Place.put(s, keys, score, n)
    local places = s.places
    for i = 1, #keys do
      local key = keys[i]
      local flat = places and places[key]
      if flat then
        local at = #flat
        flat[at + 1], flat[at + 2] = score, n
      elseif places then
        places[key] = {score, n}
      else
        call('ZADD', key, score, n)
      end
    end
  end

  -- what was kept; nothing is kept any more
  function Place.write(s)
    if s.places then
      for key, flat in pairs(s.places) do
        call('ZADD', key, unpack(flat))
      end
      s.places = false
    end
  end
end
