// Where the program is. Pure: what it has to know of the machine is handed in.

import { posix, win32 } from 'node:path';

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether there is a file that can be run. */
  readonly isProgram: (path: string) => boolean;
}

export type Found = { readonly path: string } | { readonly missing: string };

/**
 * Looks for `maquette`: where the setting says, else on the `PATH`, else where cargo installs it.
 *
 * Relative entries of the `PATH` are passed over: in a folder that somebody cloned they would run what came with it.
 */
export function findBinary(setting: string, machine: Machine): Found {
  const { isAbsolute, join } = machine.platform === 'win32' ? win32 : posix;
  const configured = setting.trim().replace(/^~(?=$|[/\\])/, () => machine.home);
  if (configured !== '') {
    if (!isAbsolute(configured)) {
      return { missing: `\`maquette.path\` is \`${setting}\`: it has to be an absolute path, or empty` };
    }
    return machine.isProgram(configured)
      ? { path: configured }
      : { missing: `\`maquette.path\` is \`${setting}\`: there is no program` };
  }
  const name = machine.platform === 'win32' ? 'maquette.exe' : 'maquette';
  const folders = searchPath(machine).filter((folder) => isAbsolute(folder));
  const cargo = machine.environment['CARGO_HOME'] ?? join(machine.home, '.cargo');
  const found = [...folders, join(cargo, 'bin')].map((folder) => join(folder, name)).find(machine.isProgram);
  return found === undefined
    ? { missing: '`maquette` is not on the `PATH`: install it, or say in `maquette.path` where it is' }
    : { path: found };
}

function searchPath(machine: Machine): string[] {
  // Windows writes the name of the variable in either case.
  const key = Object.keys(machine.environment).find((name) =>
    machine.platform === 'win32' ? name.toUpperCase() === 'PATH' : name === 'PATH',
  );
  const value = key === undefined ? '' : (machine.environment[key] ?? '');
  return value.split(machine.platform === 'win32' ? ';' : ':').filter((folder) => folder !== '');
}
