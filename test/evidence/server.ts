import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  chownSync,
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { until } from './support.js';

export const HOST = '127.0.0.1';

/**
 * The shell holds the server and ends it when its own standard input does: on stop(), but also when the
 * test process is killed and can no longer clean up. It is the first of a process group of its own, so that
 * signals from a terminal do not reach the server, and so that nothing which the server started is left:
 * no process, and no file.
 */
const KEEPER = `"$@" & read -r _; kill -s "$STOP" $!; wait $!; rm -rf "$DIRECTORY"; kill -s KILL 0`;

/** Where the packages of Debian and of Homebrew put programs that are not, or not always, on PATH. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  postgres: [
    ...newestFirst('/usr/lib/postgresql', /^(\d+)$/),
    ...newestFirst('/opt/homebrew/opt', /^postgresql@(\d+)$/),
    ...newestFirst('/usr/local/opt', /^postgresql@(\d+)$/),
  ],
  'rabbitmq-server': ['/opt/homebrew/sbin', '/usr/local/sbin'],
};

/** What Debian has on PATH is for the server of the system: it insists on being started by root. */
const BEFORE_PATH: Readonly<Record<string, readonly string[]>> = {
  'rabbitmq-server': ['/usr/lib/rabbitmq/bin'],
};

/** What the evidence tests start, and how to get it. */
const SERVERS = [
  { name: 'Redis', program: 'redis-server', apt: 'redis-server', brew: 'redis' },
  { name: 'PostgreSQL', program: 'postgres', apt: 'postgresql', brew: 'postgresql@17' },
  { name: 'RabbitMQ', program: 'rabbitmq-server', apt: 'rabbitmq-server', brew: 'rabbitmq' },
] as const;

/** The servers that are not installed here. */
export const missingServers = (): readonly (typeof SERVERS)[number][] =>
  SERVERS.filter(({ program }) => whereIs(program) === undefined);

export interface Server {
  readonly stop: () => Promise<void>;
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export async function startServer(start: {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The signal that ends it. */
  readonly stop: 'TERM' | 'INT' | 'KILL';
  /** Whom it runs as, when not as the one who runs the tests. */
  readonly account?: Account | undefined;
  readonly ready: () => boolean | Promise<boolean>;
  readonly patience: number;
  /** What it stores and prints, thrown away with it. */
  readonly directory: string;
}): Promise<Server> {
  const { args, patience, directory } = start;
  const program = findProgram(start.program);
  const log = join(directory, 'output.log');
  const output = openSync(log, 'w');
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'keeper', program, ...args], {
    stdio: ['pipe', output, output],
    cwd: directory,
    env: { ...process.env, ...start.env, STOP: start.stop, DIRECTORY: directory },
    detached: true,
    ...start.account,
  });
  closeSync(output);
  const ended = once(keeper, 'exit');
  const stop = async (): Promise<void> => {
    keeper.stdin?.end();
    await ended;
    // A server that is killed may have written its last file after that.
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await until(`${start.program} is ready`, start.ready, patience);
  } catch (error) {
    const why = `${String(error)}\n${readFileSync(log, 'utf8')}`;
    await stop();
    throw new Error(why, { cause: error });
  }
  return { stop };
}

/** An empty directory that the account can write in. */
export function temporaryDirectory(account?: Account): string {
  const directory = mkdtempSync(join(tmpdir(), 'tasks-evidence-'));
  if (account) chownSync(directory, account.uid, account.gid);
  return directory;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Does it accept connections, and, when something is said to it, answer like this? */
export function answers(port: number, say?: string, hear = ''): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => {
      if (say === undefined) answer(true);
      else socket.write(say);
    });
    const answer = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.on('data', (data) => {
      answer(data.toString('latin1').startsWith(hear));
    });
    socket.on('error', () => {
      answer(false);
    });
    socket.on('close', () => {
      answer(false);
    });
    socket.setTimeout(1_000, () => {
      answer(false);
    });
  });
}

export function findProgram(program: string): string {
  const file = whereIs(program);
  if (file !== undefined) return file;
  throw new Error(`The evidence tests need ${program}; npm run test:evidence says how to get it`);
}

function whereIs(program: string): string | undefined {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const folders = [...(BEFORE_PATH[program] ?? []), ...path, ...(HOMES[program] ?? [])];
  return folders.map((folder) => join(folder, program)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The `bin` folders of the versions of a program that have a folder each. */
function newestFirst(folder: string, version: RegExp): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .map((name) => ({ name, number: Number(version.exec(name)?.[1]) }))
    .filter(({ number }) => number > 0)
    .sort((a, b) => b.number - a.number)
    .map(({ name }) => join(folder, name, 'bin'));
}
