import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packagesOf } from './packages.js';
import {
  type Account,
  HOST,
  type Server,
  findProgram,
  freePort,
  startServer,
  temporaryDirectory,
} from './server.js';
import { type SharedServers, sharedServer } from './shared.js';

/** What is used of `pg`, which the libraries bring with them. */
interface Client {
  connect(): Promise<unknown>;
  query(sql: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>;
  end(): Promise<void>;
}

export interface Database {
  readonly url: string;
  /** The rows that one statement gives. */
  query<Row>(sql: string, ...values: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** A new empty database, on the PostgreSQL that serves all files of a run. */
export async function openDatabase(name: string): Promise<Database> {
  const { url: server } = await sharedServer('postgres');
  const first = await connected(server);
  await first.query(`CREATE DATABASE "${name}"`);
  await first.end();
  const url = server.replace(/\w+$/, name);
  const client = await connected(url);
  return {
    url,
    query: async <Row>(sql: string, ...values: readonly unknown[]) =>
      (await client.query(sql, values)).rows as Row[],
    close: () => client.end(),
  };
}

/** Starts one empty PostgreSQL on a free port of the loopback interface; it trusts everyone there. */
export async function startPostgres(): Promise<Server & { address: SharedServers['postgres'] }> {
  const account = unprivileged();
  const port = await freePort();
  const directory = temporaryDirectory(account);
  const data = join(directory, 'data');
  const initdb = join(dirname(realpathSync(findProgram('postgres'))), 'initdb');
  execFileSync(
    initdb,
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    {
      ...account,
      cwd: directory,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const settings = {
    port,
    listen_addresses: HOST,
    unix_socket_directories: '',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  };
  const url = `postgres://postgres@${HOST}:${port}/postgres`;
  const { stop } = await startServer({
    program: 'postgres',
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    // Whoever is still connected is not waited for.
    stop: 'INT',
    account,
    ready: async () => {
      const client = await connected(url).catch(() => undefined);
      await client?.end();
      return client !== undefined;
    },
    patience: 30_000,
    directory,
  });
  return { address: { url }, stop };
}

async function connected(connectionString: string): Promise<Client> {
  const { default: pg } = await packagesOf('graphile-worker-0.16').load<{
    default: { Client: new (options: { connectionString: string }) => Client };
  }>('pg');
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
}

/** PostgreSQL refuses to run as root: Debian's package brings a user for it, and any other will do. */
function unprivileged(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (option: string, user: string): number =>
    Number(execFileSync('id', [option, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: id('-u', user), gid: id('-g', user) };
    } catch {
      // no such user
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody');
}
