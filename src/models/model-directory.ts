import type { PublicModel } from './public-model.ts';

export interface ModelDirectory {
  /** By id or alias, in any case. */
  resolve(nameOrAlias: string): PublicModel | undefined;
  list(): readonly PublicModel[];
}

/** Throws Error with a message for the operator when a name belongs to two models. */
export function createModelDirectory(models: readonly PublicModel[]): ModelDirectory {
  const byName = new Map<string, PublicModel>();
  for (const model of models) {
    for (const name of new Set([model.id, ...model.aliases].map((each) => each.toLowerCase()))) {
      const other = byName.get(name);
      if (other !== undefined) {
        throw new Error(
          `The model name ${name} is used by ${other.id} and ${model.id}: rename one.`,
        );
      }
      byName.set(name, model);
    }
  }
  return {
    resolve: (nameOrAlias) => byName.get(nameOrAlias.toLowerCase()),
    list: () => models,
  };
}
