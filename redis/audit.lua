

-- Audit: who did what that cannot be undone or that opens something, newest
-- first, and no more than the last ENTRIES_MOST.  Entries name things by their
-- ids: nothing of a client is in them.

local Audit = {}

do
  local ENTRIES_MOST = 10000

  -- action: chat_deleted and the like; target: an id; detail: words, or nil
  function Audit.add(root, now, caller, action, target, detail)
    local id = call('HINCRBY', Keys.space(root), 'audits', 1)
    local key = Keys.audit(root)
    call('ZADD', key, id, '{"id":"' .. Num.text(id) .. '","at":'
         .. Time.json(now) .. ',"agent":{"id":"' .. caller.id .. '","name":'
         .. Json.quote(caller.name) .. '},"action":"' .. action
         .. '","target":' .. Json.maybe(target) .. ',"detail":'
         .. Json.maybe(detail) .. '}')
    call('ZREMRANGEBYRANK', key, 0, -ENTRIES_MOST - 1)
  end

  -- one page; before: number or false
  function Audit.page(root, before, limit)
    local flat = call('ZREVRANGEBYSCORE', Keys.audit(root),
                      before and '(' .. Num.text(before) or '+inf', '-inf',
                      'WITHSCORES', 'LIMIT', 0, limit + 1)
    local pieces = {}
    for i = 1, math.min(#flat, 2 * limit), 2 do
      pieces[#pieces + 1] = flat[i]
    end
    local next = 'null'
    if #flat > 2 * limit then
      next = '"' .. flat[2 * limit] .. '"'
    end
    return '{"entries":' .. Json.list(pieces) .. ',"next":' .. next .. '}'
  end
end
