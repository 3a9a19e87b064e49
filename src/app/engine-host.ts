import { runLlamaCppHost } from '../engines/index.ts';

// Entry file of the engine's child process.
runLlamaCppHost();
