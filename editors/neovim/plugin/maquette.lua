if vim.g.loaded_maquette then
  return
end
vim.g.loaded_maquette = true

if vim.lsp.enable then
  vim.lsp.enable('maquette')
else
  vim.api.nvim_create_autocmd('FileType', {
    pattern = { 'modelfile', 'toml' },
    callback = function(event)
      require('maquette').attach(event.buf)
    end,
  })
end
