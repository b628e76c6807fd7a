

-- Place: where a chat stands: the lists that show it in its state, by its last
-- message, and the feeds of those who hear of its changes, by its rev.

local Place = {}

-- The keys of the lists that hold a chat in its state, and its audience: whose
-- inboxes show it, `@group` or `=agent` each.
function Place.of(root, chat)
  local orders = {Keys.order_status(root, chat.status)}
  if chat.status == 'unassigned' then
    orders[2] = Keys.order_group(root, chat.group)
    return orders, {'@' .. chat.group}
  end
  local audience = {}
  local people, key = chat.parts, Keys.order_agent
  if chat.status == 'inactive' then
    people, key = chat.parts .. chat.former, Keys.order_closed
  end
  for id in string.gmatch(people, '[^,]+') do
    orders[#orders + 1] = key(root, id)
    audience[#audience + 1] = '=' .. id
  end
  return orders, audience
end

-- the key of the feed of an audience
function Place.feed(root, who)
  local key = (string.byte(who) == 64) and Keys.feed_group or Keys.feed_agent
  return key(root, string.sub(who, 2))
end

-- Several chats will be put, mostly into the same lists: from now on they are
-- kept, and Place.write() writes each list once.
function Place.gather(s)
  s.places = {}
end

-- into a list or feed, at a score (digits); n: the chat's number
function Place.put(s, key, score, n)
  if not s.places then
    call('ZADD', key, score, n)
    return
  end
  local flat = s.places[key]
  if flat then
    flat[#flat + 1] = score
    flat[#flat + 1] = n
  else
    s.places[key] = {score, n}
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
