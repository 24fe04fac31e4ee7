// A second process that holds SQLite's write lock for a while: node hold-sqlite.mjs <file> <milliseconds>
import Database from 'better-sqlite3';

const [, , file, milliseconds] = process.argv;
const database = new Database(file);
database.exec('BEGIN IMMEDIATE');
database.exec("INSERT INTO notes (text) VALUES ('from the other process')");
process.send('held');
setTimeout(() => {
  database.exec('COMMIT');
  database.close();
  process.disconnect();
}, Number(milliseconds));
