import { readFileSync } from 'node:fs';

/** From the package file, two folders up in the source tree and in the built package. */
interface PackageFile {
  readonly description: string;
  readonly name: string;
  readonly version: string;
}

const { name, version, description } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as PackageFile;

export const packageInformation: PackageFile = { name, version, description };
