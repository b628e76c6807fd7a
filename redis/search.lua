

-- Search: does a chat's client answer to these words?
--
-- Every word asked for is the beginning of a word of the name, the nick, the
-- title or the phone, or is the chat's number.  Capitals are made small in
-- Latin, with the letters that languages of Europe have added to it, and in
-- Cyrillic, with those of Asia.

local Search = {}

do
  -- capitals of two bytes: first, last, step, and how far the small ones are
  local CAPITALS = {
    {0xC0, 0xD6, 1, 32}, {0xD8, 0xDE, 1, 32}, {0x100, 0x12E, 2, 1},
    {0x132, 0x136, 2, 1}, {0x139, 0x147, 2, 1}, {0x14A, 0x176, 2, 1},
    {0x178, 0x178, 1, -121}, {0x179, 0x17D, 2, 1}, {0x400, 0x40F, 1, 80},
    {0x410, 0x42F, 1, 32}, {0x460, 0x480, 2, 1}, {0x48A, 0x4BE, 2, 1},
    {0x4C0, 0x4C0, 1, 15}, {0x4C1, 0x4CD, 2, 1}, {0x4D0, 0x52E, 2, 1}
  }

  local function letter(code)
    return string.char(192 + math.floor(code / 64), 128 + code % 64)
  end

  -- each of them with its small one: made when it is first needed, because
  -- while a library is loaded there are no strings
  local small

  local function smalls()
    local all = {}
    for _, row in ipairs(CAPITALS) do
      for code = row[1], row[2], row[3] do
        all[letter(code)] = letter(code + row[4])
      end
    end
    return all
  end

  function Search.lower(text)
    small = small or smalls()
    return (string.gsub(string.lower(text), '[\195-\197\208-\212][\128-\191]',
                        small))
  end

  -- the words of a query, each once; nil: it has none
  function Search.words(q)
    local words, set = {}, {}
    for word in string.gmatch(Search.lower(Text.line(q)), '%S+') do
      if not set[word] then
        set[word] = true
        words[#words + 1] = word
      end
    end
    return (#words > 0) and words or nil
  end

  -- Does the character before that place part words?  Of those beyond ASCII
  -- only signs do: quotes, dashes, spaces (U+0080 to 00BF, 2000 to 2BFF, 3000 to
  -- 303F), what makes a sign a picture (FE00 to FE3F), pictures (from 1F000 on)
  local function is_border(text, at)
    local from = at - 1
    while from > 1 and string.find(text, '^[\128-\191]', from) do
      from = from - 1
    end
    local last = string.sub(text, from, at - 1)
    return string.find(last, '^[%s%p\194]')
           or string.find(last, '^\226[\128-\175]')
           or string.find(last, '^\227\128') or string.find(last, '^\239\184')
           or string.find(last, '^\240\159')
  end

  -- does a word of text begin so?
  local function begins(text, word)
    local from = 1
    while true do
      local at = string.find(text, word, from, true)
      if not at then
        return false
      end
      if at == 1 or is_border(text, at) then
        return true
      end
      from = at + 1
    end
  end

  local function is_number(word, n)
    return word == n or word == '#' .. n or word == '№' .. n
  end

  -- phones are found with and without what stands between the digits
  local function digits_begin(phone, word)
    local asked = string.gsub(word, '[%s()+.-]', '')
    if not string.find(asked, '^%d+$') then
      return false
    end
    local digits = string.gsub(phone, '%D', '')
    return string.sub(digits, 1, #asked) == asked
  end

  function Search.finds(words, chat)
    local text = Search.lower(chat.name .. ' ' .. chat.username .. ' '
                              .. chat.title .. ' ' .. chat.phone)
    for _, word in ipairs(words) do
      if not (begins(text, word) or is_number(word, chat.n)
              or digits_begin(chat.phone, word))
      then
        return false
      end
    end
    return true
  end
end
