

-- Limit: how often one visitor, or one address, may do a thing.  Windows are
-- fixed: they begin with the first time and end after their length, so at worst
-- twice as many pass around a border.  Whoever comes too often is told the
-- seconds until his window ends: LIMIT seconds words.

local Limit = {}

do
  local SECOND = 1000000
  -- µs
  local MINUTE = 60 * SECOND
  local HOUR = 3600 * SECOND

  local WINDOWS = {sessions = MINUTE, logins = MINUTE, chats = HOUR}
  local WORDS = {sessions = 'new visitors from this address',
                 logins = 'attempts to sign in from this address',
                 chats = 'new chats from this address',
                 messages = 'messages', files = 'files'}

  -- 'start count' of a window that may be over -> both as numbers
  local function read(text, now, window)
    local start, count = string.match(text or '', '^(%d+) (%d+)$')
    start, count = tonumber(start), tonumber(count)
    if not start or now >= start + window or Time.is_ahead(start, now) then
      return now, 0
    end
    return start, count
  end

  local function refuse(what, ends, now)
    local seconds = math.max(math.ceil((ends - now) / SECOND), 1)
    fail('LIMIT ' .. Num.text(seconds) .. ' too many ' .. WORDS[what]
         .. ', try again later')
  end

  function Limit.is(what)
    return WINDOWS[what] ~= nil
  end

  -- counts one; who: an address; ends the call when there were `most` already
  function Limit.take(root, now, what, who, most)
    local window = WINDOWS[what]
    local key = Keys.limit(root, what, who)
    local start, count = read(call('GET', key), now, window)
    if count >= most then
      refuse(what, start + window, now)
    end
    call('SET', key, Num.text(start) .. ' ' .. count + 1, 'EX',
         window / SECOND)
  end

  -- A visitor is about to write: how his window stands, as text for the hash;
  -- is_new(): the message is none that we have already
  function Limit.pace(root, now, n, most, is_new)
    local start, count = read(call('HGET', Keys.chat(root, n), 'pace'), now,
                              MINUTE)
    if count >= most and is_new() then
      refuse('messages', start + MINUTE, now)
    end
    return Num.text(start) .. ' ' .. count + 1
  end

  -- a visitor uploads a file: counts it in his chat
  function Limit.files(root, now, n, most)
    local start, count = read(call('HGET', Keys.chat(root, n), 'uploads'), now,
                              HOUR)
    if count >= most then
      refuse('files', start + HOUR, now)
    end
    call('HSET', Keys.chat(root, n), 'uploads',
         Num.text(start) .. ' ' .. count + 1)
  end
end
