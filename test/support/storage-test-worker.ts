import { runStorageWorker } from '../../src/storage/index.ts';

// A storage thread with operations of its own, for the tests of storage itself.
runStorageWorker({
  write: {
    create: (connection) => connection.execute('CREATE TABLE note (text TEXT UNIQUE) STRICT'),
    add: (connection, text: string) => connection.run('INSERT INTO note VALUES (?)', text),
    'add-then-throw': (connection, text: string) => {
      connection.run('INSERT INTO note VALUES (?)', text);
      throw new Error('poison');
    },
    'limit-pages': (connection, pages: number) =>
      connection.execute(`PRAGMA max_page_count=${pages}`),
    /** Says in the first cell that it has begun, and ends when the second cell says so. */
    block: (_connection, cells: Int32Array) => {
      Atomics.store(cells, 0, 1);
      Atomics.wait(cells, 1, 0, 10_000);
    },
    'end-thread': () => process.exit(1),
  },
  read: {
    texts: (connection) =>
      connection.all('SELECT text FROM note ORDER BY text').map(({ text }) => text),
    write: (connection) => connection.run("INSERT INTO note VALUES ('from the reader')"),
  },
});
