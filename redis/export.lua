

-- Export: everything, line by line: each chat as {"chat":…}, then its messages
-- as {"message":…}, in the order of the chats' numbers.  A page ends after so
-- many bytes, and whoever asks goes on where it ended; what changes meanwhile is
-- exported as it is when its turn comes.

local Export = {}

do
  local BYTES = 131072
  -- messages in one look, and looks at chats in one page
  local STEP = 100
  local LOOKS = 500

  -- one look at chat n from message `from` on (0: the chat itself first); gives
  -- whether there may be more of it
  local function look(s, caller, n, from, lines)
    local chat = Chat.read(s.root, n)
    if not chat then
      return false
    end
    if from == 0 then
      lines[#lines + 1] = '{"chat":' .. Chat.json(s, caller, chat) .. '}\n'
    end
    local pieces = Log.range(s.root, n, from + 1, from + STEP)
    for _, piece in ipairs(pieces) do
      lines[#lines + 1] = '{"message":' .. piece .. '}\n'
    end
    return #pieces == STEP
  end

  -- chat, from: numbers.  Gives text, and both numbers to go on with; no chat:
  -- that was all
  function Export.page(s, caller, chat, from)
    Agent.must_own(caller)
    local lines, text, size, looks = {}, {}, 0, 0
    while chat <= s.seq and size < BYTES and looks < LOOKS do
      lines = {}
      if look(s, caller, Num.text(chat), from, lines) then
        from = from + STEP
      else
        chat, from = chat + 1, 0
      end
      text[#text + 1] = table.concat(lines)
      size = size + #text[#text]
      looks = looks + 1
    end
    return {table.concat(text), (chat <= s.seq) and Num.text(chat) or '',
            Num.text(from)}
  end
end
