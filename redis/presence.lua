

-- Presence: who is there.  An agent is online while his page asks: the module
-- tells it with `seen`, at most every some seconds, and it holds for somewhat
-- longer than the longest poll.  Away is what the agent himself has said.
-- Nothing of it moves a rev: it would wake everybody for nothing.

local Presence = {}

do
  -- µs; a poll waits for 60 s at most, and then the page asks again
  local HOLDS = 90000000

  -- When he was there last, or nil.  What a clock said that was far ahead and
  -- has been set back is no sign of him
  local function last(root, id, now)
    local at = tonumber(call('ZSCORE', Keys.online(root), id) or nil)
    return at and at < now + HOLDS and at or nil
  end

  -- an older word, which was under way for longer, changes nothing
  function Presence.seen(root, id, now)
    if (last(root, id, now) or 0) < now then
      call('ZADD', Keys.online(root), Num.text(now), id)
    end
  end

  -- away: true or false
  function Presence.away(root, id, away)
    call(away and 'SADD' or 'SREM', Keys.away(root), id)
  end

  function Presence.is_away(root, id)
    return call('SISMEMBER', Keys.away(root), id) == 1
  end

  -- has he been there after that time, and has not said that he is away?
  function Presence.since(root, id, time, now)
    return (last(root, id, now) or 0) > time
           and not Presence.is_away(root, id)
  end

  function Presence.is(root, id, now)
    return Presence.since(root, id, now - HOLDS, now)
  end

  -- is one of a group's agents there?  '': one of all
  function Presence.any(root, group, now)
    local member
    if group ~= '' then
      local _, set = Agent.ids(call('HGET', Keys.group(root, group), 'agents'))
      member = set
    end
    local ids = call('ZRANGEBYSCORE', Keys.online(root),
                     '(' .. Num.text(now - HOLDS), Num.text(now + HOLDS),
                     'LIMIT', 0, 1000)
    for _, id in ipairs(ids) do
      if (not member or member[id])
         and not Presence.is_away(root, id) then
        return true
      end
    end
    return false
  end

  -- a deleted agent is nowhere
  function Presence.drop(root, id)
    call('ZREM', Keys.online(root), id)
    call('SREM', Keys.away(root), id)
  end
end
