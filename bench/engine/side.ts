export interface BenchRequest {
  readonly prompt: string;
  readonly completionTokens: number;
}

export interface BenchAnswer {
  readonly firstTokenMs: number;
  readonly completionTokens: number;
}

/** One of the engines that are compared. All get the same prompts, greedy, on one engine thread. */
export interface Side {
  readonly name: string;
  /** `onFirstToken` is called while the answer goes on. */
  answer(request: BenchRequest, onFirstToken?: () => void): Promise<BenchAnswer>;
  /** CPU seconds that the engine has used since its start. */
  cpuSeconds(): number;
  close(): Promise<void>;
}

export const sequences = 8;
export const contextTokens = 2_048;
export const batchTokens = 512;
