import type { GgufTensor } from './gguf-file.ts';
import { endOfTurnId, type TinyVocabulary } from './tiny-vocabulary.ts';

export const shape = {
  embedding: 64,
  heads: 4,
  keyValueHeads: 2,
  headSize: 16,
  feedForward: 128,
  layers: 2,
  convolution: 3,
} as const;

export type TinyArchitecture = 'llama' | 'hybrid';

/** Which layers of an architecture look back by attention; the others are short convolutions. */
export function attentionLayers(architecture: TinyArchitecture): readonly boolean[] {
  return architecture === 'llama' ? [true, true] : [false, true];
}

interface WeightOptions {
  readonly seed: number;
  readonly architecture: TinyArchitecture;
  /** Logits that the end-of-turn token has above an average word. */
  readonly endOfTurnBias: number;
}

/** The same for every token, so that a row of the output matrix can hold a bias against it. */
const constantDimension = 0;
const constantValue = 3;
const outputSpread = 0.2;
const continuationStrength = 4;

export function tinyWeights(vocabulary: TinyVocabulary, options: WeightOptions): GgufTensor[] {
  const random = gaussianRandom(options.seed);
  const isHybrid = options.architecture === 'hybrid';
  const embedding = createEmbedding(vocabulary, random);
  const tensors = [
    embedding,
    createOutput(vocabulary, embedding, options.endOfTurnBias, random),
    ones(isHybrid ? 'token_embd_norm.weight' : 'output_norm.weight', shape.embedding),
  ];
  for (const [layer, isAttention] of attentionLayers(options.architecture).entries()) {
    const prefix = `blk.${layer}`;
    tensors.push(...feedForward(prefix, random), ones(`${prefix}.attn_norm.weight`, 64));
    if (!isAttention) tensors.push(...shortConvolution(prefix, random));
    else tensors.push(...attention(prefix, random));
    if (isAttention && isHybrid) {
      tensors.push(ones(`${prefix}.attn_q_norm.weight`, shape.headSize));
      tensors.push(ones(`${prefix}.attn_k_norm.weight`, shape.headSize));
    }
  }
  return tensors;
}

type Random = () => number;

function createEmbedding(vocabulary: TinyVocabulary, random: Random): GgufTensor {
  const tensor = matrix('token_embd.weight', shape.embedding, vocabulary.tokens.length, 8, random);
  for (let id = 0; id < vocabulary.tokens.length; id += 1) {
    tensor.values[id * shape.embedding + constantDimension] = constantValue;
  }
  return tensor;
}

/** Random rows plus two wishes: readable text, and the rest of a character after its beginning. */
function createOutput(
  vocabulary: TinyVocabulary,
  embedding: GgufTensor,
  endOfTurnBias: number,
  random: Random,
): GgufTensor {
  const width = shape.embedding;
  const spread = outputSpread * Math.sqrt(width);
  const tensor = matrix('output.weight', width, vocabulary.tokens.length, spread, random);
  for (const [id, bytes] of vocabulary.bytes.entries()) {
    const bias = id === endOfTurnId ? endOfTurnBias : biasOf(bytes);
    tensor.values[id * width + constantDimension] = bias / constantValue;
  }
  for (const [first, second] of vocabulary.continuations) {
    const row = embedding.values.subarray(first * width, (first + 1) * width);
    for (const [dimension, value] of row.entries()) {
      if (dimension === constantDimension) continue;
      const at = second * width + dimension;
      const step = (continuationStrength * value) / Math.sqrt(width);
      tensor.values[at] = (tensor.values[at] ?? 0) + step;
    }
  }
  return tensor;
}

function biasOf(bytes: readonly number[]): number {
  const first = bytes[0];
  if (first === undefined) return -12;
  const isBeginning = first === 0xf0 && bytes.length === 2;
  if (isBeginning || first === 0xc3) return 1.5;
  const isPrintable = first === 0x0a || (first >= 0x20 && first < 0x7f);
  return isPrintable ? 0 : -9;
}

function feedForward(prefix: string, random: Random): GgufTensor[] {
  const { embedding, feedForward: hidden } = shape;
  return [
    ones(`${prefix}.ffn_norm.weight`, embedding),
    matrix(`${prefix}.ffn_gate.weight`, embedding, hidden, 1, random),
    matrix(`${prefix}.ffn_up.weight`, embedding, hidden, 1, random),
    intoResidual(matrix(`${prefix}.ffn_down.weight`, hidden, embedding, 1, random)),
  ];
}

function attention(prefix: string, random: Random): GgufTensor[] {
  const { embedding } = shape;
  const keys = shape.keyValueHeads * shape.headSize;
  return [
    matrix(`${prefix}.attn_q.weight`, embedding, shape.heads * shape.headSize, 2, random),
    matrix(`${prefix}.attn_k.weight`, embedding, keys, 2, random),
    matrix(`${prefix}.attn_v.weight`, embedding, keys, 1, random),
    intoResidual(matrix(`${prefix}.attn_output.weight`, embedding, embedding, 1, random)),
  ];
}

function shortConvolution(prefix: string, random: Random): GgufTensor[] {
  const { embedding, convolution } = shape;
  return [
    matrix(`${prefix}.shortconv.conv.weight`, convolution, embedding, 1, random),
    matrix(`${prefix}.shortconv.in_proj.weight`, embedding, 3 * embedding, 1, random),
    intoResidual(matrix(`${prefix}.shortconv.out_proj.weight`, embedding, embedding, 1, random)),
  ];
}

function matrix(
  name: string,
  inputs: number,
  outputs: number,
  gain: number,
  random: Random,
): GgufTensor {
  const scale = gain / Math.sqrt(inputs);
  const values = Float32Array.from({ length: inputs * outputs }, () => random() * scale);
  return { name, dimensions: [inputs, outputs], values };
}

/** Layers must not write to the constant dimension. */
function intoResidual(tensor: GgufTensor): GgufTensor {
  tensor.values.fill(0, 0, tensor.dimensions[0]);
  return tensor;
}

function ones(name: string, size: number): GgufTensor {
  return { name, dimensions: [size], values: new Float32Array(size).fill(1) };
}

/** mulberry32 and Box-Muller. */
function gaussianRandom(seed: number): Random {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
