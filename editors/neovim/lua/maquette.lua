-- How Neovim speaks with `maquette lsp`. `plugin/maquette.lua` starts it.
--
-- `vim.g.maquette_path` is the program, where it is not on the PATH. `vim.g.maquette_trusted` is a list of folders: only for
-- workspaces below them servers are asked for names and plans.

local M = {}

--- The folder of the workspace that a file is in, if it is in one.
function M.root(path)
  local manifest = vim.fn.findfile('maquette.toml', vim.fn.fnamemodify(path, ':p:h') .. ';')
  return manifest ~= '' and vim.fn.fnamemodify(manifest, ':p:h') or nil
end

--- Whether the server has to do with a buffer: Modelfiles, and of TOML the manifest alone.
function M.is_ours(buffer)
  local kind = vim.api.nvim_buf_get_option(buffer, 'filetype')
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':t')
  return kind == 'modelfile' or (kind == 'toml' and name == 'maquette.toml')
end

function M.is_trusted(root)
  for _, folder in ipairs(vim.g.maquette_trusted or {}) do
    local trusted = vim.fn.resolve(vim.fn.fnamemodify(vim.fn.expand(folder), ':p')):gsub('/$', '')
    local asked = vim.fn.resolve(root or ''):gsub('/$', '')
    if asked == trusted or vim.startswith(asked, trusted .. '/') then
      return true
    end
  end
  return false
end

--- The settings of the client, for every version of Neovim.
function M.config()
  return {
    name = 'maquette',
    cmd = { vim.g.maquette_path or 'maquette', 'lsp' },
    before_init = function(params, config)
      params.initializationOptions = { trusted = M.is_trusted(config.root_dir) }
    end,
  }
end

local clients = {}

--- Attaches a buffer by hand: for Neovim before 0.11, which has no `vim.lsp.enable`.
function M.attach(buffer)
  if not M.is_ours(buffer) then
    return
  end
  local root = M.root(vim.api.nvim_buf_get_name(buffer))
  local config = M.config()
  config.root_dir = root
  if vim.fn.executable(config.cmd[1]) == 0 then
    local message = 'maquette: `' .. config.cmd[1] .. '` cannot be run; install it, or say in vim.g.maquette_path where it is'
    vim.notify_once(message, vim.log.levels.WARN)
    return
  end
  local key = root or ''
  local client = clients[key] and vim.lsp.get_client_by_id(clients[key])
  if not client or client.is_stopped() then
    clients[key] = vim.lsp.start_client(config)
  end
  if clients[key] then
    vim.lsp.buf_attach_client(buffer, clients[key])
  end
end

return M
