// Worker of this folder's tests; the product's own entry is the composition root's.
import { runGrammarWorker } from './index.ts';

runGrammarWorker();
