/*
 * Copies the few packages that the page uses from node_modules/ into
 * www/vendor/, as plain ES modules.
 *
 * A browser does not know what `from "preact"` means, and the strict CSP
 * forbids the inline import map that would tell it.  So every bare specifier
 * is rewritten to the neighbour's relative file name while the module is
 * copied.  A specifier that is not in PACKAGES is an error, not a guess.
 *
 * To add a package: install it, add it to PACKAGES with those it imports.
 * Beside each module lies a one-line .d.ts that leads tsc to the types.
 */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';


const TOP = dirname(dirname(fileURLToPath(import.meta.url)));
const TARGET = join(TOP, 'www', 'vendor');

export const PACKAGES = [
  'preact', 'preact/hooks', 'htm', '@preact/signals-core', '@preact/signals',
];

/* what a browser may load, the most fitting first */
const CONDITIONS = ['browser', 'module', 'import', 'default'];


/** Makes www/vendor/ anew. */
export async function vendor() {
  await rm(TARGET, { recursive: true, force: true });
  await mkdir(TARGET, { recursive: true });

  for (const name of PACKAGES) {
    await copy(name);
  }
}


async function copy(name) {
  const home = join(TOP, 'node_modules', packageOf(name));
  const about = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  const source = await readFile(join(home, entryOf(about, name)), 'utf8');
  const licence = await readFile(join(home, 'LICENSE'), 'utf8');
  const file = join(TARGET, fileOf(name));

  await writeFile(`${file}.js`, rewrite(source, PACKAGES));
  await writeFile(`${file}.d.ts`, typesOf(name));
  await writeFile(join(TARGET, `${fileOf(packageOf(name))}.LICENSE`), licence);
}


/** '@preact/signals/utils' -> '@preact/signals' */
export function packageOf(name) {
  return name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/');
}


/** '@preact/signals' -> 'preact-signals' */
export function fileOf(name) {
  return name.replace('@', '').replaceAll('/', '-');
}


/** The file of a package that a browser should load for this specifier. */
export function entryOf(about, name) {
  const path = `.${name.slice(packageOf(name).length)}`;
  const entry = about.exports?.[path];
  const file = typeof entry === 'string' ? entry
    : CONDITIONS.map((word) => entry?.[word]).find(Boolean);

  if (typeof file !== 'string') {
    throw new Error(`package "${about.name}" exports no module for "${path}"`);
  }
  return file;
}


/**
 * Turns the bare specifiers of a module into relative ones and drops the
 * reference to a source map that is not copied.
 */
export function rewrite(source, names) {
  return source
    .replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n')
    .replace(
      /\b(from\s*|import\s*\(?\s*)(["'])([^"'\n]+)\2/g,
      (all, before, quote, name) => before + quote + relative(name, names)
        + quote,
    );
}


function relative(name, names) {
  if (/^\.{0,2}\//.test(name)) {
    return name;
  }
  if (!names.includes(name)) {
    throw new Error(`module imports "${name}", which is not copied`);
  }
  return `./${fileOf(name)}.js`;
}


function typesOf(name) {
  return `export ${name === 'htm' ? '{ default }' : '*'} from '${name}';\n`;
}


if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await vendor();
}
