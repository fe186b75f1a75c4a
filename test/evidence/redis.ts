import { HOST, answers, freePort, startServer, temporaryDirectory } from './server.js';

export interface Redis {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts one empty Redis on a free port of the loopback interface; it keeps nothing on disk. */
export async function startRedis(): Promise<Redis> {
  const port = await freePort();
  const directory = temporaryDirectory();
  const settings = { bind: HOST, port, dir: directory, save: '', appendonly: 'no' };
  const { stop } = await startServer({
    program: 'redis-server',
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    stop: 'TERM',
    ready: () => answers(port, 'PING\r\n', '+PONG'),
    patience: 15_000,
    directory,
  });
  return { host: HOST, port, stop };
}
