import type { Catalogue } from './catalogue.ts';
import { findInstalledModel } from './installed-model.ts';
import type { ModelEntry } from './model-entry.ts';

export interface DefaultModelOptions {
  readonly catalogue: Catalogue;
  readonly directory: string;
  readonly ramBytes: number;
  readonly freeDiskBytes: number;
  /** Asked only when its answer matters; must settle within 5 s. */
  readonly hubReachable: () => Promise<boolean>;
}

export interface DefaultModelChoice {
  readonly entry: ModelEntry;
  readonly reason: 'present' | 'recommended' | 'floor';
}

const diskReserveBytes = 1_073_741_824;

/** The model that a start without a choice of the operator uses. */
export async function chooseDefaultModel(
  options: DefaultModelOptions,
): Promise<DefaultModelChoice> {
  const { catalogue, directory, ramBytes } = options;
  for (const entry of catalogue.entries) {
    if (entry.ramBytesMin > ramBytes && entry !== catalogue.floor) continue;
    const installed = await findInstalledModel(entry, directory);
    if (installed !== undefined) return { entry, reason: 'present' };
  }
  const { recommended } = catalogue;
  const isLargeEnough =
    recommended.ramBytesMin <= ramBytes &&
    recommended.sizeBytes + diskReserveBytes <= options.freeDiskBytes;
  if (isLargeEnough && (await options.hubReachable())) {
    return { entry: recommended, reason: 'recommended' };
  }
  return { entry: catalogue.floor, reason: 'floor' };
}
