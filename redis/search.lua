

-- Search: does a chat's client answer to these words?
--
-- Every word asked for is the beginning of a word of the name, the nick, the
-- title or the phone, or is the chat's number.  Capitals are made small in
-- Latin, in the accented letters of Latin-1 and in Cyrillic: two-byte UTF-8.

local Search = {}

do
  local WORDS_MOST = 8

  -- the second letter of what a capital becomes: by first byte and second
  local function small(first, second)
    if first == 195 and second <= 158 and second ~= 151 then
      return 195, second + 32
    elseif first == 208 and second <= 143 then
      return 209, second + 16
    elseif first == 208 and second <= 159 then
      return 208, second + 32
    elseif first == 208 and second <= 175 then
      return 209, second - 32
    elseif (first == 209 and second >= 160) or first == 210 then
      return first, second + (1 - second % 2)
    end
    return first, second
  end

  function Search.lower(text)
    return (string.gsub(string.lower(text), '([\195\208-\210])([\128-\191])',
                        function(a, b)
      return string.char(small(string.byte(a), string.byte(b)))
    end))
  end

  -- the words of a query; nil: it has none
  function Search.words(q)
    local words = {}
    for word in string.gmatch(Search.lower(q), '%S+') do
      if #words < WORDS_MOST then
        words[#words + 1] = word
      end
    end
    return (#words > 0) and words or nil
  end

  -- does a word of text begin so?  Letters beyond ASCII are never borders
  local function begins(text, word)
    local from = 1
    while true do
      local at = string.find(text, word, from, true)
      if not at then
        return false
      end
      if at == 1 or string.find(text, '^[%s%p]', at - 1) then
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
