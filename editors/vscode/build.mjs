// Bundles the extension into `dist/`, or its tests into `out/` (`--tests`), and fetches what stands elsewhere in the repository.

import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const shared = { bundle: true, platform: 'node', target: 'node20', logLevel: 'warning', absWorkingDir: here };

if (process.argv.includes('--tests')) {
  await rm(`${here}/out`, { recursive: true, force: true });
  const tests = (await readdir(`${here}/test`)).filter((name) => name.endsWith('.test.ts'));
  await build({
    ...shared,
    entryPoints: tests.map((name) => `test/${name}`),
    outdir: 'out',
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    packages: 'external',
    sourcemap: true,
  });
} else {
  await rm(`${here}/dist`, { recursive: true, force: true });
  const { metafile } = await build({
    ...shared,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.js',
    format: 'cjs',
    external: ['vscode'],
    minify: true,
    metafile: true,
  });
  await writeFile(`${here}/dist/NOTICES.txt`, await notices(Object.keys(metafile.inputs)));
  for (const name of ['modelfile', 'template']) {
    await cp(`${here}/../textmate/${name}.tmLanguage.json`, `${here}/syntaxes/${name}.tmLanguage.json`);
  }
  await cp(`${here}/../../LICENSE-MIT`, `${here}/LICENSE.txt`);
}

/** The licences of what is bundled, as they ask for. */
async function notices(inputs) {
  const folders = new Set(inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter(Boolean));
  const texts = [...folders].sort().map(async (folder) => {
    const { name, version } = JSON.parse(await readFile(`${here}/${folder}/package.json`, 'utf8'));
    const file = (await readdir(`${here}/${folder}`)).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) {
      throw new Error(`${name} ${version} has no licence that could be handed on`);
    }
    return `${name} ${version}\n\n${(await readFile(`${here}/${folder}/${file}`, 'utf8')).trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}
