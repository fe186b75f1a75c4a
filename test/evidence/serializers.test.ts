import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import * as v8 from 'node:v8';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SerializerName } from '../../src/libraries/define.js';
import { serializers } from '../../src/libraries/serializers.js';
import type { DelicateKind } from '../../src/typescript/payload.js';
import { packagesOf } from './packages.js';

/** One way from a dispatch to a handler. */
interface Carrier {
  readonly name: string;
  write(value: unknown): unknown;
  read(written: unknown): unknown;
  /** Kinds that this one treats otherwise than the libraries do; they have a test of their own. */
  readonly except?: readonly DelicateKind[];
}

class Money {
  amount = 5;
  get label(): string {
    return `${this.amount} EUR`;
  }
  double(): number {
    return this.amount * 2;
  }
}

class Refusal extends Error {
  code = 7;
}

const SAMPLES: Readonly<Record<DelicateKind, readonly unknown[]>> = {
  Date: [new Date(0)],
  Map: [new Map([['a', 1]])],
  Set: [new Set([1, 2])],
  WeakMap: [new WeakMap()],
  WeakSet: [new WeakSet()],
  RegExp: [/a/g],
  Error: [new Error('no'), new TypeError('no')],
  Promise: [Promise.resolve(1)],
  Buffer: [Buffer.from('hi')],
  'typed array': [new Uint8Array([7, 8]), new Float64Array([1.5, 2])],
  ArrayBuffer: [new Uint8Array([7, 8]).buffer],
  bigint: [1n],
  symbol: [Symbol('a'), Symbol.for('a')],
  function: [() => 1, Money],
  class: [new Money()],
};

type Outcome =
  | { readonly is: 'refused' }
  | { readonly is: 'unreadable' }
  | { readonly is: 'dropped' }
  | { readonly is: 'there'; readonly value: unknown };

/** What becomes of a value at `value` of a payload. */
async function outcomeOf(carrier: Carrier, value: unknown): Promise<Outcome> {
  let written: unknown;
  try {
    written = await carrier.write({ value });
  } catch {
    return { is: 'refused' };
  }
  let received: object;
  try {
    received = (await carrier.read(written)) as object;
  } catch {
    return { is: 'unreadable' };
  }
  return 'value' in received ? { is: 'there', value: received.value } : { is: 'dropped' };
}

const there = (outcome: Outcome): unknown => {
  if (outcome.is !== 'there') expect.fail(`It is ${outcome.is}`);
  return outcome.value;
};
const indexes = (sent: unknown): object => ({ ...(sent as object) });
const isBinary = (value: unknown): boolean =>
  (value as { _bsontype?: unknown })._bsontype === 'Binary' &&
  !Buffer.isBuffer(value) &&
  !(value instanceof Uint8Array);

/** How each sentence of the table is put to the test. */
const MEANINGS: Readonly<Record<string, (outcome: Outcome, sent: unknown) => void>> = {
  'arrives as it is': (outcome, sent) => {
    const value = there(outcome);
    // The stack of an error, and whether it has a cause, are not what anybody sends.
    if (sent instanceof Error) {
      expect(value).toBeInstanceOf(Error);
      expect(String(value)).toBe(String(sent));
    } else expect(value).toStrictEqual(sent);
  },
  'is dropped': (outcome) => {
    expect(outcome).toEqual({ is: 'dropped' });
  },
  'makes the dispatch throw': (outcome) => {
    expect(outcome).toEqual({ is: 'refused' });
  },
  'arrives as {}': (outcome) => {
    expect(there(outcome)).toStrictEqual({});
  },
  'arrives as a string': (outcome, sent) => {
    expect(there(outcome)).toBe((sent as Date).toISOString());
  },
  'arrives as a plain object': (outcome, sent) => {
    expect(there(outcome)).toStrictEqual(Object.fromEntries(sent as Map<string, unknown>));
  },
  'arrives without its methods and getters': (outcome, sent) => {
    expect(there(outcome)).toStrictEqual(Object.assign({}, sent));
  },
  "arrives as { type: 'Buffer', data: [...] }": (outcome, sent) => {
    expect(there(outcome)).toStrictEqual({ type: 'Buffer', data: [...(sent as Buffer)] });
  },
  'arrives as an object of indexes': (outcome, sent) => {
    expect(there(outcome)).toStrictEqual(indexes(sent));
  },
  'arrives as a Uint8Array': (outcome, sent) => {
    expect(there(outcome)).toStrictEqual(new Uint8Array(sent as Buffer));
  },
  'arrives as a Binary': (outcome) => {
    expect(there(outcome)).toSatisfy(isBinary);
  },
  'arrives as a Binary or an object of indexes': (outcome, sent) => {
    const value = there(outcome);
    if (sent instanceof Uint8Array) expect(value).toSatisfy(isBinary);
    else expect(value).toStrictEqual(indexes(sent));
  },
  'arrives as a number or Long': (outcome, sent) => {
    expect(there(outcome)).toBe(Number(sent));
  },
  'arrives as a number, or makes the dispatch throw': (outcome, sent) => {
    if (outcome.is !== 'refused') expect(there(outcome)).toBe(Number(sent));
  },
};

