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
    block: (_connection, milliseconds: number) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
    },
  },
  read: {
    texts: (connection) =>
      connection.all('SELECT text FROM note ORDER BY text').map(({ text }) => text),
    write: (connection) => connection.run("INSERT INTO note VALUES ('from the reader')"),
  },
});
