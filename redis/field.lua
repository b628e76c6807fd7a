

-- Field: checks of what a person has typed into the settings.  Each gives the
-- value, or ends the call with INVALID, the field's name and words for people.
-- (Arg is for what the module says: there a mistake is BADCALL.)

local Field = {}

-- most agents, groups and channels of one space, each: lists of them are
-- answered whole
local FIELD_MOST = 1000

do
  -- as NGX_INBOX_MAX_NAME
  local NAME_MAX = 200
  local URL_MAX = 2000

  local function invalid(field, words)
    fail('INVALID ' .. field .. ' ' .. words)
  end

  Field.invalid = invalid

  -- an id of something new or of something to be named
  function Field.id(field, text)
    if #text > 32 or not string.find(text, '^[a-z0-9][a-z0-9_-]*$') then
      invalid(field, 'is a to z, 0 to 9, _ and -, at most 32 of them')
    end
    return text
  end

  -- a name or title; empty: default
  function Field.name(field, text, default)
    if text == '' then
      return default
    end
    if string.find(text, '%c') then
      invalid(field, 'has control characters')
    end
    local _, tails = string.gsub(text, '[\128-\191]', '')
    if #text - tails > NAME_MAX or #text > 4 * NAME_MAX then
      invalid(field, 'is longer than ' .. NAME_MAX .. ' characters')
    end
    return text
  end

  -- one of the keys of a table of words; empty: default
  function Field.word(field, text, words, default)
    if text == '' then
      return default
    end
    if not words[text] then
      invalid(field, 'has no such value')
    end
    return text
  end

  -- a whole number between min and max, as digits; empty stays empty
  function Field.int(field, text, min, max)
    if text == '' then
      return text
    end
    local n = string.find(text, '^%d+$') and #text <= 15 and tonumber(text)
    if not n or n < min or n > max then
      invalid(field, 'is a number from ' .. min .. ' to ' .. max)
    end
    return Num.text(n)
  end

  -- the address of a page; empty stays empty
  function Field.url(field, text)
    if text == '' then
      return text
    end
    if #text > URL_MAX or not string.find(text, '^https?://[^%s%c"<>\\]+$') then
      invalid(field, 'is no http or https address')
    end
    return text
  end

  -- ends the call when a set has no room for one more member; limit: what the
  -- space may have of them, or nil
  function Field.room(key, what, limit)
    local most = math.min(limit or FIELD_MOST, FIELD_MOST)
    if call('SCARD', key) >= most then
      invalid('id', 'there are ' .. most .. ' ' .. what .. ' already')
    end
  end
end
