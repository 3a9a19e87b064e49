// Host process of this folder's tests; the product's own entry is the composition root's.
import { runLlamaCppHost } from './index.ts';

runLlamaCppHost();
