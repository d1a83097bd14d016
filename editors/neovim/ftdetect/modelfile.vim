autocmd BufNewFile,BufRead Modelfile,Modelfile.*,*.Modelfile,*.modelfile setfiletype modelfile
