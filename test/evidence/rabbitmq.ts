import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagesOf } from './packages.js';
import {
  HOST,
  type Server,
  answers,
  findProgram,
  freePort,
  startServer,
  temporaryDirectory,
} from './server.js';
import { type SharedServers, sharedServer } from './shared.js';
import { sleep, until } from './support.js';

/** What is used of amqplib to look at queues from outside of the library that is tested. */
interface Channel {
  assertQueue(name: string, options?: object): Promise<{ queue: string }>;
  checkQueue(name: string): Promise<{ messageCount: number; consumerCount: number }>;
  deleteQueue(name: string): Promise<unknown>;
  sendToQueue(name: string, content: Buffer, options?: object): boolean;
}
interface Connection {
  createChannel(): Promise<Channel>;
  close(): Promise<void>;
}

export interface Broker {
  readonly url: string;
  readonly channel: Channel;
  /** A new queue that nobody consumes. */
  openQueue(options?: object): Promise<string>;
  /** The messages that wait in a queue: not those that a consumer has and owes an acknowledgement for. */
  left(queue: string): Promise<number>;
  /** The messages in a queue when its consumers are gone, with those that come back from them. */
  kept(queue: string): Promise<number>;
  close(): Promise<void>;
}

/** A connection to the RabbitMQ that serves all files of a run; each test has queues with names of its own. */
export async function openBroker(): Promise<Broker> {
  const { url } = await sharedServer('rabbitmq');
  const { connect } = await packagesOf('amqplib-2').load<{ connect: (url: string) => Promise<Connection> }>(
    'amqplib',
  );
  const connection = await connect(url);
  const channel = await connection.createChannel();
  const left = async (queue: string): Promise<number> => (await channel.checkQueue(queue)).messageCount;
  return {
    url,
    channel,
    left,
    openQueue: async (options) => (await channel.assertQueue('', options)).queue,
    kept: async (queue) => {
      await until('nobody consumes', async () => (await channel.checkQueue(queue)).consumerCount === 0);
      // A consumer may have said farewell before its channel is closed, and messages come back only then.
      await sleep(100);
      return left(queue);
    },
    close: () => connection.close(),
  };
}

/** Evaluates Erlang expressions in the server and prints the last value; rabbitmqctl would take far longer. */
const EVALUATE = `
  {ok, Tokens, _} = erl_scan:string(os:getenv("EXPRESSIONS")),
  {ok, Expressions} = erl_parse:parse_exprs(Tokens),
  Server = list_to_atom(os:getenv("RABBITMQ_NODENAME")),
  {value, Value, _} = rpc:call(Server, erl_eval, exprs, [Expressions, []]),
  io:format("~p", [Value]),
  halt().`;

/** What Erlang expressions give in the server. */
export async function askRabbitMQ(expressions: string): Promise<string> {
  const { environment } = await sharedServer('rabbitmq');
  const env = { ...process.env, ...environment, EXPRESSIONS: expressions };
  const name = `asks${process.pid}@localhost`;
  const args = ['-noinput', '-hidden', '-sname', name, '-eval', EVALUATE];
  return execFileSync(findProgram('erl'), args, { env, encoding: 'utf8', timeout: 60_000 });
}

/** Starts one empty RabbitMQ on free ports of the loopback interface, with a port mapper of its own. */
export async function startRabbitMQ(): Promise<Server & { address: SharedServers['rabbitmq'] }> {
  const [amqp, distribution, mapper] = await Promise.all([freePort(), freePort(), freePort()]);
  const directory = temporaryDirectory();
  const settings = join(directory, 'rabbitmq.conf');
  const empty = join(directory, 'empty.config');
  const nothing = join(directory, 'nothing');
  writeFileSync(
    settings,
    [
      `listeners.tcp.local = ${HOST}:${amqp}`,
      'vm_memory_high_watermark.relative = 0.9',
      'disk_free_limit.absolute = 1MB',
      '',
    ].join('\n'),
  );
  writeFileSync(empty, '[].');
  writeFileSync(nothing, '');
  const env = {
    // The cookie of Erlang is written there.
    HOME: directory,
    ERL_EPMD_ADDRESS: HOST,
    ERL_EPMD_PORT: String(mapper),
    RABBITMQ_NODENAME: `evidence${amqp}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: join(directory, 'data'),
    RABBITMQ_LOG_BASE: directory,
    RABBITMQ_LOGS: '-',
    RABBITMQ_CONFIG_FILE: settings,
    RABBITMQ_ADVANCED_CONFIG_FILE: empty,
    RABBITMQ_CONF_ENV_FILE: nothing,
    RABBITMQ_ENABLED_PLUGINS_FILE: empty,
    RABBITMQ_PID_FILE: join(directory, 'pid'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-kernel inet_dist_use_interface {127,0,0,1}`,
  };
  // Without one, Erlang starts a port mapper that stays when RabbitMQ ends.
  const epmd = await startServer({
    program: 'epmd',
    args: ['-port', String(mapper), '-address', HOST],
    stop: 'TERM',
    ready: () => answers(mapper),
    patience: 15_000,
    directory: temporaryDirectory(),
  });
  try {
    const rabbitmq = await startServer({
      program: 'rabbitmq-server',
      args: [],
      env,
      // There is nothing to be kept.
      stop: 'KILL',
      ready: () => answers(amqp, 'AMQP\0\0\x09\x01', '\x01\0\0'),
      patience: 50_000,
      directory,
    });
    const stop = async (): Promise<void> => {
      await rabbitmq.stop();
      await epmd.stop();
    };
    return { address: { url: `amqp://guest:guest@${HOST}:${amqp}`, environment: env }, stop };
  } catch (error) {
    await epmd.stop();
    throw error;
  }
}
