import type { Command } from 'commander';
import { lockDataDirectory } from '../lock-data-directory.ts';
import { openDataDirectory } from '../open-data-directory.ts';
import { type CommandContext, type CommonOptions, loadCommandConfig } from './command-context.ts';

interface ServeOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: string;
  readonly model?: string;
  readonly engine?: string;
}

export function addServeCommand(program: Command, context: CommandContext): void {
  program
    .command('serve', { isDefault: true })
    .description('Starts the server; the first start makes an account, credits and a key')
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--port <port>', 'port to listen on, 0 for a free one (default 8080)')
    .option('--model <id or file>', 'catalogue id or GGUF file of the embedded engine')
    .option('--engine <kind>', 'llama-cpp, scripted or none')
    .action((_options, command: Command) => runServe(context, command.optsWithGlobals()));
}

/** Resolves when the server has been stopped by SIGINT or SIGTERM; one more signal ends it at once. */
async function runServe(context: CommandContext, options: ServeOptions): Promise<void> {
  const { config } = await loadCommandConfig(context, options, {
    'server.host': options.host,
    'server.port': options.port,
    'models.embedded': options.model,
    'engine.kind': options.engine,
  });
  const directory = openDataDirectory(config);
  // First of all, and before the rest of the server is even loaded: a second server ends here.
  const lock = await lockDataDirectory(directory);
  const [{ serve }, { createProgressPrinter }] = await Promise.all([
    import('../serve.ts'),
    import('./print-progress.ts'),
  ]);
  const progress = createProgressPrinter(context);
  const say = createSpeaker(context, options);
  let url = '';
  let firstKey: string | undefined;

  // From before the first event on: whoever reads that one may already send a signal.
  const asked = untilAskedToStop();
  const running = await serve(
    { config, directory, lock, environment: context.environment },
    {
      onListening(server) {
        url = server.url;
        firstKey = server.firstKey;
        say(
          'listening',
          { url, dataDirectory: server.dataDirectory, firstKey },
          welcome(server.url, server.dataDirectory, firstKey),
        );
      },
      onModelProgress: progress.report,
      onModelReady(modelName) {
        progress.end();
        say('ready', { model: modelName, url }, ready(url, modelName, firstKey));
      },
      onModelFailed(message) {
        progress.end();
        say(
          'model-failed',
          { message },
          `\nNo embedded model: ${message}\nThe server goes on without it.`,
        );
      },
    },
  );
  await asked;
  say('stopping', {}, '\nStopping: running answers may finish. Press Ctrl-C again to end at once.');
  await running.stop();
  // Everything is on the disk. What a reader that is asleep has not taken must not keep the process.
  setTimeout(() => process.exit(), lastWordsMs).unref();
}

const lastWordsMs = 1_000;

function untilAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.once('SIGINT', () => process.exit(130));
      process.once('SIGTERM', () => process.exit(143));
      resolve();
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });
}

function createSpeaker(context: CommandContext, options: CommonOptions) {
  return (event: string, fields: object, text: string) => {
    context.out(options.json === true ? JSON.stringify({ event, ...fields }) : text);
  };
}

function welcome(url: string, dataDirectory: string, firstKey: string | undefined): string {
  const key =
    firstKey === undefined
      ? ''
      : `\n\nYour first API key. It is shown only now:\n\n  ${firstKey}\n`;
  return `Moongate listens on ${url}\nData: ${dataDirectory}${key}\nStarting the embedded model …`;
}

function ready(url: string, modelName: string, firstKey: string | undefined): string {
  return `
Ready. ${url}/v1 serves
  moonshot/kimi-k2-5   answered by the stand-in ${modelName}, billed at the price of Kimi K2.5
  ${modelName}   at its own price

WARNING: no upstream serves moonshot/kimi-k2-5; a small local model stands in, under its own name.

Try it:

  curl ${url}/v1/chat/completions \\
    -H "Authorization: Bearer ${firstKey ?? '$MOONGATE_API_KEY'}" \\
    -H "Content-Type: application/json" \\
    -d '{"model":"moonshot/kimi-k2-5","messages":[{"role":"user","content":"What is the capital of France?"}],"stream":true}'

${firstKey === undefined ? '`moongate key create` makes a key. ' : ''}Any OpenAI client: base URL ${url}/v1`;
}
