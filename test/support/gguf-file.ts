/** A metadata value together with the type it has in the file. */
export type GgufValue =
  | { readonly type: 'u32' | 'i32' | 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'i32s'; readonly value: readonly number[] };

/** A tensor of 32-bit floats; the first dimension is the one that is contiguous in memory. */
export interface GgufTensor {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly values: Float32Array;
}

const version = 3;
const alignmentBytes = 32;
const float32Tensor = 0;
const typeCodes = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;

/** Format: github.com/ggml-org/ggml, docs/gguf.md. */
export function encodeGguf(
  metadata: ReadonlyMap<string, GgufValue>,
  tensors: readonly GgufTensor[],
): Buffer {
  const head: Buffer[] = [
    Buffer.from('GGUF'),
    u32(version),
    u64(tensors.length),
    u64(metadata.size),
  ];
  for (const [key, value] of metadata) head.push(string(key), encodeValue(value));
  const data: Buffer[] = [];
  let offsetBytes = 0;
  for (const tensor of tensors) {
    head.push(string(tensor.name), u32(tensor.dimensions.length));
    head.push(...tensor.dimensions.map(u64), u32(float32Tensor), u64(offsetBytes));
    const bytes = padded(Buffer.from(tensor.values.buffer));
    data.push(bytes);
    offsetBytes += bytes.length;
  }
  return Buffer.concat([padded(Buffer.concat(head)), ...data]);
}

function encodeValue(entry: GgufValue): Buffer {
  switch (entry.type) {
    case 'bool':
      return Buffer.concat([u32(typeCodes.bool), Buffer.of(entry.value ? 1 : 0)]);
    case 'string':
      return Buffer.concat([u32(typeCodes.string), string(entry.value)]);
    case 'strings':
      return array(typeCodes.string, entry.value.map(string));
    case 'i32s':
      return array(typeCodes.i32, entry.value.map(i32));
    case 'u32':
      return Buffer.concat([u32(typeCodes.u32), u32(entry.value)]);
    case 'i32':
      return Buffer.concat([u32(typeCodes.i32), i32(entry.value)]);
    case 'f32':
      return Buffer.concat([u32(typeCodes.f32), f32(entry.value)]);
  }
}

function array(elementType: number, elements: readonly Buffer[]): Buffer {
  return Buffer.concat([u32(typeCodes.array), u32(elementType), u64(elements.length), ...elements]);
}

function padded(bytes: Buffer): Buffer {
  const missingBytes = (alignmentBytes - (bytes.length % alignmentBytes)) % alignmentBytes;
  return missingBytes === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missingBytes)]);
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
