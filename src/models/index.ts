// Which models there are: public models with their aliases, prices and deployments, the catalogue of
// files that the embedded engine can run, and getting such a file onto the machine. Must never
// generate, charge or speak HTTP to clients, and never fetch anything except through egress.
export { type Catalogue, createCatalogue } from './catalogue.ts';
export { chooseDefaultModel, type DefaultModelChoice } from './default-model.ts';
export {
  createDefaultPublicModels,
  type DefaultPublicModelsOptions,
  type EmbeddedModel,
} from './default-public-models.ts';
export { freeDiskBytes } from './free-disk.ts';
export { isHubReachable } from './hub-metadata.ts';
export { findInstalledModel, type InstalledModel } from './installed-model.ts';
export { type ListPrice, type SalePrice, salePriceOf } from './list-price.ts';
export { createModelDirectory, type ModelDirectory } from './model-directory.ts';
export { type ModelEntry, type ModelSource, withOwnSource } from './model-entry.ts';
export { type ListedModel, listModels, removeModel } from './model-inventory.ts';
export { ModelPullError, type PullFailure } from './model-pull-error.ts';
export type { PullProgress } from './progress-meter.ts';
export type {
  Deployment,
  ModelCapabilities,
  ParameterPolicy,
  PublicModel,
} from './public-model.ts';
export { type PullEnvironment, readPullEnvironment } from './pull-environment.ts';
export { type PulledModel, type PullOptions, pullModel } from './pull-model.ts';
