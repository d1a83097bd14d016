" What can be told without knowing the words: the language server colours the rest (Neovim 0.9 and newer).
if exists('b:current_syntax')
  finish
endif
syntax match modelfileComment /^\s*#.*$/ contains=modelfileAllow
syntax match modelfileAllow /maquette:\s*allow\>/ contained
syntax match modelfileKeyword /^\s*[A-Z][A-Z0-9_]*\ze[ \t]/
syntax match modelfileKeyword /^\s*\c\%(from\|parameter\|system\|template\|adapter\|draft\|license\|message\|renderer\|parser\|requires\)\ze[ \t]/
syntax match modelfileArgument /\$\@<!\${\h\w*}/
syntax region modelfileAction start=/{{/ end=/}}/ contained
syntax region modelfileText matchgroup=modelfileQuotes start=/\%(^\s*\a\+\%(\s\+\h\w*\)\?[ \t]\+\)\@<="""/ end=/"""\ze\s*$/ contains=modelfileArgument,modelfileAction keepend
highlight default link modelfileComment Comment
highlight default link modelfileAllow SpecialComment
highlight default link modelfileKeyword Keyword
highlight default link modelfileArgument Identifier
highlight default link modelfileAction PreProc
highlight default link modelfileQuotes Delimiter
highlight default link modelfileText String
let b:current_syntax = 'modelfile'
