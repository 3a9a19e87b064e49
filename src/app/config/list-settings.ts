import type { TSchema } from 'typebox';
import { configSchema } from './config-schema.ts';

export interface Setting {
  /** `server.port` */
  readonly path: string;
  readonly env: string;
  readonly description: string;
  readonly fallback: string | number;
  readonly schema: TSchema & {
    readonly type?: string;
    readonly anyOf?: readonly { readonly const?: unknown }[];
  };
}

interface SettingSchema {
  readonly env: string;
  readonly description: string;
  readonly default: string | number;
  readonly type?: string;
}

/** All settings, flat, in the order of the schema. */
export function listSettings(): readonly Setting[] {
  return Object.entries(configSchema.properties).flatMap(([section, group]) =>
    Object.entries(group.properties as Record<string, TSchema>).map(([name, schema]) => {
      const { env, description, default: fallback } = schema as unknown as SettingSchema;
      return { path: `${section}.${name}`, env, description, fallback, schema };
    }),
  );
}
