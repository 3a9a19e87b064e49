import { readFileSync } from 'node:fs';

interface PackageFile {
  readonly description: string;
  readonly name: string;
  readonly version: string;
}

/** Name and version from the package file, two folders up in the source tree and in the built package. */
export const packageInformation: PackageFile = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);
