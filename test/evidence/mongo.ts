import { createRequire } from 'node:module';

/** The part of `bson` that is used here, in the version that the library's own driver has. */
interface Bson {
  serialize(document: object, options: object): Uint8Array;
  deserialize(bytes: Uint8Array, options: object): Document;
  readonly ObjectId: new () => { toString(): string };
}
export type Document = Record<string, unknown>;
type Query = Record<string, unknown>;
interface Update {
  readonly $set?: Document;
  readonly $setOnInsert?: Document;
  readonly $unset?: Document;
}

/** What the driver sets when a program says nothing. */
const WRITES = { serializeFunctions: false, ignoreUndefined: false };
const READS = { promoteValues: true, promoteLongs: true, promoteBuffers: false, bsonRegExp: false };

/**
 * There is no MongoDB here. This is as much of a collection as the job libraries ask for, held in memory as the
 * bytes that their driver would send, so that what is lost on the way is lost here, too.
 */
export class Collection {
  readonly #bson: Bson;
  readonly #documents = new Map<string, Uint8Array>();

  /** `file` is a file of the library, whose `bson` is used. */
  constructor(file: string) {
    const driver = createRequire(file).resolve('mongodb');
    this.#bson = createRequire(driver)('bson') as Bson;
  }

  /** What a library takes for the database. */
  get database(): { collection(): Collection } {
    return { collection: () => this };
  }

  all(): Document[] {
    return [...this.#documents.values()].map((bytes) => this.#bson.deserialize(bytes, READS));
  }

  createIndex(_keys: unknown, _options: unknown, done?: (error: Error | null) => void): void {
    setImmediate(() => done?.(null));
  }

  async insertOne(document: Document): Promise<{ acknowledged: boolean; insertedId: unknown }> {
    const insertedId = document['_id'] ?? new this.#bson.ObjectId();
    this.#write({ ...document, _id: insertedId });
    return { acknowledged: true, insertedId };
  }

  async findOne(query: Query): Promise<Document | null> {
    return this.#find(query)[0] ?? null;
  }

  async findOneAndUpdate(
    query: Query,
    update: Update,
    { upsert = false }: { upsert?: boolean } = {},
  ): Promise<{ value: Document | null; lastErrorObject: object }> {
    const [found] = this.#find(query);
    if (!found && !upsert) return { value: null, lastErrorObject: { updatedExisting: false } };
    const base = found ?? { _id: new this.#bson.ObjectId(), ...plain(query), ...update.$setOnInsert };
    return { value: this.#update(base, update), lastErrorObject: { updatedExisting: Boolean(found) } };
  }

  async updateOne(query: Query, update: Update): Promise<{ acknowledged: boolean; matchedCount: number }> {
    const [found] = this.#find(query);
    if (found) this.#update(found, update);
    return { acknowledged: true, matchedCount: found ? 1 : 0 };
  }

  async updateMany(query: Query, update: Update, done?: (error: Error | null) => void): Promise<void> {
    for (const found of this.#find(query)) this.#update(found, update);
    done?.(null);
  }

  async countDocuments(query: Query): Promise<number> {
    return this.#find(query).length;
  }

  #find(query: Query): Document[] {
    return this.all().filter((document) => matches(document, query));
  }

  #update(document: Document, { $set = {}, $unset = {} }: Update): Document {
    const updated = { ...document, ...$set };
    for (const name of Object.keys($unset)) Reflect.deleteProperty(updated, name);
    return this.#write(updated);
  }

  #write(document: Document): Document {
    const bytes = this.#bson.serialize(document, WRITES);
    this.#documents.set(String(document['_id']), bytes);
    return this.#bson.deserialize(bytes, READS);
  }
}

/** What an upsert takes from its query: the fields that are equal to something. */
const plain = (query: Query): Document =>
  Object.fromEntries(Object.entries(query).filter(([name]) => !/[$.]/.test(name)));

const at = (document: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Document | undefined)?.[name], document);

const number = (value: unknown): number => (value instanceof Date ? value.getTime() : Number(value));

/** Dates and the ids of the driver are objects, and other ones for each document that is read. */
function identity(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  if (typeof value !== 'object' || value === null || !('toHexString' in value)) return value;
  return (value.toHexString as () => string).call(value);
}

function equal(one: unknown, other: unknown): boolean {
  if (one == null || other == null) return one == other;
  return identity(one) === identity(other);
}

function matches(document: Document, query: Query): boolean {
  return Object.entries(query).every(([name, wanted]) => {
    if (name === '$and') return (wanted as Query[]).every((part) => matches(document, part));
    if (name === '$or') return (wanted as Query[]).some((part) => matches(document, part));
    const value = at(document, name);
    if (typeof wanted !== 'object' || wanted === null) return equal(value, wanted);
    const operators = Object.entries(wanted).filter(([operator]) => operator.startsWith('$'));
    return operators.length === 0
      ? equal(value, wanted)
      : operators.every(([operator, limit]) => compare(value, operator, limit));
  });
}

function compare(value: unknown, operator: string, limit: unknown): boolean {
  if (operator === '$ne') return !equal(value, limit);
  if (operator === '$eq') return equal(value, limit);
  if (operator === '$in') return (limit as unknown[]).some((one) => equal(value, one));
  if (value == null) return false;
  if (operator === '$lte') return number(value) <= number(limit);
  if (operator === '$lt') return number(value) < number(limit);
  throw new Error(`This collection knows no ${operator}`);
}

class Money {
  amount = 5;
  double(): number {
    return this.amount * 2;
  }
}

/** What a handler receives for a value at `data.value`: BSON, in every library that keeps its jobs in MongoDB. */
export const BSON_PAYLOADS: readonly { title: string; sent: unknown; received: unknown }[] = [
  { title: 'a Date stays one', sent: { value: new Date(0) }, received: { value: new Date(0) } },
  { title: 'a RegExp stays one', sent: { value: /a/i }, received: { value: /a/i } },
  {
    title: 'a Map arrives as an object of its entries',
    sent: { value: new Map([['a', 1]]) },
    received: { value: { a: 1 } },
  },
  { title: 'a Set arrives as an empty object', sent: { value: new Set([1]) }, received: { value: {} } },
  { title: 'an Error arrives as an empty object', sent: { value: new Error('no') }, received: { value: {} } },
  {
    title: 'a class instance arrives as its own fields, without methods',
    sent: { value: new Money() },
    received: { value: { amount: 5 } },
  },
  { title: 'undefined arrives as null', sent: { value: undefined }, received: { value: null } },
  {
    title: 'NaN and Infinity stay',
    sent: { value: NaN, other: Infinity },
    received: { value: NaN, other: Infinity },
  },
  { title: 'a function is dropped', sent: { value: () => 1 }, received: {} },
  { title: 'a symbol is dropped', sent: { value: Symbol('a') }, received: {} },
];

/** What BSON refuses. */
export const BSON_REFUSED: readonly { title: string; sent: () => unknown; message: string }[] = [
  { title: 'a bigint makes now() reject', sent: () => ({ value: 1n }), message: 'Unsupported type BigInt' },
  {
    title: 'a circular object makes now() reject',
    sent: () => {
      const loop: { self?: unknown } = {};
      loop.self = loop;
      return loop;
    },
    message: 'cyclic dependency',
  },
];
