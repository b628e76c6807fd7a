

-- Due: the queues of what is to be tried at some time: sorted sets by that time
-- (µs).  What is new is due at once, and is put in by its owner; what has been
-- put off, by a pause or a lease, is put in here.
--
-- A clock may be set back, and what it put off while it was ahead would wait
-- until that time is reached once more.  So beside each queue lies when every
-- pause began: one that begins in the future begins anew.  It becomes no
-- shorter by that, so nobody is robbed of a lease.

local Due = {}

do
  -- members that one call looks at
  local MOST = 200

  -- members of a sorted set that a clock of the future has written, and when
  function Due.ahead(key, now)
    return call('ZRANGEBYSCORE', key, '(' .. Num.text(now + Time.APART), '+inf',
                'WITHSCORES', 'LIMIT', 0, MOST)
  end

  -- queue: outbox or lookups
  function Due.put_off(root, queue, member, now, at)
    call('ZADD', Keys[queue](root), Num.text(at), member)
    call('ZADD', Keys.paused(root, queue), Num.text(now), member)
  end

  function Due.is_put_off(root, queue, member)
    return call('ZSCORE', Keys.paused(root, queue), member) and true or false
  end

  -- it is new once more
  function Due.at_once(root, queue, member, now)
    call('ZADD', Keys[queue](root), Num.text(now), member)
    call('ZREM', Keys.paused(root, queue), member)
  end

  function Due.drop(root, queue, member)
    call('ZREM', Keys[queue](root), member)
    call('ZREM', Keys.paused(root, queue), member)
  end

  -- what begins in the future begins now
  function Due.mend(root, queue, now)
    local flat = Due.ahead(Keys.paused(root, queue), now)
    for i = 1, #flat, 2 do
      local at = call('ZSCORE', Keys[queue](root), flat[i]) or flat[i + 1]
      Due.put_off(root, queue, flat[i], now,
                  now + math.max(tonumber(at) - tonumber(flat[i + 1]), 0))
    end
  end

  -- those whose time has come, at most limit
  function Due.ripe(root, queue, now, limit)
    return call('ZRANGEBYSCORE', Keys[queue](root), '-inf', Num.text(now),
                'LIMIT', 0, limit)
  end

  -- when the first is due, as digits; nil: nothing waits
  function Due.first(root, queue)
    return call('ZRANGE', Keys[queue](root), 0, 0, 'WITHSCORES')[2]
  end
end
