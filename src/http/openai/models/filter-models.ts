import type { PublicModel } from '../../dependencies.ts';

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

const filters: Readonly<Record<string, (model: PublicModel) => readonly string[]>> = {
  id: (model) => [model.id, ...model.aliases],
  type: () => ['openai/chat-completions'],
  tags: (model) => model.tags,
  modalities: (model) => [...model.inputModalities, ...model.outputModalities],
  input_modalities: (model) => model.inputModalities,
  output_modalities: (model) => model.outputModalities,
  capabilities: (model) => model.capabilities,
};

/**
 * AI/ML API's query: a comma or a repetition means or, several parameters mean and, letters of either
 * case match, unknown parameters do nothing.
 */
export function filterModels(models: readonly PublicModel[], query: Query): PublicModel[] {
  const active = Object.entries(filters).flatMap(([parameter, valuesOf]) => {
    const wanted = wantedValues(query[parameter]);
    return wanted.size === 0 ? [] : [{ wanted, valuesOf }];
  });
  return models.filter((model) =>
    active.every(({ wanted, valuesOf }) =>
      valuesOf(model).some((value) => wanted.has(value.toLowerCase())),
    ),
  );
}

/** By id or alias, letters of either case. */
export function findModel(models: readonly PublicModel[], name: string): PublicModel | undefined {
  const wanted = name.toLowerCase();
  return models.find((model) =>
    [model.id, ...model.aliases].some((known) => known.toLowerCase() === wanted),
  );
}

function wantedValues(value: string | readonly string[] | undefined): ReadonlySet<string> {
  const values = [value ?? []].flat().flatMap((text) => text.split(','));
  return new Set(values.map((text) => text.trim().toLowerCase()).filter((text) => text !== ''));
}
