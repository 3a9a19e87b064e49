import { runGrammarWorker } from '../engines/index.ts';

// Entry file of the thread that compiles schemas.
runGrammarWorker();
