// `node scripts/complete-lockfile.mjs`, after an `npm install` from a registry that does not hold every platform's binaries.
//
// npm leaves such optional packages out of package-lock.json, and then refuses its own file: `npm ci` says that they are missing. Here each
// is written in as any full registry would have it: its version is fixed by the package that asks for it, its platform by its name.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../package-lock.json', import.meta.url);
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32'];

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const { packages } = lock;

const isThere = (name) => Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`));
/** `linux-arm-gnueabihf` names system and processor; `armv7` is an arm. */
const named = (known, words) => known.filter((one) => words.some((word) => word === one || word.startsWith(`${one}v`)));

const added = [];
for (const { optionalDependencies = {}, dev, devOptional } of Object.values(packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    // A range leaves the choice to the registry; the binaries of one release are asked for by their exact version.
    if (isThere(name) || !/^\d[\w.-]*$/.test(version)) continue;
    const words = name.toLowerCase().split(/[-/]/);
    const [os, cpu] = [named(SYSTEMS, words), named(PROCESSORS, words)];
    const isDev = dev === true || devOptional === true;
    packages[`node_modules/${name}`] = {
      version,
      ...(cpu.length > 0 && { cpu }),
      ...(isDev && { dev: true }),
      optional: true,
      ...(os.length > 0 && { os }),
    };
    added.push(`${name}@${version}`);
  }
}

lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? 'Nothing is missing.' : added.join('\n'));
