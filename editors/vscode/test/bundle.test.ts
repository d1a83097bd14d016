// The bundle, loaded as VS Code loads it: with a module `vscode` that only the editor has.

import assert from 'node:assert/strict';
import Module from 'node:module';
import { test } from 'node:test';
import { EDITORS } from './tokens';

/** Anything: a class, a function, a namespace. */
const anything: unknown = new Proxy(class {}, {
  get: (target, name) => (name === 'prototype' ? target.prototype : name === Symbol.toPrimitive ? () => 0 : anything),
});

test('the bundle loads, and needs nothing that is not in the package', () => {
  const asked: string[] = [];
  const loader = Module as unknown as { _load: (name: string, ...rest: unknown[]) => unknown };
  const load = loader._load;
  loader._load = (name, ...rest) => {
    asked.push(name);
    return name === 'vscode' ? anything : load(name, ...rest);
  };
  try {
    const extension = Module.createRequire(import.meta.url)(`${EDITORS}/vscode/dist/extension.js`);
    assert.deepEqual(Object.keys(extension).toSorted(), ['activate', 'deactivate']);
  } finally {
    loader._load = load;
  }
  assert.ok(asked.includes('vscode'));
  const foreign = asked.filter((name) => name !== 'vscode' && !name.startsWith('/') && !Module.isBuiltin(name));
  assert.deepEqual(foreign, []);
});
