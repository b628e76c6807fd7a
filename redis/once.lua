

-- Once: what an Idempotency-Key has done already.  The key counts for a day,
-- for one caller and one path; only successes are remembered.

local Once = {}

do
  local DAY_S = 86400

  local function key_of(root, caller, path, key)
    return Keys.idem(root, caller.id, redis.sha1hex(path .. ' ' .. key))
  end

  -- The number of the message that it made, '0' where it made none; nil: it is
  -- new, or there is no key.  Another body ends the call with MISMATCH.
  function Once.find(root, caller, path, key, digest)
    if key == '' then
      return nil
    end
    local value = call('GET', key_of(root, caller, path, key))
    if not value then
      return nil
    end
    local body, number = string.match(value, '^(%S*) (%d+)$')
    if body ~= digest then
      fail('MISMATCH this key came with another body')
    end
    return number
  end

  function Once.keep(root, caller, path, key, digest, number)
    if key ~= '' then
      call('SET', key_of(root, caller, path, key), digest .. ' ' .. number,
           'EX', DAY_S)
    end
  end
end
