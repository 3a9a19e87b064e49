// Fails when the documents say something about the repository that is no longer so. Run by
// `npm run check`; each check takes the root of a tree and returns what is wrong in it.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ErrorCodeRow } from '../src/core/error-codes.ts';

type Problems = readonly string[];

const architecturePage = 'ARCHITECTURE.md';
const errorsPage = 'docs/reference/errors.md';
const errorTable = 'src/core/error-codes.ts';
const dependenciesPage = 'docs/decisions/0002-dependencies.md';

/** All checks; a document that is missing is a problem too. */
export async function checkDocs(root: string): Promise<Problems> {
  const missing = [architecturePage, errorsPage, dependenciesPage, 'README.md'].filter(
    (page) => !existsSync(join(root, page)),
  );
  if (missing.length > 0) return missing.map((page) => `${page} is missing`);
  return [
    ...checkNamedFiles(root),
    ...checkNamedFunctions(root),
    ...checkLimits(root),
    ...(await checkErrorCodes(root)),
    ...checkDependencies(root),
    ...checkLinks(root),
    ...checkMachinePaths(root),
  ];
}

const pathForm = /^[\w@.*-][\w@./*-]*$/;
const fileForm = /(\/|\.(ts|mjs|cjs|js|json|md|sql|yaml))$/;

/** Files and folders that ARCHITECTURE.md names in backticks exist: from the root, from src, or anywhere in src. */
export function checkNamedFiles(root: string): Problems {
  const names = codeSpans(read(root, architecturePage)).filter(
    (span) => pathForm.test(span) && fileForm.test(span),
  );
  const isThere = (name: string) => {
    const places = name.includes('/') ? ['', 'src'] : ['', 'src/**'];
    return places.some((place) => globSync(join(place, name), { cwd: root }).length > 0);
  };
  return unique(names)
    .filter((name) => !isThere(name))
    .map((name) => `${architecturePage} names ${name}, which does not exist`);
}

/** Functions and methods that ARCHITECTURE.md names as `name()` occur in the source. */
export function checkNamedFunctions(root: string): Problems {
  const source = sourceFiles(root).join('\n');
  const words = new Set(source.match(/[A-Za-z_]\w*/g));
  return unique(codeSpans(read(root, architecturePage)))
    .filter((span) => /^[A-Za-z][\w.]*\(\)$/.test(span))
    .filter((span) => !words.has(span.slice(0, -2).split('.').at(-1) ?? ''))
    .map((span) => `${architecturePage} names ${span}, which occurs in no source file`);
}

/** Rows `| name | value | file |` of the limits table carry the value that the file gives the name. */
export function checkLimits(root: string): Problems {
  const rows = read(root, architecturePage).matchAll(
    /^\| `(\w+)` \| ([\d,]+)[^|]* \| `([\w./-]+\.ts)` \|/gm,
  );
  return [...rows].flatMap(([, name = '', value = '', file = '']) => {
    const found = existsSync(join(root, file)) ? valuesOf(name, read(root, file)) : [];
    if (found.includes(Number(value.replaceAll(',', '')))) return [];
    return [`${architecturePage}: ${name} is ${value} there, ${found[0] ?? 'unknown'} in ${file}`];
  });
}

/** Error codes and the headings of their page agree both ways, and so do the facts under each. */
export async function checkErrorCodes(root: string): Promise<Problems> {
  const { errorCodes } = (await import(pathToFileURL(join(root, errorTable)).href)) as {
    errorCodes: Record<string, ErrorCodeRow>;
  };
  const sections = new Map(
    read(root, errorsPage)
      .split(/^## /m)
      .slice(1)
      .map((section) => [/^`?([^`\n]+)`?\n/.exec(section)?.[1] ?? '', section]),
  );
  const undocumented = Object.entries(errorCodes).flatMap(([code, row]) => {
    const section = sections.get(code);
    if (section === undefined) return [`${errorsPage} has no paragraph for ${code}`];
    const retry = row.isRetryable ? 'yes' : 'no';
    const facts = `${row.status} · \`${row.type}\` · \`${row.wireCode}\` · retry: ${retry}`;
    return section.includes(facts) ? [] : [`${errorsPage}: ${code} must say: ${facts}`];
  });
  const unknown = [...sections.keys()].filter((code) => !(code in errorCodes));
  return [...undocumented, ...unknown.map((code) => `${errorsPage}: there is no code ${code}`)];
}

/** Each dependency has its line in the decision record, and each line is about a dependency. */
export function checkDependencies(root: string): Problems {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(read(root, 'package.json')) as {
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  };
  const wanted = Object.keys({ ...dependencies, ...devDependencies });
  const rows = read(root, dependenciesPage).matchAll(/^\| `([^`]+)` \| \S/gm);
  const recorded = [...rows].map(([, name = '']) => name);
  return [
    ...wanted
      .filter((name) => !recorded.includes(name))
      .map((name) => `${dependenciesPage} has no line for ${name}`),
    ...recorded
      .filter((name) => !wanted.includes(name))
      .map((name) => `${dependenciesPage} has a line for ${name}, which is no dependency`),
  ];
}

/** Relative links lead to a file, and their fragments to a heading. */
export function checkLinks(root: string): Problems {
  return documents(root).flatMap((page) => {
    const text = withoutFences(read(root, page));
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    return targets
      .filter((target) => !/^[a-z]+:/i.test(target))
      .filter((target) => !leadsSomewhere(root, page, target))
      .map((target) => `${page}: the link ${target} leads nowhere`);
  });
}

// Put together here, so that this file does not hold what it looks for.
const machineFolders = ['home', 'root', 'tmp', 'work'].join('|');
const machinePath = new RegExp(`(?<![\\w.~}$/])/(${machineFolders})(?=[/\\s\`"'.,;:)]|$)`, 'm');

/** The documents speak of no particular machine. */
export function checkMachinePaths(root: string): Problems {
  return [...documents(root), 'config.example.yaml']
    .filter((page) => existsSync(join(root, page)))
    .flatMap((page) => {
      const found = machinePath.exec(read(root, page));
      return found === null ? [] : [`${page} names a path of one machine: ${found[0]}`];
    });
}

function leadsSomewhere(root: string, page: string, target: string): boolean {
  const [path = '', fragment] = target.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  if (file.startsWith('..') || !existsSync(join(root, file))) return false;
  if (fragment === undefined || statSync(join(root, file)).isDirectory()) {
    return fragment === undefined;
  }
  return headingSlugs(read(root, file)).includes(fragment);
}

function headingSlugs(text: string): readonly string[] {
  const headings = withoutFences(text).matchAll(/^#{1,6} (.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Values that a source text gives a name: `name = 4_096`, `name: 4 * 1024` or `name: options.name ?? 4_096`. */
function valuesOf(name: string, source: string): readonly number[] {
  const given = source.matchAll(
    new RegExp(`\\b${name}\\b\\s*[:=]\\s*(?:[\\w.]+ \\?\\? )?(\\d[\\d_ *]*)`, 'g'),
  );
  return [...given].map(([, product = '']) =>
    product
      .replaceAll('_', '')
      .split('*')
      .reduce((value, factor) => value * Number(factor), 1),
  );
}

function documents(root: string): readonly string[] {
  return globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort();
}

function sourceFiles(root: string): readonly string[] {
  return globSync('src/**/*.ts', { cwd: root }).map((file) => read(root, file));
}

function codeSpans(text: string): readonly string[] {
  return [...withoutFences(text).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
}

function withoutFences(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '');
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

function read(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

if (import.meta.main) {
  const problems = await checkDocs(process.argv[2] ?? '.');
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
