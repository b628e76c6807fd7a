

-- Turn: how a chat goes from one state to another, and who may do it: the
-- table of docs/api.md, one function for each line.
--
-- Each gives true when it has changed something; Chat.save() is the caller's.
-- Rights come before states: who may not touch the chat is FORBIDDEN, whatever
-- became of it.  Two of them are for those without a caller: Turn.drop() when
-- an agent is deleted, Turn.regroup() when a group is.

local Turn = {}

do
  local function serves(caller, chat)
    return Agent.manages(caller) or Chat.fed(caller, chat)
  end

  local function takes_part(caller, chat)
    return chat.status == 'active' and Chat.has(chat.parts, caller.id)
  end

  -- who may read the chat
  function Turn.must_see(caller, chat)
    if not Chat.sees(caller, chat) then
      fail('FORBIDDEN this chat is not yours to see')
    end
  end

  -- who serves the chat, or sees it for another reason: he is told its state
  local function must_see(caller, chat)
    if not Chat.sees(caller, chat) and not serves(caller, chat) then
      fail('FORBIDDEN this chat is not yours to see')
    end
  end

  local function must_serve(caller, chat)
    must_see(caller, chat)
    if not serves(caller, chat) then
      fail('FORBIDDEN this chat belongs to another group')
    end
  end

  local function must_be_open(chat)
    if chat.status == 'inactive' then
      fail('CLOSED this chat is closed')
    end
  end

  local function must_be_taken(chat)
    if chat.status == 'unassigned' then
      fail('NOTTAKEN nobody has taken this chat')
    end
  end

  local function must_take_part(caller, chat)
    if not takes_part(caller, chat) then
      fail('NOTPART you do not take part in this chat')
    end
  end

  -- all who take part become those who did
  local function release(chat)
    for id in string.gmatch(chat.parts, '[^,]+') do
      chat.former = Chat.with(chat.former, id)
    end
    Chat.clear(chat, 'parts')
    Chat.clear(chat, 'resp')
  end

  -- one agent is responsible and the only participant
  local function assign(chat, id)
    release(chat)
    local former = Chat.without(chat.former, id)
    Chat.clear(chat, 'former')
    chat.former, chat.resp, chat.parts = former, id, ',' .. id .. ','
    chat.status = 'active'
    Chat.clear(chat, 'closed')
  end

  local function taken(s, caller, chat)
    local name = string.gsub(Chat.person(s, chat.resp), '%c', ' ')
    fail('TAKEN ' .. name .. ' took this chat\t"chat":'
         .. Chat.show(s, caller, chat))
  end

  function Turn.take(s, caller, chat)
    if takes_part(caller, chat) then
      return false
    end
    must_serve(caller, chat)
    must_be_open(chat)
    if chat.status == 'active' then
      taken(s, caller, chat)
    end
    Chat.lift(s, chat)
    assign(chat, caller.id)
    Chat.read_all(s, chat, caller.id)
    Chat.event(s, chat, 'taken', caller.name)
    return true
  end

  function Turn.join(s, caller, chat)
    if takes_part(caller, chat) then
      return false
    end
    must_serve(caller, chat)
    must_be_taken(chat)
    must_be_open(chat)
    Chat.lift(s, chat)
    chat.parts = Chat.with(chat.parts, caller.id)
    local former = Chat.without(chat.former, caller.id)
    Chat.clear(chat, 'former')
    chat.former = former
    Chat.read_all(s, chat, caller.id)
    Chat.event(s, chat, 'joined', caller.name)
    return true
  end

  -- takes an agent out of an active chat, by his own will or not
  function Turn.drop(s, chat, id, name)
    Chat.lift(s, chat)
    local rest = Chat.without(chat.parts, id)
    Chat.clear(chat, 'parts')
    chat.parts = rest
    chat.former = Chat.with(chat.former, id)
    if rest == '' then
      Chat.clear(chat, 'resp')
      chat.status = 'unassigned'
    elseif chat.resp == id then
      chat.resp = string.match(rest, '[^,]+')
    end
    Chat.event(s, chat, 'left', name)
    return true
  end

  function Turn.leave(s, caller, chat)
    must_see(caller, chat)
    must_be_taken(chat)
    must_be_open(chat)
    must_take_part(caller, chat)
    return Turn.drop(s, chat, caller.id, caller.name)
  end

  -- may he hand the chat on, or close it?
  local function must_hold(caller, chat)
    if chat.status == 'unassigned' then
      must_serve(caller, chat)
      return
    end
    must_see(caller, chat)
    if not Agent.manages(caller) then
      must_take_part(caller, chat)
    end
  end

  -- the name of an agent to whom a chat can be given
  local function receiver(s, id)
    if id == 'root' then
      return s.name
    end
    local a = call('HMGET', Keys.agent(s.root, id), 'name', 'enabled')
    if not a[1] or a[2] ~= '1' then
      fail('INVALID agent is not there')
    end
    return a[1]
  end

  -- to an agent: he is responsible and the only participant
  function Turn.to_agent(s, caller, chat, id)
    must_see(caller, chat)
    must_be_open(chat)
    must_hold(caller, chat)
    local name = receiver(s, id)
    if chat.parts == ',' .. id .. ',' then
      return false
    end
    Chat.lift(s, chat)
    assign(chat, id)
    Chat.event(s, chat, 'transferred', caller.name .. ' → ' .. name)
    return true
  end

  -- puts a chat before a group ('': everybody), whatever its state
  function Turn.regroup(s, chat, group)
    Chat.lift(s, chat)
    Chat.clear(chat, 'group')
    chat.group = group
    return true
  end

  -- to a group: unassigned there, no participants
  function Turn.to_group(s, caller, chat, group)
    must_see(caller, chat)
    must_be_open(chat)
    must_hold(caller, chat)
    local name = call('HGET', Keys.group(s.root, group), 'name')
    if not name then
      fail('INVALID group is not there')
    end
    if chat.status == 'unassigned' and chat.group == group then
      return false
    end
    Turn.regroup(s, chat, group)
    release(chat)
    chat.status = 'unassigned'
    Chat.event(s, chat, 'transferred', caller.name .. ' → ' .. name)
    return true
  end

  -- Who closes a chat that nobody has taken has taken part in it: he finds it
  -- among his closed ones and can open it again.
  function Turn.close(s, caller, chat)
    if chat.status == 'inactive' then
      Turn.must_see(caller, chat)
      return false
    end
    must_hold(caller, chat)
    Chat.lift(s, chat)
    if chat.status == 'unassigned' then
      chat.former = Chat.with(chat.former, caller.id)
    end
    chat.status = 'inactive'
    chat.closed = Num.text(s.now)
    Chat.clear(chat, 'asked')
    Chat.rest(s, chat)
    Chat.event(s, chat, 'closed', caller.name)
    return true
  end

  function Turn.reopen(s, caller, chat)
    Turn.must_see(caller, chat)
    must_be_taken(chat)
    if chat.status == 'active' then
      return false
    end
    Chat.lift(s, chat)
    assign(chat, caller.id)
    Chat.event(s, chat, 'reopened', caller.name)
    return true
  end

  -- the client of a closed chat writes: it is new again, under its number
  function Turn.revive(s, chat)
    Chat.lift(s, chat)
    release(chat)
    Chat.clear(chat, 'closed')
    chat.status = 'unassigned'
    chat.asked = Num.text(s.now)
    Chat.event(s, chat, 'reopened')
  end

  -- may he write to the client?
  function Turn.must_write(caller, chat)
    must_see(caller, chat)
    must_be_taken(chat)
    must_be_open(chat)
    must_take_part(caller, chat)
  end

  -- The caller has read up to a message.  True if his count has changed: then
  -- his own polls must hear of it, and nobody else's.
  function Turn.read(s, caller, chat, up_to)
    Turn.must_see(caller, chat)
    local number, piece = Message.find(s.root, chat.n, up_to)
    if not number then
      fail('INVALID up_to is no message of this chat')
    end
    local _, _, _, _, _, nth = Message.look(piece)
    local key = Keys.seen(s.root, caller.id)
    if nth <= (tonumber(call('HGET', key, chat.n) or 0) or 0) then
      return false
    end
    call('HSET', key, chat.n, nth)
    if chat.status == 'unassigned' then
      return false
    end
    if nth >= chat.nc then
      call('SREM', Keys.unread(s.root, caller.id), chat.n)
    end
    call('ZADD', Keys.feed_reads(s.root, caller.id), Space.take(s), chat.n)
    return true
  end
end
