

-- Contact: the client of a chat, how he is found, called and shown.
--
-- A contact has one chat for ever, and the chat's hash carries what is known
-- of him.  Names come from the platform: the latest wins, an empty one says
-- nothing.  What a person has set as the chat's title stays above all of them.

local Contact = {}

do
  local GUEST = {uk = 'Гість №', ru = 'Гость №', en = 'Guest #'}
  local COLORS = 12
  local LETTER = '[%z\1-\127\194-\244][\128-\191]*'

  -- the chat of an external user, as digits; false: he never wrote
  function Contact.chat(root, channel, user)
    return call('HGET', Keys.contacts(root, channel), user)
  end

  -- the same for several at once
  function Contact.chats(root, channel, users)
    return call('HMGET', Keys.contacts(root, channel), unpack(users))
  end

  local function face(c)
    return '"name":' .. Json.maybe(c.name)
           .. ',"username":' .. Json.maybe(c.username)
           .. ',"phone":' .. Json.maybe(c.phone)
           .. ',"email":' .. Json.maybe(c.email) .. ',"external_id":'
  end

  -- What nobody sees: spaces, joiners, marks of direction, fillers
  local BLANKS = {'%s', '\194[\160\173]', '\225\133[\159\160]',
                  '\226\128[\128-\143\175]', '\226\129[\159-\175]',
                  '\226\160\128', '\227\128\128', '\227\133\164',
                  '\239\184[\128-\143]', '\239\187\191', '\239\190\160'}

  -- a name as a line; '': nobody would see anything of it
  local function plain(text)
    text = Text.line(text)
    local seen = text
    for _, blank in ipairs(BLANKS) do
      seen = string.gsub(seen, blank, '')
    end
    return (seen ~= '') and string.match(text, '^%s*(.-)%s*$') or ''
  end

  -- takes over what e knows better; true if something has changed
  function Contact.learn(chat, e)
    if chat.known == Stored.known(e) then
      return false
    end
    local changed = false
    for i = 1, #Stored.NAMES do
      local field = Stored.NAMES[i]
      local value = e[field]
      if value ~= '' and value ~= chat[field] then
        value = plain(value)
        if value ~= '' and value ~= chat[field] then
          chat[field] = value
          changed = true
        end
      end
    end
    if changed then
      chat.known = Stored.known(chat)
    end
    return changed
  end

  -- first letters of the first two words; '' when there are no letters
  function Contact.initials(name)
    local letters = {}
    for word in string.gmatch(name, '%S+') do
      letters[#letters + 1] = string.match(word, '^%p*(' .. LETTER .. ')')
      if #letters == 2 then
        break
      end
    end
    return table.concat(letters)
  end

  -- 0..11, the same for the same name in all versions
  function Contact.color(name)
    local h = 5381
    for i = 1, #name do
      h = (h * 33 + string.byte(name, i)) % 16777216
    end
    return h % COLORS
  end

  -- what the client is called; '': nobody knows
  function Contact.name(chat)
    return (chat.name ~= '') and chat.name or chat.username
  end

  -- the title of a chat, and whether it is a name
  function Contact.title(chat, locale)
    if chat.title ~= '' then
      return chat.title, true
    end
    local name = Contact.name(chat)
    if name == '' then
      return (GUEST[locale] or GUEST.uk) .. chat.n, false
    end
    if chat.polled == '1' then
      return '№' .. chat.n .. ' · ' .. name, true
    end
    return name, true
  end

  local function avatar(chat)
    local name, url = Contact.name(chat), Json.maybe(chat.pic)
    if name == '' then
      return '{"initials":null,"color":null,"url":' .. url .. '}'
    end
    return '{"initials":' .. Json.maybe(Contact.initials(name))
           .. ',"color":' .. Contact.color(name) .. ',"url":' .. url .. '}'
  end

  function Contact.json(chat)
    return '{"id":"' .. chat.n .. '",' .. face(chat) .. Json.quote(chat.user)
           .. ',"avatar":' .. avatar(chat) .. '}'
  end
end
