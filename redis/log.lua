

-- Log: the messages of a chat as they lie in `log:{n}`, in order; nothing is ever
-- taken out, so a message's place is its number.
--
-- Most messages are a few words and a dozen members that say "nothing special",
-- in memory and in the append-only file four times as long as what was said.  So
-- what is plain is stored folded:
--
--     TAG BORN-NUMBER REV NTH AT SENT DELIVERY
--     author, of an event its name
--     text
--
-- TAG (without a space behind it): c of the client, a of an agent, n his note, e
-- an event; REV is empty for BORN, SENT and DELIVERY for null; all but numbers
-- are raw JSON, which has no line feed.  What is not plain (attachments, quotes,
-- reactions, what was edited, deleted or has an error) lies as its JSON, and so
-- does everything from before there was folding.  All who read get JSON.

local Log = {}

do
  local FOLDED = '^(%l)(%d+)%-(%d+) (%d*) (%d+) (%S+) (%S*) (%S*)\n([^\n]*)\n(.*)$'

  -- kind and from
  local KINDS = {c = '"text","from":"client"', a = '"text","from":"agent"',
                 n = '"note","from":"agent"', e = '"event","from":"system"'}

  local TAGS = {['"text""client"'] = 'c', ['"text""agent"'] = 'a',
                ['"note""agent"'] = 'n'}

  local function unfold(n, stored)
    local tag, born, number, rev, nth, at, sent, delivery, name, text =
      string.match(stored, FOLDED)
    local event, author = 'null', name
    if tag == 'e' then
      event, author = name, 'null'
    elseif name == '' then
      author = 'null'
    end
    return '{"id":"' .. born .. '-' .. number .. '","chat":' .. n .. ',"rev":'
           .. ((rev == '') and born or rev) .. ',"kind":' .. KINDS[tag]
           .. ',"nth":' .. nth .. ',"event":' .. event .. ',"author":' .. author
           .. ',"text":' .. text
           .. ',"attachments":[],"reply_to":null,"at":' .. at .. ',"sent_at":'
           .. ((sent == '') and 'null' or sent)
           .. ',"edited_at":null,"deleted":false,"reactions":[],"delivery":'
           .. ((delivery == '') and 'null' or delivery) .. ',"error":null}'
  end

  local function piece_of(n, stored)
    if not stored or byte(stored) == 123 then
      return stored
    end
    return unfold(n, stored)
  end

  -- the piece with that number, or false
  function Log.at(root, n, number)
    return piece_of(n, call('LINDEX', Keys.log(root, n), number - 1))
  end

  -- the rev at which it was born; it must be there
  function Log.born(root, n, number)
    local stored = call('LINDEX', Keys.log(root, n), number - 1)
    return tonumber(string.match(stored, '^%D+(%d+)'))
  end

  function Log.length(root, n)
    return call('LLEN', Keys.log(root, n))
  end

  local function pieces_of(root, n, first, last)
    local pieces = call('LRANGE', Keys.log(root, n), first, last)
    for i = 1, #pieces do
      pieces[i] = piece_of(n, pieces[i])
    end
    return pieces
  end

  -- pieces with numbers first..last (from 1), as far as there are any
  function Log.range(root, n, first, last)
    return pieces_of(root, n, first - 1, last - 1)
  end

  -- the last so many
  function Log.tail(root, n, count)
    return pieces_of(root, n, -count, -1)
  end

  -- What is new, as JSON.  m: rev, number, n (chat), at and nth are required; the
  -- rest as raw JSON, nil or false where there is nothing.
  function Log.piece(m)
    return '{"id":"' .. m.rev .. '-' .. m.number .. '","chat":' .. m.n
           .. ',"rev":' .. m.rev .. ',"kind":"' .. (m.kind or 'text')
           .. '","from":"' .. m.from .. '","nth":'
           .. Num.text(m.nth)
           .. ',"event":' .. (m.event or 'null')
           .. ',"author":' .. (m.author or 'null')
           .. ',"text":' .. (m.text or '""')
           .. ',"attachments":' .. (m.attachments or '[]')
           .. ',"reply_to":' .. (m.reply_to or 'null')
           .. ',"at":' .. m.at
           .. ',"sent_at":' .. (m.sent_at or 'null')
           .. ',"edited_at":' .. (m.edited_at or 'null')
           .. ',"deleted":false,"reactions":[],"delivery":'
           .. (m.delivery or 'null') .. ',"error":null}'
  end

  -- the tag of what is new, or nil: it is not plain
  local function tag_of(m)
    if m.edited_at or m.reply_to or (m.attachments or '[]') ~= '[]' then
      return nil
    end
    if m.from == 'client' then
      return 'c'
    end
    if m.from == 'agent' then
      return (m.kind == 'note') and 'n' or 'a'
    end
    return 'e'
  end

  -- appends what is new; gives the bytes that it takes
  function Log.add(root, n, m)
    local tag = tag_of(m)
    local stored = tag and tag .. m.rev .. '-' .. m.number .. '  '
                   .. Num.text(m.nth) .. ' ' .. m.at .. ' '
                   .. (m.sent_at or '') .. ' ' .. (m.delivery or '') .. '\n'
                   .. (m.event or m.author or '') .. '\n' .. m.text
                   or Log.piece(m)
    call('RPUSH', Keys.log(root, n), stored)
    return #stored
  end

  -- '' for null
  local function short(raw)
    return (raw == 'null') and '' or raw
  end

  -- the members of a message that was changed, folded, or nil: it is not plain
  local function fold(m)
    local tag = TAGS[m.kind .. m.from]
    if not tag or m.attachments ~= '[]' or m.reply_to ~= 'null'
       or m.edited_at ~= 'null' or m.deleted ~= 'false'
       or m.reactions ~= '[]' or m.error ~= 'null'
    then
      return nil
    end
    return tag .. string.sub(m.id, 2, -2) .. ' ' .. m.rev .. ' ' .. m.nth .. ' '
           .. m.at .. ' ' .. short(m.sent_at) .. ' ' .. short(m.delivery)
           .. '\n' .. short(m.author) .. '\n' .. m.text
  end

  -- puts a message that was changed in its place.  m: all of its members as raw
  -- JSON; piece: the same as JSON
  function Log.put(root, n, number, m, piece)
    call('LSET', Keys.log(root, n), number - 1, fold(m) or piece)
  end
end
