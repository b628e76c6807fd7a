

-- Person: a contact as agents handle him: shown with his chats, and kept out.
-- A contact has one chat for ever and its number is his id.

local Person = {}

do
  function Person.show(s, caller, chat)
    Turn.must_see(caller, chat)
    return '{"contact":' .. Contact.json(chat) .. ',"blocked":'
           .. tostring(chat.blocked ~= '') .. ',"chats":['
           .. Chat.show(s, caller, chat) .. ']}'
  end

  -- what a blocked client sends is dropped at the door
  function Person.block(caller, chat, blocked)
    Turn.must_see(caller, chat)
    chat.blocked = blocked and '1' or ''
    Stored.keep(chat)
  end
end
