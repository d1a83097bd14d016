// Where the program is looked for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBinary, type Machine } from '../src/binary';

function machine(programs: string[], changes: Partial<Machine> = {}): Machine {
  return {
    platform: 'linux',
    home: '/home/ann',
    environment: { PATH: '/usr/bin:/bin' },
    isProgram: (path) => programs.includes(path),
    ...changes,
  };
}

const windows: Partial<Machine> = {
  platform: 'win32',
  home: 'C:\\Users\\ann',
  environment: { Path: 'C:\\Windows;C:\\Tools' },
};

const cases: [what: string, setting: string, machine: Machine, found: string | RegExp][] = [
  ['the setting wins', '/opt/maquette', machine(['/opt/maquette', '/usr/bin/maquette']), '/opt/maquette'],
  [
    'the home folder may be written short',
    '~/bin/maquette',
    machine(['/home/ann/bin/maquette']),
    '/home/ann/bin/maquette',
  ],
  ['the setting is all that is tried', '/opt/maquette', machine(['/usr/bin/maquette']), /there is no program/],
  ['a path of the workspace is refused', 'bin/maquette', machine(['bin/maquette']), /absolute/],
  ['a name alone is refused', 'maquette', machine(['/usr/bin/maquette']), /absolute/],
  ['blanks are no setting', '  ', machine(['/usr/bin/maquette']), '/usr/bin/maquette'],
  ['the first of the PATH', '', machine(['/bin/maquette', '/usr/bin/maquette']), '/usr/bin/maquette'],
  ['then where cargo puts it', '', machine(['/home/ann/.cargo/bin/maquette']), '/home/ann/.cargo/bin/maquette'],
  [
    'wherever that is',
    '',
    machine(['/cargo/bin/maquette'], { environment: { PATH: '', CARGO_HOME: '/cargo' } }),
    '/cargo/bin/maquette',
  ],
  [
    'the open folder is never searched',
    '',
    machine(['./maquette', 'bin/maquette', 'maquette'], { environment: { PATH: '.:bin::' } }),
    /not on the `PATH`/,
  ],
  ['Windows', '', machine(['C:\\Tools\\maquette.exe'], windows), 'C:\\Tools\\maquette.exe'],
  ['Windows, by the setting', 'D:\\m.exe', machine(['D:\\m.exe'], windows), 'D:\\m.exe'],
  ['nothing anywhere', '', machine([], { environment: {} }), /`maquette.path`/],
];

for (const [what, setting, on, expected] of cases) {
  test(what, () => {
    const found = findBinary(setting, on);
    if (typeof expected === 'string') {
      assert.deepEqual(found, { path: expected });
    } else {
      assert.match('missing' in found ? found.missing : found.path, expected);
    }
  });
}
