

-- Alter: a message of a chat becomes another, in its place: under a rev of its
-- own, and its beginning in the list of chats with it.  Whoever does it tells.

local Alter = {}

do
  -- Message number of the chat becomes another, as fn says, see
  -- Message.change().  Gives the new piece, or false: nothing happened
  function Alter.message(s, chat, number, fn)
    local rev = Space.take(s)
    local piece = Message.change(s.root, chat.n, number, rev, fn)
    if not piece then
      return false
    end
    chat.changed_at = rev
    chat.said = true
    if chat.polled == '1' then
      chat.heard_by_visitor = true
    end
    return piece
  end

  -- the same for the message, or the part of one, with the event's external id;
  -- nil: there is no such message
  function Alter.named(s, chat, e, fn)
    local number = chat and Message.external(s.root, chat.n, e.message)
    if not number then
      return nil
    end
    return Alter.message(s, chat, number,
                         Album.within(s.root, chat.n, number, e, fn))
  end

  -- the last message has another beginning now: so has the Chat; of an album
  -- it is told what all of its parts make
  function Alter.retell(chat, piece, e, preview, count)
    if e.shown then
      preview, count = e.shown.preview, e.shown.count
    end
    local id = Message.id(piece)
    if string.find(chat.last, '{"id":' .. id .. ',', 1, true) == 1 then
      local at = string.find(chat.last, ',"text":', 1, true)
      local rest = string.find(chat.last, ',"attachments":', at, true)
      local when = string.find(chat.last, ',"at":', rest, true)
      chat.last = string.sub(chat.last, 1, at + 7) .. preview
                  .. ',"attachments":'
                  .. (count or string.sub(chat.last, rest + 15, when - 1))
                  .. string.sub(chat.last, when)
      chat.changed = true
    end
  end

  -- without ids, which are new with each delivery
  local function nameless(attachments)
    return (string.gsub(string.gsub(attachments, '"id":"[^"]*"', ''),
                        '"url":"[^"]*"', ''))
  end

  function Alter.same(one, other)
    return nameless(one) == nameless(other)
  end

  -- writes a chat to which something was done; the words of its notice, or nil
  function Alter.save(s, chat)
    if chat.moved or chat.changed then
      return Chat.save(s, chat)
    end
    return chat.changed_at and Chat.words(chat, chat.changed_at, '')
  end
end
