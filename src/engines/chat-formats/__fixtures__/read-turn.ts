import assert from 'node:assert/strict';
import type { ChatFormat, OutputPiece } from '../chat-format.ts';
import { createGemmaFormat } from '../gemma.ts';
import { createGenericFormat } from '../generic.ts';
import { createHermesFormat } from '../hermes-json.ts';
import { createKimiFormat } from '../kimi-k2.ts';
import { createLlamaFormat } from '../llama-3.ts';
import { createQwenXmlFormat } from '../qwen-xml.ts';

export const allFormats: readonly ChatFormat[] = [
  createKimiFormat(''),
  createHermesFormat(''),
  createGenericFormat(''),
  createQwenXmlFormat(''),
  createGemmaFormat(''),
  createLlamaFormat(''),
];

export interface Turn {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly json: string }[];
}

/** What a client puts together from the pieces. */
export function joinPieces(pieces: readonly OutputPiece[]): Turn {
  const turn = { text: '', reasoning: '' };
  const calls: { id: string; name: string; json: string }[] = [];
  for (const piece of pieces) {
    if (piece.type === 'text') turn.text += piece.text;
    else if (piece.type === 'reasoning') turn.reasoning += piece.text;
    else if (piece.type === 'tool-call-start') {
      assert.equal(piece.callIndex, calls.length, 'calls come in order');
      calls.push({ id: piece.id, name: piece.name, json: '' });
    } else {
      const call = calls[piece.callIndex];
      assert.ok(call, 'arguments come after the name');
      call.json += piece.text;
    }
  }
  return { ...turn, calls };
}
