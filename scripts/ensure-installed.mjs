// Runs before `npm start`, `npm test` and the other scripts, on any Node from 20 on and without any
// package: installs what package-lock.json says unless node_modules holds exactly that already.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const nodeMajorMin = 20;

if (Number(process.versions.node.split('.')[0]) < nodeMajorMin) {
  console.error(
    `Moongate needs Node ${nodeMajorMin} or newer to install itself; this is ${process.version}.`,
  );
  process.exit(1);
}
if (!isInstalled()) install();

function isInstalled() {
  const installedFile = 'node_modules/.package-lock.json';
  if (!existsSync(installedFile)) return false;
  const wanted = readPackages('package-lock.json');
  const installed = readPackages(installedFile);
  const isMissing = ([path, entry]) =>
    path !== '' &&
    !entry.optional &&
    !entry.link &&
    path.startsWith('node_modules/') &&
    installed[path]?.version !== entry.version;
  const isForeign = ([path, entry]) =>
    path.startsWith('node_modules/') && !entry.link && wanted[path]?.version !== entry.version;
  return !Object.entries(wanted).some(isMissing) && !Object.entries(installed).some(isForeign);
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

function install() {
  console.error(
    'Installing dependencies (about 1 GB on disk, most of it GPU libraries for Linux) …',
  );
  const npm = process.env.npm_execpath;
  const [command, before] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const { status } = spawnSync(command, [...before, 'ci', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    console.error('npm ci failed; see the lines above. Check the network and try again.');
    process.exit(status ?? 1);
  }
}
