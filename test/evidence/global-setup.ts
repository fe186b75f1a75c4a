import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.js';
import { startRabbitMQ } from './rabbitmq.js';
import { HOST, type Server } from './server.js';
import type { SharedServers } from './shared.js';

type Started = Server & { readonly address: unknown };

const START = { postgres: startPostgres, rabbitmq: startRabbitMQ } satisfies {
  [Name in keyof SharedServers]: () => Promise<Server & { readonly address: SharedServers[Name] }>;
};

/**
 * RabbitMQ takes seconds to start, so one serves all files. Which files will need it is not known here: the
 * first that asks for a server at this door has it started, and the run's end stops what was started.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = new Map<string, Promise<Started>>();
  const door = createServer((request, response) => {
    const name = request.url?.slice(1) as keyof SharedServers;
    const server = started.get(name) ?? START[name]();
    started.set(name, server);
    server.then(
      ({ address }) => response.end(JSON.stringify(address)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  }).listen(0, HOST);
  await once(door, 'listening');
  project.provide('servers', `http://${HOST}:${(door.address() as AddressInfo).port}/`);
  return async () => {
    door.close();
    door.closeAllConnections();
    await Promise.all(
      [...started.values()].map((server) =>
        server.then(
          ({ stop }) => stop(),
          () => {},
        ),
      ),
    );
  };
}
