// The tokenizer of the editor, with the grammars of this repository, and a notation for what it finds.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const require = createRequire(import.meta.url);

/** The folder `editors/`. Tests run from the folder of the extension. */
export const EDITORS = resolve(process.cwd(), '..');

export interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** From the outermost to the innermost, without that of the whole file. */
  readonly scopes: readonly string[];
}

export type Tokenize = (text: string) => Token[][];

const library = (async () => {
  await oniguruma.loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')));
  return {
    createOnigScanner: (patterns: string[]) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text: string) => new oniguruma.OnigString(text),
  };
})();

/** The grammars of a Modelfile, each in the form that is asked for, and the real one of Markdown. */
const files = (kind: 'json' | 'plist'): Record<string, string> => ({
  'source.modelfile':
    kind === 'json' ? `${EDITORS}/textmate/modelfile.tmLanguage.json` : `${EDITORS}/sublime/Modelfile.tmLanguage`,
  'text.modelfile.template':
    kind === 'json'
      ? `${EDITORS}/textmate/template.tmLanguage.json`
      : `${EDITORS}/sublime/Modelfile-template.tmLanguage`,
  'text.html.markdown': require.resolve('tm-grammars/grammars/markdown.json'),
});

export async function modelfile(kind: 'json' | 'plist' = 'json'): Promise<Tokenize> {
  const known = files(kind);
  const registry = new textmate.Registry({
    onigLib: library,
    loadGrammar: async (scope) => {
      const file = known[scope];
      return file === undefined ? null : textmate.parseRawGrammar(readFileSync(file, 'utf8'), file);
    },
  });
  const grammar = await registry.loadGrammar('source.modelfile');
  if (grammar === null) {
    throw new Error('there is no grammar');
  }
  return (text) => {
    let state = textmate.INITIAL;
    return text.split(/\r\n|\r|\n/).map((line) => {
      const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
      state = ruleStack;
      return tokens
        .map(({ startIndex: start, endIndex, scopes }) => {
          const end = Math.min(endIndex, line.length);
          return { start, end, text: line.slice(start, end), scopes: scopes.slice(1) };
        })
        .filter(({ start, end }) => start < end);
    });
  };
}

/** A text with its tokens: each line after `>`, and below it what has scopes. */
export function annotated(text: string, lines: Token[][]): string {
  return text
    .split(/\r\n|\r|\n/)
    .flatMap((line, at) => [
      `>${line}`,
      ...(lines[at] ?? [])
        .filter(({ scopes }) => scopes.length > 0)
        .map(({ start, end, scopes }) => `#${' '.repeat(start)}${'^'.repeat(end - start)} ${scopes.join(' ')}`),
    ])
    .join('\n');
}
