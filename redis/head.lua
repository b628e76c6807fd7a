#!lua name=inbox_1
--
-- Copyright (C) the ngx_inbox authors
--
-- The head of the library: what every other file may use.  The library is the
-- files of this folder, joined in the order that tools/library has.
--
-- Errors, the one convention: whoever cannot go on calls
--
--     fail('TAKEN Olena took this chat')
--
-- which raises the words; register() catches them with the one pcall of the
-- whole call and answers an error reply.  Nobody returns errors, nobody else
-- catches them (but Event.take, which finishes the events before the one that
-- fails); so everything is checked and read before the first write.  A
-- fault of ours or a refusal of Redis takes the same way (its pcall gives the
-- text of a refusal, not the table) and begins with ERR, OOM and the like.
--
-- Numbers: `now` and revs have 16 digits.  Lua holds them exactly, but `..` and
-- tostring() would round them: write them with Num.text().  Revs travel as
-- strings.
--

local BUILD = 1
local PREFIX = 'inbox_1_'

-- longest list that an answer may carry
local LIMIT_MAX = 200


-- What every event of the hot path asks for.  While the library is loaded there
-- is no redis.call(), nor any library of Lua: they are looked up at the first call.
local call, byte, find, format

local function look_up()
  call = redis.call
  byte, find, format = string.byte, string.find, string.format
end


-- ends the call with an error reply: 'WORD words', see docs/redis.md
local function fail(words)
  error(words, 0)
end


-- ends the call of somebody who does not know the contract
local function badcall(words)
  fail('BADCALL ' .. words)
end


local Num = {}

do
  -- those that most counters show, as they are met
  local SMALL, SMALL_MOST = {}, 1000

  -- a whole number, or its digits, as digits, all of them
  function Num.text(n)
    local digits = SMALL[n]
    if not digits then
      digits = format('%d', n)
      if n + 0 <= SMALL_MOST and n + 0 >= 0 then
        SMALL[n] = digits
      end
    end
    return digits
  end
end


local Json = {}

-- any string as a JSON literal
function Json.quote(s)
  if string.find(s, '[%c"\\\127]') then
    return cjson.encode(s)
  end
  return '"' .. s .. '"'
end

-- the same; nil, false and the empty string are null
function Json.maybe(s)
  if not s or s == '' then
    return 'null'
  end
  return Json.quote(s)
end

-- finished pieces as an array
function Json.list(pieces)
  return '[' .. table.concat(pieces, ',') .. ']'
end


local Text = {}

-- at most that many bytes of it, cut between two characters
function Text.cut(text, most)
  local short = string.sub(text, 1, most)
  if string.find(text, '^[\128-\191]', most + 1) then
    short = string.gsub(short, '[\192-\255][\128-\191]*$', '')
  end
  return short
end

-- as it can stand in a line among others: control characters and ends of lines
-- become spaces, what turns the direction of the text behind it (U+202A to 202E,
-- 2066 to 2069) goes
function Text.line(text)
  text = string.gsub(text, '%c', ' ')
  text = string.gsub(text, '\194[\128-\159]', ' ')
  text = string.gsub(text, '\226\128[\168\169]', ' ')
  text = string.gsub(text, '\226\128[\170-\174]', '')
  text = string.gsub(text, '\226\129[\166-\169]', '')
  return text
end


local Time = {}

-- by how much, in µs, the clocks of two nodes may be apart
Time.APART = 5000000

-- has it been written by a clock that was ahead, and has been set back since?
function Time.is_ahead(us, now)
  return us > now + Time.APART
end

do
  local DAY = 86400

  -- days since 1970 of a date, and back (the civil calendar of Gregory,
  -- counted in years that begin in March, so that leap days come last)
  local function days_of(y, m, d)
    if m <= 2 then
      y = y - 1
    end
    local era = math.floor(y / 400)
    local yoe = y - era * 400
    local doy = math.floor((153 * ((m + 9) % 12) + 2) / 5) + d - 1
    local doe = yoe * 365 + math.floor(yoe / 4) - math.floor(yoe / 100) + doy
    return era * 146097 + doe - 719468
  end

  local function date_of(days)
    local z = days + 719468
    local era = math.floor(z / 146097)
    local doe = z - era * 146097
    local yoe = math.floor((doe - math.floor(doe / 1460)
                            + math.floor(doe / 36524)
                            - math.floor(doe / 146096)) / 365)
    local doy = doe - (365 * yoe + math.floor(yoe / 4)
                       - math.floor(yoe / 100))
    local mp = math.floor((5 * doy + 2) / 153)
    local m = (mp < 10) and (mp + 3) or (mp - 9)
    local y = yoe + era * 400 + ((m <= 2) and 1 or 0)
    return y, m, doy - math.floor((153 * mp + 2) / 5) + 1
  end

  local function second_text(s)
    local days = math.floor(s / DAY)
    local y, m, d = date_of(days)
    s = s - days * DAY
    return string.format('%04d-%02d-%02dT%02d:%02d:%02d', y, m, d,
                         math.floor(s / 3600), math.floor(s / 60) % 60, s % 60)
  end

  -- most calls are of the second of the call before them
  local last_s, last_text

  -- µs since 1970 (number, or string of digits) as RFC 3339 with ms
  function Time.text(us)
    us = tonumber(us)
    local ms = (us - us % 1000) / 1000
    local rest = ms % 1000
    local s = (ms - rest) / 1000
    if s ~= last_s then
      last_text, last_s = second_text(s), s
    end
    return string.format('%s.%03dZ', last_text, rest)
  end

  -- the same as a JSON literal; nil, false and '' are null
  function Time.json(us)
    if not us or us == '' then
      return 'null'
    end
    return '"' .. Time.text(us) .. '"'
  end

  -- RFC 3339, or a date alone (its first instant), as µs; nil: it is neither.
  -- The second result is true for a date alone.
  function Time.parse(text)
    local y, m, d, rest = string.match(text, '^(%d%d%d%d)%-(%d%d)%-(%d%d)(.*)$')
    m, d = tonumber(m), tonumber(d)
    if not y or m < 1 or m > 12 or d < 1 or d > 31 then
      return nil
    end
    local days = days_of(tonumber(y), m, d)
    local at, _, _, same = days * DAY, date_of(days)
    if same ~= d then
      return nil
    end
    if rest == '' then
      return at * 1000000, true
    end
    local h, mi, s, frac, zone = string.match(rest,
      '^[Tt ](%d%d):(%d%d):(%d%d)(%.?%d*)([Zz+%-].*)$')
    if not h or tonumber(h) > 23 or tonumber(mi) > 59 or tonumber(s) > 60 then
      return nil
    end
    local sign, zh, zm = string.match(zone, '^([+-])(%d%d):(%d%d)$')
    if sign then
      local shift = tonumber(zh) * 3600 + tonumber(zm) * 60
      at = at + ((sign == '-') and shift or -shift)
    elseif #zone ~= 1 then
      return nil
    end
    at = at + tonumber(h) * 3600 + tonumber(mi) * 60 + tonumber(s)
    return at * 1000000 + math.floor((tonumber('0' .. frac) or 0) * 1000000)
  end