/** A module as the last of these packages sees it; each is looked up from where the one before it lies. */
async function through<T>(start: string, ...names: readonly string[]): Promise<T> {
  const file = names.reduce((at, name) => createRequire(at).resolve(name), start);
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as T;
}

interface SuperJson {
  readonly default: new () => { stringify(value: unknown): string; parse(text: string): unknown };
}
interface Bson {
  serialize(document: object): Uint8Array;
  deserialize(bytes: Uint8Array): object;
}
interface TriggerCore {
  stringifyIO(value: unknown): Promise<object>;
  parsePacket(packet: object): Promise<unknown>;
}
interface InngestStrings {
  stringify: (value: unknown) => string;
}
interface DbosSerialization {
  readonly DBOSJSON: {
    stringify(value: unknown): string | Promise<string>;
    parse(text: string): unknown;
  };
}
interface Devalue {
  stringify(value: unknown): string;
  parse(text: string): unknown;
}
interface WorkflowSerialization {
  dehydrateWorkflowArguments(args: unknown, run: string, key: undefined, ops: unknown[]): Promise<unknown>;
  hydrateWorkflowArguments(args: unknown, run: string, key: undefined, global: object): Promise<unknown[]>;
  dehydrateStepArguments(args: unknown, run: string, key: undefined, global: object): Promise<unknown>;
  hydrateStepArguments(args: unknown, run: string, key: undefined, ops: unknown[]): Promise<unknown[]>;
}

const here = import.meta.filename;
const trigger3 = packagesOf('trigger-dev-3');
const trigger4 = packagesOf('trigger-dev-4');
const sdk3 = trigger3.file('@trigger.dev/sdk/package.json');
const sdk4 = trigger4.file('@trigger.dev/sdk/package.json');
const dbos4 = packagesOf('dbos-4');
const agenda5 = packagesOf('agenda-5').file('agenda/package.json');
const workflow = packagesOf('vercel-workflow');

const superjson1 = await through<SuperJson>(dbos4.file('@dbos-inc/dbos-sdk/package.json'), 'superjson');
const superjson2 = await through<SuperJson>(sdk3, '@trigger.dev/core/v3', 'superjson');
const devalue = await through<Devalue>(workflow.file('@workflow/core/package.json'), 'devalue');
const bson4 = await through<Bson>(agenda5, 'mongodb', 'bson');
const bson7 = await through<Bson>(here, 'mongoose', 'mongodb', 'bson');

const JSON_TEXT: Carrier = {
  name: 'JSON.stringify',
  write: (value) => JSON.stringify(value),
  read: (text) => JSON.parse(text as string) as unknown,
};

