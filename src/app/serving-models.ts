import { createSlotQueue, type Deployment, type ServedModel } from '../completions/index.ts';
import type { Ledger } from '../ledger/index.ts';
import {
  createDefaultPublicModels,
  createModelDirectory,
  type ModelDirectory,
  type PublicModel,
} from '../models/index.ts';
import type { Config } from './config/config-schema.ts';
import type { StartedModel } from './embedded-model.ts';

/** The public models as they are served now: with their price versions and their running deployments. */
export interface ServingModels {
  /** Serves this embedded model, or none; new prices get their versions. */
  attach(started: StartedModel | undefined): Promise<void>;
  /** What clients are told while no engine answers. */
  explainUnavailable(reason: string): void;
  resolve(name: string): ServedModel | undefined;
  list(): readonly PricedModel[];
  /** Whether an engine would take a request now. */
  isReady(): boolean;
}

export interface PricedModel {
  readonly model: PublicModel;
  readonly served: ServedModel;
}

export async function createServingModels(config: Config, ledger: Ledger): Promise<ServingModels> {
  let directory: ModelDirectory = createModelDirectory([]);
  let served = new Map<string, ServedModel>();
  let embedded: Deployment | undefined;
  let isEngineReady = () => false;
  let whyUnavailable = 'The model is being started; try again in a few seconds.';

  const serve = async (model: PublicModel): Promise<[string, ServedModel]> => {
    const price = await ledger.ensurePriceVersion({ model: model.id, ...model.salePrice });
    const deployments = model.deployments.flatMap((deployment) =>
      deployment.engine === 'embedded' && embedded !== undefined ? [embedded] : [],
    );
    return [
      model.id,
      { id: model.id, price, defaultCompletionTokens: model.defaultCompletionTokens, deployments },
    ];
  };

  const serving: ServingModels = {
    async attach(started) {
      embedded = started && deploymentOf(started, config);
      isEngineReady = started?.isReady ?? (() => false);
      const models = createDefaultPublicModels({
        embedded: started?.details,
        // The adapter for the Moonshot API arrives with the upstreams; until then its key changes nothing.
        isMoonshotConfigured: false,
        embeddedPrice: {
          freshUsd: config.models.freshUsdPerMillion,
          cachedUsd: config.models.cachedUsdPerMillion,
          outputUsd: config.models.outputUsdPerMillion,
        },
      });
      served = new Map(await Promise.all(models.map(serve)));
      directory = createModelDirectory(models);
    },
    explainUnavailable(reason) {
      whyUnavailable = reason;
    },
    resolve(name) {
      const model = directory.resolve(name);
      const found = model && served.get(model.id);
      return found?.deployments.length === 0 ? { ...found, whyUnavailable } : found;
    },
    list: () =>
      directory.list().flatMap((model) => {
        const found = served.get(model.id);
        return found === undefined ? [] : [{ model, served: found }];
      }),
    isReady: () => isEngineReady(),
  };
  await serving.attach(undefined);
  return serving;
}

/** One queue for the engine, shared by every public model that it serves. */
function deploymentOf({ engine, details }: StartedModel, config: Config): Deployment {
  return {
    id: `embedded/${details.id}`,
    engine,
    queue: createSlotQueue({
      slots: engine.describe().sequences,
      waitingMax: config.queue.waitingMax,
      waitMs: config.queue.waitMs,
    }),
  };
}
