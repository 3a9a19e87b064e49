import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Config, configSchema } from './config-schema.ts';
import { listSettings, type Setting } from './list-settings.ts';

export type SettingSource = 'flag' | 'environment' | 'file' | 'default';

export interface LoadedConfig {
  readonly config: Config;
  /** Where each value came from, by path. */
  readonly sources: ReadonlyMap<string, SettingSource>;
}

export interface ConfigInputs {
  /** By path, e.g. `server.port`. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** YAML file, or undefined for none. */
  readonly file: string | undefined;
}

// Few have a file, and the parser is a tenth of the start: it is loaded for them alone.
const load = createRequire(import.meta.url);

type Tree = Record<string, Record<string, unknown>>;

const validate = new Ajv2020({ strict: false, allErrors: true }).compile(configSchema);

/** Flags > environment > file > defaults. Throws with every wrong value named, and where it came from. */
export function loadConfig(inputs: ConfigInputs): LoadedConfig {
  const fromFile = inputs.file === undefined ? {} : readFile(inputs.file);
  const tree: Tree = structuredClone(fromFile);
  const sources = new Map<string, SettingSource>();
  for (const setting of listSettings()) {
    const [section = '', name = ''] = setting.path.split('.');
    const group = sectionOf(tree, section);
    const flag = inputs.flags[setting.path];
    const variable = inputs.environment[setting.env];
    if (flag !== undefined) {
      group[name] = fromText(setting, flag);
      sources.set(setting.path, 'flag');
    } else if (variable !== undefined && variable !== '') {
      group[name] = fromText(setting, variable);
      sources.set(setting.path, 'environment');
    } else if (group[name] !== undefined) {
      sources.set(setting.path, 'file');
    } else {
      group[name] = setting.fallback;
      sources.set(setting.path, 'default');
    }
  }
  if (!validate(tree)) throw new Error(describeViolations(sources));
  return { config: tree as unknown as Config, sources };
}

function readFile(file: string): Tree {
  const { parse } = load('yaml') as typeof import('yaml');
  const content: unknown = parse(readFileSync(file, 'utf8')) ?? {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new Error(`${file} must hold settings by section, as config.example.yaml does.`);
  }
  return content as Tree;
}

function sectionOf(tree: Tree, section: string): Record<string, unknown> {
  const group = tree[section] ?? {};
  tree[section] = group;
  return group;
}

/** Numbers arrive as text from flags and variables; what is no number stays text and fails validation. */
function fromText(setting: Setting, text: string): unknown {
  const isNumber = setting.schema.type === 'integer' && /^-?\d+$/.test(text);
  return isNumber ? Number(text) : text;
}

function describeViolations(sources: ReadonlyMap<string, SettingSource>): string {
  const lines = (validate.errors ?? []).map((error) => {
    const path = error.instancePath.slice(1).replaceAll('/', '.');
    const unknown = error.params.additionalProperty as string | undefined;
    const name = unknown === undefined ? path : [path, unknown].filter(Boolean).join('.');
    const from = sources.get(name) ?? 'file';
    const problem =
      unknown === undefined ? (describeChoice(name) ?? error.message) : 'there is no such setting';
    return `  ${name} (${from}): ${problem}`;
  });
  return `The configuration is wrong:\n${[...new Set(lines)].join('\n')}\nSee docs/reference/settings.md.`;
}

/** For a setting that is one of a few words; undefined for the others. */
function describeChoice(path: string): string | undefined {
  const setting = listSettings().find((each) => each.path === path);
  const choices = setting?.schema.anyOf?.map((choice) => String(choice.const));
  return choices && `must be one of ${choices.join(', ')}`;
}
