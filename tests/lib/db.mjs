// The stack's private MariaDB through its socket: the reader of demo.env, and root for planting things.
import mysql from 'mysql2/promise';

function open(stack, user, password, database) {
  return mysql.createPool({
    socketPath: stack.env.SHROFF_DB_SOCKET, user, password, database, connectionLimit: 2, charset: 'utf8mb4',
    timezone: 'Z', dateStrings: true, supportBigNumbers: true, bigNumberStrings: false,
    // A pool must not keep the test process alive.
    idleTimeout: 500, maxIdle: 0,
  });
}

function face(pool) {
  return {
    pool,
    async rows(sql, params = []) { return (await pool.query(sql, params))[0]; },
    async row(sql, params = []) { return (await pool.query(sql, params))[0][0]; },
    async value(sql, params = []) {
      const row = (await pool.query(sql, params))[0][0];
      return row === undefined ? undefined : Object.values(row)[0];
    },
    close: () => pool.end(),
  };
}

export const readerDb = (stack) => face(open(stack, stack.env.SHROFF_DB_USER, stack.env.SHROFF_DB_PASSWORD, stack.env.SHROFF_DB_NAME));

// root@localhost is let in without a password when `run` was started by root.
export const isRoot = process.getuid() === 0;
export const rootDb = (stack, database = stack.env.SHROFF_DB_NAME) => face(open(stack, 'root', '', database));

// 'YYYY-MM-DD hh:mm:ss.mmm' (UTC) to milliseconds.
export const dbMs = (text) => Date.parse(`${text.replace(' ', 'T')}Z`);
