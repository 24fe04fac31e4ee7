// What the engines say differently where they make rows by themselves.
//
// `meanwhile`: what a connection is told that only fills: it need not outlive a crash, and checks nothing that is so by construction;
// `series`: the whole numbers from one to another, as `n`; `digits`: 32 random hexadecimal ones, others in each row;
// `hex` and `padded`: a number of so many digits; `id`: a text as the type of an id; `settle`: what the engine does by itself after a while,
// and must not do in the middle of a measurement.
export const DIALECTS = {
  sqlite: {
    meanwhile: ['PRAGMA synchronous = OFF', 'PRAGMA cache_size = -262144', 'PRAGMA foreign_keys = OFF', 'PRAGMA analysis_limit = 1000'],
    series: (from, to) =>
      `(WITH RECURSIVE s (n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM s WHERE n < ${to}) SELECT n FROM s) AS series`,
    digits: 'lower(hex(randomblob(16)))',
    hex: (number, width) => `printf('%0${width}x', ${number})`,
    padded: (number, width) => `printf('%0${width}d', ${number})`,
    id: (text) => text,
    settle: (table) => [`ANALYZE ${table}`, 'PRAGMA wal_checkpoint(TRUNCATE)'],
  },
  postgres: {
    meanwhile: ['SET synchronous_commit = off'],
    series: (from, to) => `generate_series(${from}::bigint, ${to}::bigint) AS series (n)`,
    digits: 'md5(random()::text)',
    hex: (number, width) => `lpad(to_hex(${number}), ${width}, '0')`,
    padded: (number, width) => `lpad((${number})::text, ${width}, '0')`,
    id: (text) => `(${text})::uuid`,
    settle: (table) => [`VACUUM ANALYZE ${table}`],
  },
  mariadb: {
    meanwhile: ['SET unique_checks = 0', 'SET foreign_key_checks = 0'],
    series: (from, to) => `(SELECT seq AS n FROM seq_${from}_to_${to}) AS series`,
    digits: 'md5(rand())',
    hex: (number, width) => `lpad(lower(hex(${number})), ${width}, '0')`,
    padded: (number, width) => `lpad(${number}, ${width}, '0')`,
    id: (text) => text,
    settle: (table) => [`ANALYZE TABLE ${table}`],
  },
};
