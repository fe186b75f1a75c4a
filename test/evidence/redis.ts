import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { until } from './support.js';

export interface Redis {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

/**
 * The shell holds the server and ends it when its own standard input does: on stop(), but also when the
 * test process is killed and can no longer clean up. Signals from a terminal must not reach it first.
 */
const KEEPER = `trap '' INT TERM HUP; "$@" & read -r _; kill $!; wait $!`;

/** Starts one empty Redis on a free port of the loopback interface; it keeps nothing on disk. */
export async function startRedis(): Promise<Redis> {
  const program = findOnPath('redis-server');
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'tasks-evidence-'));
  const log = join(directory, 'redis.log');
  const settings = { bind: HOST, port, dir: directory, logfile: log, save: '', appendonly: 'no' };
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'keeper', program, ...options], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(keeper, 'exit');

  const stop = async (): Promise<void> => {
    keeper.stdin.end();
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await until(`redis-server answers on port ${port}`, () => answers(port), 15_000);
  } catch (error) {
    const why = `${String(error)}\n${readIfThere(log)}`;
    await stop();
    throw new Error(why, { cause: error });
  }
  return { host: HOST, port, stop };
}

function findOnPath(program: string): string {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const file = join(directory, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not in this directory
    }
  }
  throw new Error(
    `The evidence tests run the libraries against a real Redis, and there is no ${program} on PATH. ` +
      'Install it: apt-get install redis-server',
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => socket.write('PING\r\n'));
    const answer = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.on('data', (data) => {
      answer(data.toString().startsWith('+PONG'));
    });
    socket.on('error', () => {
      answer(false);
    });
    socket.setTimeout(1_000, () => {
      answer(false);
    });
  });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '(it left no log)';
  }
}
