;;; maquette.el --- Modelfiles, with eglot -*- lexical-binding: t; -*-

;; Package-Requires: ((emacs "28.1") (eglot "1.9"))

;;; Commentary:

;; A mode for Modelfiles, and `maquette lsp' for it.  eglot is part of Emacs since 29.

;;; Code:

(defvar eglot-server-programs)

(defvar maquette-program "maquette"
  "The program that holds the language server.")

(defvar maquette-trusted-folders nil
  "Folders below which servers may be asked for names and plans.")

(defvar maquette-font-lock-keywords
  `(("^[ \t]*\\(#.*\\)$" 1 font-lock-comment-face t)
    (,(concat "^[ \t]*\\([A-Z][A-Z0-9_]*\\|"
              (regexp-opt '("from" "parameter" "system" "template" "adapter" "draft" "license" "message"
                            "renderer" "parser" "requires"))
              "\\)[ \t]")
     1 font-lock-keyword-face)
    ("\\${[A-Za-z_][A-Za-z0-9_]*}" 0 font-lock-variable-name-face t)
    ("{{[^}\n]*}}" 0 font-lock-preprocessor-face t))
  "What can be told without knowing the words.")

;;;###autoload
(define-derived-mode maquette-modelfile-mode prog-mode "Modelfile"
  "A mode for Modelfiles."
  ;; Quotes count only at the ends of a value, so they are no string delimiters for Emacs.
  (modify-syntax-entry ?\" "." (syntax-table))
  (setq-local comment-start "# ")
  (setq-local comment-start-skip "#+[ \t]*")
  (setq-local font-lock-defaults '(maquette-font-lock-keywords t)))

;;;###autoload
(add-to-list 'auto-mode-alist
             '("\\(?:/\\|\\`\\)Modelfile\\(?:\\.[^/]+\\)?\\'\\|[^/]\\.[Mm]odelfile\\'" . maquette-modelfile-mode))

(defun maquette--contact (&rest _)
  "How the server is started: trusted only below `maquette-trusted-folders'."
  (let ((trusted (seq-some (lambda (folder) (file-in-directory-p default-directory folder))
                           maquette-trusted-folders)))
    (list maquette-program "lsp" :initializationOptions (list :trusted (if trusted t :json-false)))))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '((maquette-modelfile-mode :language-id "modelfile") . maquette--contact)))

(provide 'maquette)
;;; maquette.el ends here