const plainSuperjson = (name: string, { default: SuperJSON }: SuperJson): Carrier => {
  // The libraries add to the instance that the module exports.
  const own = new SuperJSON();
  return {
    name,
    write: (value) => own.stringify(value),
    read: (text) => own.parse(text as string),
    except: ['Buffer'],
  };
};
const trigger = async (name: string, sdk: string): Promise<Carrier> => {
  const core = await through<TriggerCore>(sdk, '@trigger.dev/core/v3');
  return {
    name,
    write: (value) => core.stringifyIO(value),
    read: (packet) => core.parsePacket(packet as object),
  };
};
const dbos = async (name: string, fixture: string): Promise<Carrier> => {
  const file = '@dbos-inc/dbos-sdk/dist/src/serialization.js';
  const { DBOSJSON } = await packagesOf(fixture).load<DbosSerialization>(file);
  return {
    name,
    write: (value) => DBOSJSON.stringify(value),
    read: (text) => DBOSJSON.parse(text as string),
  };
};
const inngest = async (name: string, fixture: string): Promise<Carrier> => {
  const { stringify } = await packagesOf(fixture).load<InngestStrings>('inngest/helpers/strings.js');
  return { name, write: (value) => stringify(value), read: (text) => JSON_TEXT.read(text) };
};
const bson = (name: string, lib: Bson): Carrier => ({
  name,
  // No options: the driver's own defaults are the same.
  write: (value) => lib.serialize(value as object),
  read: (bytes) => lib.deserialize(bytes as Uint8Array),
});

const serialization = await workflow.load<WorkflowSerialization>('@workflow/core/dist/serialization.js');

const CARRIERS: Readonly<Record<SerializerName, readonly Carrier[]>> = {
  json: [JSON_TEXT],
  bytes: [
    {
      name: 'Buffer.from(JSON.stringify())',
      write: (value) => Buffer.from(JSON.stringify(value)),
      read: (bytes) => JSON.parse((bytes as Buffer).toString()) as unknown,
    },
  ],
  // Bytes that are the whole payload go as they are: the tests of the library show that. Inside of it they do not.
  'json-or-bytes': [{ ...JSON_TEXT, except: ['Buffer', 'typed array'] }],
  'json-quiet': [await inngest('Inngest 3', 'inngest-3'), await inngest('Inngest 4', 'inngest-4')],
  superjson: [
    plainSuperjson('superjson 1', superjson1),
    plainSuperjson('superjson 2', superjson2),
    await trigger('Trigger.dev 3', sdk3),
    await trigger('Trigger.dev 4', sdk4),
    await dbos('DBOS 4', 'dbos-4'),
    await dbos('DBOS 5', 'dbos-5'),
  ],
  devalue: [
    {
      name: 'devalue',
      write: (value) => devalue.stringify(value),
      read: (text) => devalue.parse(text as string),
      except: ['Error'],
    },
    {
      name: 'the arguments of a Vercel workflow',
      write: (value) => serialization.dehydrateWorkflowArguments([value], 'wrun_x', undefined, []),
      read: async (value) =>
        (await serialization.hydrateWorkflowArguments(value, 'wrun_x', undefined, globalThis))[0],
    },
    {
      name: 'the arguments of a Vercel step',
      write: (value) => serialization.dehydrateStepArguments([value], 'wrun_x', undefined, globalThis),
      read: async (value) => (await serialization.hydrateStepArguments(value, 'wrun_x', undefined, []))[0],
    },
  ],
  'structured-clone': [
    { name: 'structuredClone', write: (value) => structuredClone(value), read: (value) => value },
    {
      name: 'v8.serialize',
      write: (value) => v8.serialize(value),
      read: (bytes) => v8.deserialize(bytes as Buffer) as unknown,
      except: ['Buffer'],
    },
  ],
  bson: [bson('bson 4, the driver of Agenda 4 and 5', bson4), bson('bson 7', bson7)],
};

