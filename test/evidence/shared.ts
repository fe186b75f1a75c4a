import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where servers are asked for. */
    readonly servers: string;
  }
}

/** What the tests are told of each server that serves all files of a run. */
export interface SharedServers {
  readonly postgres: { readonly url: string };
  readonly rabbitmq: {
    readonly url: string;
    /** With it, Erlang finds this server. */
    readonly environment: Readonly<Record<string, string>>;
  };
}

/** The first who asks for a server waits until it is started. */
export async function sharedServer<Name extends keyof SharedServers>(
  name: Name,
): Promise<SharedServers[Name]> {
  const response = await fetch(new URL(name, inject('servers')));
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return JSON.parse(text) as SharedServers[Name];
}
