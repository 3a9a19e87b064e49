import { commonPrefixTokens, type ScriptedPrompt } from './scripted-tokens.ts';

const scopesMax = 256;
const promptsPerScopeMax = 4;

/** Remembers the last prompts of each scope, as the idle sequences of a real engine do. */
export class ScriptedPromptCache {
  readonly #promptsByScope = new Map<string, readonly ScriptedPrompt[]>();

  /** Tokens of the prompt that were there already, then remembers it. Never looks into another scope. */
  enter(scope: string, prompt: ScriptedPrompt): number {
    const known = this.#promptsByScope.get(scope) ?? [];
    const cachedTokens = known.reduce(
      (longest, one) => Math.max(longest, commonPrefixTokens(prompt, one)),
      0,
    );
    // A map keeps the order of insertion, so the first scope is the one that was quiet the longest.
    this.#promptsByScope.delete(scope);
    this.#promptsByScope.set(scope, [prompt, ...known].slice(0, promptsPerScopeMax));
    if (this.#promptsByScope.size > scopesMax) {
      for (const [oldest] of this.#promptsByScope) {
        this.#promptsByScope.delete(oldest);
        break;
      }
    }
    return cachedTokens;
  }
}
