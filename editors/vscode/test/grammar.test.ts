// The grammar, by the tokenizer that VS Code has.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { annotated, EDITORS, modelfile, type Token } from './tokens';

const tokenize = await modelfile();
const FIXTURES = `${EDITORS}/textmate/fixtures`;
const REPOSITORY = `${EDITORS}/..`;

/** The words of a file that are coloured as directives, in order. */
function directives(lines: Token[][]): string[] {
  const tokens = lines
    .flat()
    .filter(({ scopes }) => scopes.some((scope) => scope.startsWith('keyword.other.directive.')));
  return tokens.map(({ text }) => text.toLowerCase());
}

const inside = (scope: string) => (token: Token) => token.scopes.includes(scope);

for (const name of readdirSync(FIXTURES).filter((name) => name.endsWith('.Modelfile'))) {
  test(`tokens of ${name}`, () => {
    const text = readFileSync(`${FIXTURES}/${name}`, 'utf8').replace(/\n$/, '');
    const now = `${annotated(text, tokenize(text))}\n`;
    const file = `${FIXTURES}/${name}.tokens`;
    if (process.env['UPDATE'] !== undefined) {
      writeFileSync(file, now);
    }
    assert.ok(existsSync(file), `${basename(file)} is missing: \`UPDATE=1 npm test\` writes it`);
    assert.equal(now, readFileSync(file, 'utf8'), `\`UPDATE=1 npm test\` writes ${basename(file)} anew`);
  });
}

interface Vector {
  readonly name: string;
  /** Missing where the file is no text. */
  readonly input?: string;
  readonly ok: boolean;
  readonly commands: readonly { readonly name: string; readonly args: string }[] | null;
}

test('what Ollama takes has the directives that its parser finds, and no others', () => {
  const vectors: Vector[] = JSON.parse(readFileSync(`${REPOSITORY}/fixtures/vectors/ollama-parser.json`, 'utf8'));
  const words = new Set([
    'adapter',
    'draft',
    'license',
    'message',
    'parser',
    'renderer',
    'requires',
    'system',
    'template',
  ]);
  let compared = 0;
  for (const { name, input, commands } of vectors.filter(({ ok }) => ok)) {
    // Characters that Ollama deletes are beyond a grammar; a file has to be text.
    if (input === undefined || !/^[\t\r\n\x20-\x7e]*$/.test(input)) {
      continue;
    }
    // `FROM` is called `model`, and a PARAMETER by its own name.
    const expected = commands?.map((command) => {
      return command.name === 'model' ? 'from' : words.has(command.name) ? command.name : 'parameter';
    });
    assert.deepEqual(directives(tokenize(input)), expected, name);
    compared += 1;
  }
  assert.ok(compared > 80, `only ${compared} files were compared`);
});

test('Markdown that is never closed ends with the prompt', () => {
  for (const open of [
    '```python',
    '~~~',
    '<script>',
    '<!--',
    '**bold',
    '`code',
    '[link](',
    '$$',
    '> quote',
    '- item',
    '|a|',
  ]) {
    for (const form of [
      `"""${open}\n${open}\n"""`,
      `"""\n${open}\ntext"""`,
      `"""${open}"""`,
      `"${open}\n${open}"`,
      open,
    ]) {
      const lines = tokenize(`FROM a\nSYSTEM ${form}\nPARAMETER stop x`);
      assert.deepEqual(directives(lines), ['from', 'system', 'parameter'], JSON.stringify(form));
    }
  }
});

test('a template that is never closed ends with its quotes', () => {
  for (const open of ['{{', '{{ if', '{{- /* a', '{{ "a', '{{ `a', "{{ 'a", '{{ ( ']) {
    for (const form of [
      `"""${open}\n${open}\n"""`,
      `"""\n${open}\ntext"""`,
      `"""${open}"""`,
      `"${open}\n${open}"`,
      open,
    ]) {
      const lines = tokenize(`FROM a\nTEMPLATE ${form}\nPARAMETER stop x`);
      assert.deepEqual(directives(lines), ['from', 'template', 'parameter'], JSON.stringify(form));
    }
  }
});

test('a prompt is Markdown on its first line, in its middle and on its last', () => {
  const lines = tokenize('SYSTEM """# One\n# Two\n# Three"""');
  for (const [at, text] of [' One', ' Two', ' Three'].entries()) {
    const found = lines[at]?.some(
      (token) => token.text.includes(text.trim()) && token.scopes.some((scope) => scope.startsWith('markup.heading')),
    );
    assert.ok(found, `line ${at + 1}: ${JSON.stringify(lines[at])}`);
  }
});

test('arguments are seen inside of Markdown, and so is what Open WebUI fills in', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is an argument of a Modelfile
  const lines = tokenize('SYSTEM """\n- **${tone}** for {{USER_NAME}}, not $${tone}\n"""').flat();
  assert.deepEqual(
    lines.filter(inside('variable.other.argument.modelfile')).map(({ text }) => text),
    ['tone'],
  );
  assert.deepEqual(
    lines.filter(inside('variable.language.prompt.modelfile')).map(({ text }) => text),
    ['{{USER_NAME}}'],
  );
});

test('the form for Sublime Text finds the same directives', async () => {
  const sublime = await modelfile('plist');
  let compared = 0;
  for (const name of readdirSync(FIXTURES).filter((name) => name.endsWith('.Modelfile'))) {
    const text = readFileSync(`${FIXTURES}/${name}`, 'utf8');
    assert.deepEqual(directives(sublime(text)), directives(tokenize(text)), name);
    compared += 1;
  }
  assert.ok(compared > 3);
});

test('a long prompt with quotes inside of it is one prompt', () => {
  const prompt = 'Some **Markdown** with `code`, "quotes" and """three of them.\n'.repeat(2000);
  const lines = tokenize(`FROM a\nSYSTEM """\n${prompt}"""\nPARAMETER stop x`);
  assert.deepEqual(directives(lines), ['from', 'system', 'parameter']);
});