end


-- Checks of arguments.  Each gives the value or ends the call with BADCALL.
local Arg = {}

-- digits between min and max as a number; empty: default (nil: not allowed)
function Arg.int(text, min, max, default)
  if text == '' and default ~= nil then
    return default
  end
  local n = string.find(text, '^%d+$') and #text <= 16 and tonumber(text)
  if not n or n < min or n > max then
    badcall('number ' .. string.sub(text, 1, 40))
  end
  return n
end

-- a limit of a list: 1..200, empty: 50
function Arg.limit(text)
  return Arg.int(text, 1, LIMIT_MAX, 50)
end

-- a rev that a poll goes on from; empty: false.  Any digits pass: what is too
-- great for this store is answered with a reset
function Arg.since(text)
  if text == '' then
    return false
  end
  if not string.find(text, '^%d+$') or #text > 20 then
    badcall('since ' .. string.sub(text, 1, 40))
  end
  return tonumber(text)
end

-- a chat's number, as the string that keys are made of
function Arg.chat(text)
  if not string.find(text, '^[1-9]%d*$') or #text > 15 then
    badcall('chat ' .. string.sub(text, 1, 40))
  end
  return text
end

-- an id that an admin has chosen; with empty: '' passes
function Arg.id(text, empty)
  if text == '' and empty then
    return text
  end
  if #text > 32 or not string.find(text, '^[a-z0-9][a-z0-9_-]*$') then
    badcall('id ' .. string.sub(text, 1, 40))
  end
  return text
end

-- '1' is true, '0' and '' are false
function Arg.flag(text)
  if text == '1' then
    return true
  end
  if text ~= '0' and text ~= '' then
    badcall('flag ' .. string.sub(text, 1, 40))
  end
  return false
end

-- one of the keys of a table of words
function Arg.word(text, words)
  if not words[text] then
    badcall('word ' .. string.sub(text, 1, 40))
  end
  return text
end

-- a finished JSON text that begins and ends as it must: '"' '"', '[' ']'
function Arg.json(text, first, last)
  if #text < 2 or string.byte(text) ~= string.byte(first)
     or string.byte(text, -1) ~= string.byte(last)
  then
    badcall('json ' .. string.sub(text, 1, 40))
  end
  return text
end

-- handles of files: a JSON object that will be taken apart, so that what is none
-- is found out before the first write; ids of uploads with tabs between them, as
-- File.find takes them; or nothing
function Arg.refs(text)
  if text ~= '' and not string.find(text, '	', 1, true) and not pcall(function()
       cjson.encode(cjson.decode(Arg.json(text, '{', '}')))
     end)
  then
    badcall('json ' .. string.sub(text, 1, 40))
  end
  return text
end


local register

do
  -- the last that was found to be one
  local last_root

  local function checked(f, arity, keys, args)
    local n = #args
    if #keys ~= 1 or n < 1
       or (arity >= 0 and n ~= arity) or (arity < 0 and n < -arity)
    then
      badcall('number of arguments')
    end
    local root = keys[1]
    if root ~= last_root then
      if not string.find(root, '^inbox:{[a-z0-9][a-z0-9_-]*}$') then
        badcall('root')
      end
      last_root = root
    end
    return f(root, Arg.int(args[1], 1, 9000000000000000), args)
  end

  -- Registers inbox_1_<name>: f(root, now, args) is called when there is one
  -- key, a root, and when args, `now` included at 1, has arity elements
  -- (negative: at least that many); now is a number of µs.  What it returns
  -- comes behind that `now`: who has asked knows his own question by it.
  -- flags: '' or one of Redis' flags.
  function register(name, arity, flag, f)
    local function answer(keys, args)
      if not call then
        look_up()
      end
      local ok, result = pcall(checked, f, arity, keys, args)
      if ok then
        return {args[1], result or false}
      end
      if not string.find(result, '^%u+ ') then
        result = 'ERR ' .. result
      end
      return redis.error_reply(result)
    end

    local flags = {}
    if flag ~= '' then
      flags[1] = flag
    end
    redis.register_function{function_name = PREFIX .. name,
                            callback = answer, flags = flags}
  end
end