describe('payload', () => {
  beforeAll(() => {
    // Vercel Workflow prints what it refuses.
    vi.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });

  for (const [name, carriers] of Object.entries(CARRIERS) as [SerializerName, readonly Carrier[]][]) {
    describe(name, () => {
      for (const kind of Object.keys(SAMPLES) as DelicateKind[]) {
        const sentence = serializers[name][kind] ?? 'arrives as it is';
        it(`${kind} ${sentence}`, async () => {
          const meaning = MEANINGS[sentence];
          if (!meaning) expect.fail('Nothing here says how to test this sentence of the table');
          for (const carrier of carriers.filter(({ except }) => !except?.includes(kind))) {
            for (const sent of SAMPLES[kind]) {
              const outcome = await outcomeOf(carrier, sent);
              try {
                meaning(outcome, sent);
              } catch (cause) {
                throw new Error(`${carrier.name}: ${String(cause)}`, { cause });
              }
            }
          }
        });
      }
    });
  }

  describe('what the table cannot say in a cell', () => {
    it.each([
      ['1', superjson1],
      ['2', superjson2],
    ])('superjson %s alone cannot read a Buffer: the libraries register it', async (name, lib) => {
      const sent = Buffer.from('hi');
      expect(await outcomeOf(plainSuperjson(name, lib), sent)).toEqual({ is: 'unreadable' });
    });

    it('devalue alone refuses an Error: Vercel Workflow has a reducer for it', () => {
      expect(() => devalue.stringify({ value: new Error('no') })).toThrow('non-POJOs');
    });

    it('v8.serialize keeps a Buffer, structuredClone does not', () => {
      const sent = Buffer.from('hi');
      expect(Buffer.isBuffer(v8.deserialize(v8.serialize(sent)))).toBe(true);
      expect(Buffer.isBuffer(structuredClone(sent))).toBe(false);
    });

    it('a bigint is refused by BSON 4 and a number in BSON 7, 0 for what has no 64 bits', async () => {
      expect(await outcomeOf(bson('4', bson4), 1n)).toEqual({ is: 'refused' });
      expect(await outcomeOf(bson('7', bson7), 1n)).toEqual({ is: 'there', value: 1 });
      expect(await outcomeOf(bson('7', bson7), 2n ** 70n)).toEqual({ is: 'there', value: 0 });
    });

    it.each(CARRIERS.bson.map((carrier) => [carrier.name, carrier] as const))(
      'a Map whose keys are no strings is refused: %s',
      async (_name, carrier) => {
        expect(await outcomeOf(carrier, new Map([[{}, 1]]))).toEqual({ is: 'refused' });
      },
    );

    it('an error of a class of its own keeps its fields only as JSON and BSON, where it loses its message', async () => {
      const sent = new Refusal('no');
      for (const carrier of [...CARRIERS.json, ...CARRIERS.bson]) {
        expect(await outcomeOf(carrier, sent)).toStrictEqual({ is: 'there', value: { code: 7 } });
      }
      const others = [...CARRIERS.superjson, ...CARRIERS.devalue, ...CARRIERS['structured-clone']];
      for (const carrier of others.filter(({ except }) => !except?.includes('Error'))) {
        const value = there(await outcomeOf(carrier, sent));
        expect(value).toBeInstanceOf(Error);
        expect(value).not.toHaveProperty('code');
      }
    });

    it('a SharedArrayBuffer is refused by devalue, and emptied where an ArrayBuffer is', async () => {
      const sent = new SharedArrayBuffer(2);
      for (const carrier of CARRIERS.devalue)
        expect(await outcomeOf(carrier, sent)).toEqual({ is: 'refused' });
      for (const carrier of [...CARRIERS.json, ...CARRIERS.superjson, ...CARRIERS.bson]) {
        expect(await outcomeOf(carrier, sent)).toStrictEqual({ is: 'there', value: {} });
      }
    });

    it('undefined is dropped by JSON and BSON, and kept by the others', async () => {
      for (const carrier of [...CARRIERS.json, ...CARRIERS.bson]) {
        expect(await outcomeOf(carrier, undefined)).toEqual({ is: 'dropped' });
      }
      for (const carrier of [...CARRIERS.superjson, ...CARRIERS.devalue, ...CARRIERS['structured-clone']]) {
        expect(await outcomeOf(carrier, undefined)).toStrictEqual({ is: 'there', value: undefined });
      }
    });
  });
});
