-- What a person does in Neovim, step by step; `neovim.rs` starts this in an open Modelfile. Each step waits for what the editor tells:
-- diagnostics that changed, or a text that did. What was seen is written as JSON to the file that `MAQUETTE_SEEN` names.

local PATIENCE = 120 * 1000
local seen = {}

local function finish(problem)
  seen.problem = problem
  local file = assert(io.open(vim.env.MAQUETTE_SEEN, 'w'))
  file:write(vim.fn.json_encode(seen))
  file:close()
  vim.cmd('qall!')
end

-- `vim.wait` goes on with the editor's events meanwhile, and looks after each of them.
local function await(what, condition)
  if not vim.wait(PATIENCE, condition, 10) then
    error('waited in vain until ' .. what)
  end
end

local function text(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer or 0, 0, -1, false), '\n')
end

local function findings()
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, (diagnostic.lnum + 1) .. ': ' .. diagnostic.code)
  end
  table.sort(found)
  return found
end

-- Takes the repair of that name where the cursor stands, as if it had been picked from the list.
local function repair(line, wanted)
  local offered = {}
  vim.ui.select = function(items, options, pick)
    for _, item in ipairs(items) do
      local title = options.format_item(item)
      table.insert(offered, title)
      if title:find(wanted, 1, true) then
        return pick(item)
      end
    end
    pick(nil)
  end
  vim.api.nvim_win_set_cursor(0, { line, 0 })
  local before = text()
  vim.lsp.buf.code_action()
  await('a repair named ' .. wanted .. ' has been made; offered: ' .. vim.inspect(offered), function()
    return text() ~= before
  end)
end

local function format()
  local before = text()
  local run = vim.lsp.buf.format or vim.lsp.buf.formatting
  run({ async = true })
  await('the file is formatted', function()
    return text() ~= before
  end)
end

local function steps()
  await('the file has findings', function()
    return #vim.diagnostic.get(0) > 0
  end)
  seen.filetype = vim.bo.filetype
  seen.findings = findings()

  repair(2, 'PARAMETER')
  await('the finding has gone', function()
    return #vim.diagnostic.get(0) == 0
  end)
  seen.repaired = text()

  format()
  seen.formatted = text()
  vim.cmd('write')

  -- The other model is built on this one; it is opened too, so that both are seen to change.
  vim.cmd('edit models/child.Modelfile')
  local child = vim.api.nvim_get_current_buf()
  vim.api.nvim_win_set_cursor(0, { 1, 6 })
  vim.lsp.buf.rename('helpdesk')
  await('the model is renamed', function()
    return text(child):find('helpdesk', 1, true) ~= nil
  end)
  vim.cmd('silent wall')
  seen.renamed = text(child)
  vim.cmd('edit models/support.Modelfile')
  seen.base = text()
end

vim.schedule(function()
  local fine, problem = xpcall(steps, debug.traceback)
  finish(not fine and problem or nil)
end)
