// Grammar worker of this folder's tests; the product's own entry is the composition root's.
import { runGrammarWorker } from '../grammar/index.ts';

runGrammarWorker();
