

-- Label: what people write on a chat themselves: its title, which stays above
-- what the platform calls the client, and tags, which the journal is filtered
-- by.

local Label = {}

do
  local TAGS_MOST = 20
  local TAG_MAX = 50

  local function entitle(chat, title)
    title = Field.name('title', title, '')
    if title == chat.title then
      return false
    end
    Chat.clear(chat, 'title')
    chat.title, chat.renamed = title, true
    return true
  end

  local function check_tag(tag)
    local _, tails = string.gsub(tag, '[\128-\191]', '')
    if tag == '' or #tag - tails > TAG_MAX or #tag > 4 * TAG_MAX
       or string.find(tag, '%c')
    then
      Field.invalid('tags', 'are 1 to ' .. TAG_MAX .. ' characters each')
    end
  end

  -- a list of tags as the hash has it: each once, '' for none
  local function packed(tags)
    local list, set = {}, {}
    for _, tag in ipairs(tags) do
      check_tag(tag)
      if not set[tag] then
        set[tag] = true
        list[#list + 1] = Json.quote(tag)
      end
    end
    if #list > TAGS_MOST then
      Field.invalid('tags', 'are more than ' .. TAGS_MOST)
    end
    return (#list > 0) and Json.list(list) or ''
  end

  local function tag_with(chat, text)
    if text == chat.tags then
      return false
    end
    Chat.clear(chat, 'tags')
    chat.tags, chat.renamed, chat.turned = text, true, true
    return true
  end

  -- title: false leaves it as it is, '' takes it away; tags: false, or a list.
  -- True if something has changed; Chat.save() is the caller's.
  function Label.put(caller, chat, title, tags)
    Turn.must_see(caller, chat)
    local text = tags and packed(tags)
    local changed = false
    if title then
      changed = entitle(chat, title)
    end
    if text then
      changed = tag_with(chat, text) or changed
    end
    return changed
  end
end
