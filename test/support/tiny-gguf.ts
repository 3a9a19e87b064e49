import { writeFile } from 'node:fs/promises';
import { encodeGguf, type GgufValue } from './gguf-file.ts';
import {
  endOfTurnId,
  startOfTurnId,
  type TinyVocabulary,
  tinyVocabulary,
} from './tiny-vocabulary.ts';
import { attentionLayers, shape, type TinyArchitecture, tinyWeights } from './tiny-weights.ts';

export interface TinyModelOptions {
  readonly seed?: number;
  /** ChatML when absent; null leaves the file without a template. */
  readonly chatTemplate?: string | null;
  /** `hybrid` has a recurrent layer, whose state cannot be rolled back to any position. */
  readonly architecture?: TinyArchitecture;
  /** The context length that the file declares. */
  readonly contextTokens?: number;
  /** Above 5 most answers end by themselves within some tokens; -4 makes that rare. */
  readonly endOfTurnBias?: number;
}

export const chatMlTemplate =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** Writes a chat model of random weights, about 0.5 MB. The same options give the same file. */
export async function writeTinyModel(file: string, options: TinyModelOptions = {}): Promise<void> {
  const { seed = 1, architecture = 'llama', endOfTurnBias = -4 } = options;
  const vocabulary = tinyVocabulary();
  const metadata = new Map<string, GgufValue>([
    ...modelMetadata(architecture, options.contextTokens ?? 4096, vocabulary.tokens.length),
    ...tokenizerMetadata(vocabulary),
  ]);
  const { chatTemplate = chatMlTemplate } = options;
  if (chatTemplate !== null) {
    metadata.set('tokenizer.chat_template', { type: 'string', value: chatTemplate });
  }
  const tensors = tinyWeights(vocabulary, { seed, architecture, endOfTurnBias });
  await writeFile(file, encodeGguf(metadata, tensors));
}

function modelMetadata(
  architecture: TinyArchitecture,
  contextTokens: number,
  vocabularySize: number,
): [string, GgufValue][] {
  const name = architecture === 'llama' ? 'llama' : 'lfm2';
  const keyValueHeads = attentionLayers(architecture).map((isAttention) =>
    isAttention ? shape.keyValueHeads : 0,
  );
  return [
    ['general.architecture', { type: 'string', value: name }],
    ['general.name', { type: 'string', value: `tiny-random-${architecture}` }],
    ['general.file_type', { type: 'u32', value: 0 }],
    [`${name}.vocab_size`, { type: 'u32', value: vocabularySize }],
    [`${name}.context_length`, { type: 'u32', value: contextTokens }],
    [`${name}.embedding_length`, { type: 'u32', value: shape.embedding }],
    [`${name}.block_count`, { type: 'u32', value: shape.layers }],
    [`${name}.feed_forward_length`, { type: 'u32', value: shape.feedForward }],
    [`${name}.attention.head_count`, { type: 'u32', value: shape.heads }],
    [`${name}.attention.head_count_kv`, headCounts(architecture, keyValueHeads)],
    [`${name}.attention.layer_norm_rms_epsilon`, { type: 'f32', value: 1e-5 }],
    [`${name}.rope.dimension_count`, { type: 'u32', value: shape.headSize }],
    [`${name}.rope.freq_base`, { type: 'f32', value: 10_000 }],
    ...(architecture === 'hybrid' ? [shortConvolutionLength] : []),
  ];
}

const shortConvolutionLength: [string, GgufValue] = [
  'lfm2.shortconv.l_cache',
  { type: 'u32', value: shape.convolution },
];

/** Only a hybrid says it layer by layer: 0 heads mark a convolution. */
function headCounts(architecture: TinyArchitecture, perLayer: readonly number[]): GgufValue {
  if (architecture === 'hybrid') return { type: 'i32s', value: perLayer };
  return { type: 'u32', value: shape.keyValueHeads };
}

function tokenizerMetadata(vocabulary: TinyVocabulary): [string, GgufValue][] {
  return [
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: 'gpt-2' }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: vocabulary.tokens }],
    ['tokenizer.ggml.token_type', { type: 'i32s', value: vocabulary.types }],
    ['tokenizer.ggml.merges', { type: 'strings', value: vocabulary.merges }],
    ['tokenizer.ggml.bos_token_id', { type: 'u32', value: startOfTurnId }],
    ['tokenizer.ggml.eos_token_id', { type: 'u32', value: endOfTurnId }],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
  ];
}
