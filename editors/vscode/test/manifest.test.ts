// What the files for different editors say in different words is the same.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { EDITORS } from './tokens';

const read = (path: string) => readFileSync(`${EDITORS}/${path}`, 'utf8');
const manifest = JSON.parse(read('vscode/package.json'));

/** Names of files, and whether a Modelfile is called so (`src/project/file_name.rs`). VS Code itself does not look at case. */
const NAMES: [name: string, is: boolean][] = [
  ['Modelfile', true],
  ['models/Modelfile', true],
  ['Modelfile.support', true],
  ['a/Modelfile.support', true],
  ['support.Modelfile', true],
  ['a/b/v1.2.modelfile', true],
  ['modelfile', false],
  ['Modelfiles', false],
  ['MyModelfile', false],
  ['support.MODELFILE', false],
  ['support.Modelfile.bak', false],
  ['Dockerfile', false],
];

function glob(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/\./g, '\\.').replace(/\*/g, '[^/]+')}$`);
}

const last = (name: string) => name.slice(name.lastIndexOf('/') + 1);

test('every editor and hook knows the same files', () => {
  const language = manifest.contributes.languages.find(({ id }: { id: string }) => id === 'modelfile');
  const vscode = (name: string) =>
    language.filenames.includes(last(name)) ||
    language.filenamePatterns.some((pattern: string) => glob(pattern).test(last(name))) ||
    language.extensions.some((extension: string) => last(name).endsWith(extension));

  const helix = [...read('helix/languages.toml').matchAll(/glob = "([^"]+)"/g)].map(([, pattern]) =>
    glob(pattern ?? ''),
  );
  const vim = /BufRead (\S+)/.exec(read('neovim/ftdetect/modelfile.vim'))?.[1]?.split(',').map(glob) ?? [];
  const hooks = [...read('../.pre-commit-hooks.yaml').matchAll(/files: (.*)$/gm)].map(
    ([, pattern]) => new RegExp(pattern ?? ''),
  );
  assert.equal(hooks.length, 3);
  assert.ok(helix.length > 0 && vim.length > 0);

  for (const [name, is] of NAMES) {
    assert.equal(vscode(name), is, `VS Code: ${name}`);
    assert.equal(
      helix.some((pattern) => pattern.test(last(name))),
      is,
      `Helix: ${name}`,
    );
    assert.equal(
      vim.some((pattern) => pattern.test(last(name))),
      is,
      `Neovim: ${name}`,
    );
    for (const hook of hooks) {
      assert.equal(hook.test(name), is, `${hook}: ${name}`);
    }
  }
});

test('the version is that of the program', () => {
  const version = /^version = "(.*)"$/m.exec(read('../Cargo.toml'))?.[1];
  assert.equal(manifest.version, version);
  assert.equal(JSON.parse(read('vscode/package-lock.json')).version, version);
});

test('the lock file names no host', () => {
  assert.doesNotMatch(read('vscode/package-lock.json'), /"resolved"/);
});

test('a setting that names a program counts in trusted folders only', () => {
  const { untrustedWorkspaces } = manifest.capabilities;
  assert.equal(untrustedWorkspaces.supported, 'limited');
  assert.ok(untrustedWorkspaces.restrictedConfigurations.includes('maquette.path'));
});

test('every command is contributed', () => {
  const contributed = manifest.contributes.commands.map(({ command }: { command: string }) => command);
  assert.deepEqual(contributed.toSorted(), ['maquette.plan', 'maquette.restart', 'maquette.showLog']);
});
