// The embedded engine: a GGUF model in a process of its own, and everything needed to run it there. It
// never loads the native library into the server process, opens no connection and knows no other adapter.
export { runLlamaCppHost } from './host/run-llama-cpp-host.ts';
export { createLlamaCppEngine, type LlamaCppEngine } from './llama-cpp-engine.ts';
export type { LlamaCppOptions } from './llama-cpp-options.ts';
