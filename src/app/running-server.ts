import type { DataDirectory } from './open-data-directory.ts';

/** What a running server leaves in its data directory for the command line. */
export interface RunningServer {
  /** `http://127.0.0.1:8080`, an address that this machine reaches. */
  readonly url: string;
  readonly processId: number;
  /** It answers nobody any more and frees the directory when its last answers have ended. */
  readonly isStopping: boolean;
}

const recordName = 'server.json';

export function writeRunningServer(directory: DataDirectory, server: RunningServer): void {
  directory.write(recordName, `${JSON.stringify(server)}\n`);
}

/** Only meaningful while the directory's lock is taken: a crash leaves the record behind. */
export function readRunningServer(directory: DataDirectory): RunningServer | undefined {
  const text = directory.read(recordName);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as RunningServer;
  } catch {
    return undefined;
  }
}

export function removeRunningServer(directory: DataDirectory): void {
  directory.remove(recordName);
}
