-- For `vim.lsp.enable('maquette')`, Neovim 0.11 and newer.

local maquette = require('maquette')

local config = maquette.config()
config.filetypes = { 'modelfile', 'toml' }
config.root_dir = function(buffer, start)
  if maquette.is_ours(buffer) then
    start(maquette.root(vim.api.nvim_buf_get_name(buffer)))
  end
end
return config
