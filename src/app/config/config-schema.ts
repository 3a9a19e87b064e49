import { type Static, type TSchema, Type } from 'typebox';

/** One setting: its default, the environment variable that overrides the file, and what it is for. */
function setting<Schema extends TSchema>(
  schema: Schema,
  env: string,
  description: string,
  fallback: unknown,
): Schema {
  return { ...schema, env, description, default: fallback };
}

const count = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });
const milliseconds = (minimum = 1) => Type.Integer({ minimum, maximum: 86_400_000 });
const closed = { additionalProperties: false };

/**
 * Every setting of the server, in the order of docs/reference/settings.md. The file is YAML with the
 * same nesting; flags win over the environment, the environment over the file, the file over defaults.
 */
export const configSchema = Type.Object(
  {
    server: Type.Object(
      {
        host: setting(
          Type.String(),
          'MOONGATE_HOST',
          'Address to listen on. Anything but loopback needs at least one enabled key.',
          '127.0.0.1',
        ),
        port: setting(
          Type.Integer({ minimum: 0, maximum: 65_535 }),
          'MOONGATE_PORT',
          'Port to listen on; 0 takes a free one and prints it.',
          8080,
        ),
        bodyBytesMax: setting(
          count(1_024, 104_857_600),
          'MOONGATE_BODY_BYTES_MAX',
          'Largest request body; a larger one is 413.',
          4_194_304,
        ),
        connectionsMax: setting(
          count(1, 100_000),
          'MOONGATE_CONNECTIONS_MAX',
          'Most client connections at once.',
          4_096,
        ),
        shutdownTimeoutMs: setting(
          milliseconds(0),
          'MOONGATE_SHUTDOWN_TIMEOUT_MS',
          'How long running answers may go on after SIGTERM before they are cut and charged.',
          30_000,
        ),
      },
      closed,
    ),
    data: Type.Object(
      {
        directory: setting(
          Type.String(),
          'MOONGATE_DATA_DIR',
          "Database, key pepper and private API token. Empty = the platform's usual place.",
          '',
        ),
        secret: setting(
          Type.String(),
          'MOONGATE_SECRET',
          'Key pepper as text of 32 characters or more, instead of the file key-pepper in the data directory.',
          '',
        ),
      },
      closed,
    ),
    models: Type.Object(
      {
        directory: setting(
          Type.String(),
          'MOONGATE_MODEL_DIR',
          "Model files, shared by all data directories. Empty = the platform's usual place.",
          '',
        ),
        embedded: setting(
          Type.String(),
          'MOONGATE_MODEL',
          'Catalogue id or path of a GGUF file for the embedded engine. Empty = the best one that is there or can be had.',
          '',
        ),
        freshUsdPerMillion: setting(
          decimal(),
          'MOONGATE_EMBEDDED_PRICE_FRESH',
          'Price of the embedded model, USD per million fresh prompt tokens.',
          '0.02',
        ),
        cachedUsdPerMillion: setting(
          decimal(),
          'MOONGATE_EMBEDDED_PRICE_CACHED',
          'The same, per million cached prompt tokens.',
          '0.01',
        ),
        outputUsdPerMillion: setting(
          decimal(),
          'MOONGATE_EMBEDDED_PRICE_OUTPUT',
          'The same, per million completion tokens.',
          '0.05',
        ),
      },
      closed,
    ),
    engine: Type.Object(
      {
        kind: setting(
          Type.Union([Type.Literal('llama-cpp'), Type.Literal('scripted'), Type.Literal('none')]),
          'MOONGATE_ENGINE',
          'llama-cpp runs a GGUF model; scripted answers with made-up words, for trying out clients; none serves no embedded model.',
          'llama-cpp',
        ),
        contextTokens: setting(
          count(0, 1_048_576),
          'MOONGATE_CONTEXT_TOKENS',
          'Context of one completion. 0 = what the catalogue says of the model.',
          0,
        ),
        sequences: setting(
          count(1, 64),
          'MOONGATE_SEQUENCES',
          'Completions at once; each takes memory for a whole context.',
          4,
        ),
        threads: setting(
          count(0, 256),
          'MOONGATE_THREADS',
          'Engine threads. 0 = one less than the cores, at least 1.',
          0,
        ),
        gpu: setting(
          Type.Union([Type.Literal('auto'), Type.Literal('off')]),
          'MOONGATE_GPU',
          'auto uses CUDA, Vulkan or Metal when found; off stays on the processor.',
          'auto',
        ),
        batchTokens: setting(
          count(32, 8_192),
          'MOONGATE_BATCH_TOKENS',
          'Most prompt tokens of one step.',
          512,
        ),
        prefillBudgetMs: setting(
          milliseconds(),
          'MOONGATE_PREFILL_BUDGET_MS',
          'Longest pause that a new prompt may cause to running streams.',
          700,
        ),
        startTimeoutMs: setting(
          milliseconds(),
          'MOONGATE_ENGINE_START_TIMEOUT_MS',
          'How long loading the model may take.',
          120_000,
        ),
        stallTimeoutMs: setting(
          milliseconds(),
          'MOONGATE_ENGINE_STALL_TIMEOUT_MS',
          'A step that takes longer counts as a hang: the engine host is restarted.',
          60_000,
        ),
      },
      closed,
    ),
    queue: Type.Object(
      {
        waitingMax: setting(
          count(0, 100_000),
          'MOONGATE_QUEUE_WAITING_MAX',
          'Requests that may wait for a free sequence; one more is 503.',
          256,
        ),
        waitMs: setting(
          milliseconds(),
          'MOONGATE_QUEUE_WAIT_MS',
          'How long a request may wait before it is 503.',
          60_000,
        ),
      },
      closed,
    ),
    ledger: Type.Object(
      {
        startingCredits: setting(
          count(0, 4_000_000_000_000),
          'MOONGATE_STARTING_CREDITS',
          'Credits of the account that the first start makes; 2,000,000 are one USD.',
          10_000_000,
        ),
        checkpointIntervalMs: setting(
          milliseconds(100),
          'MOONGATE_CHECKPOINT_INTERVAL_MS',
          'How often running answers write down what they have used, for recovery after a crash.',
          5_000,
        ),
        operationTimeoutMs: setting(
          milliseconds(),
          'MOONGATE_DATABASE_TIMEOUT_MS',
          'How long a database operation may wait before it begins; half of that for the lock of another process.',
          5_000,
        ),
        operationsWaitingMax: setting(
          count(1, 1_000_000),
          'MOONGATE_DATABASE_WAITING_MAX',
          'Database operations that may wait at once; one more is 503.',
          20_000,
        ),
      },
      closed,
    ),
    moonshot: Type.Object(
      {
        apiKey: setting(
          Type.String(),
          'MOONSHOT_API_KEY',
          'Key of the Moonshot API. Read, but not used before upstreams arrive.',
          '',
        ),
      },
      closed,
    ),
    log: Type.Object(
      {
        level: setting(
          Type.Union([
            Type.Literal('debug'),
            Type.Literal('info'),
            Type.Literal('warn'),
            Type.Literal('error'),
            Type.Literal('silent'),
          ]),
          'MOONGATE_LOG_LEVEL',
          'Least severe level that is written. Logs are JSON lines on standard error.',
          'info',
        ),
      },
      closed,
    ),
  },
  closed,
);

function decimal() {
  return Type.String({ pattern: '^\\d{1,6}(\\.\\d{1,9})?$' });
}

export type Config = Static<typeof configSchema>;
