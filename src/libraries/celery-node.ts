import { defineLibrary } from './define.js';

/**
 * Celery, by its Node client and worker. Facts: celery-node 0.5.9, read. Sources in the package: dist/app/worker.js
 * (no retries), dist/kombu/brokers (a message is acknowledged before the work), dist/app/result.js (polling).
 */
export const celeryNode = defineLibrary({
  name: 'celery-node',
  packages: ['celery-node'],
  queues: [
    { call: 'createClient', name: 'arg2', nameDefault: 'celery', makes: 'Client' },
    { call: 'createWorker', name: 'arg2', nameDefault: 'celery', makes: 'Worker' },
  ],
  dispatches: [
    { method: 'Task.delay', task: 'receiver(0)', queue: 'receiver.queue', payload: 'args', sync: true },
    { method: 'Task.applyAsync', task: 'receiver(0)', queue: 'receiver.queue', payload: 'args', sync: true },
    { method: 'Client.sendTask', task: 'arg0', payload: 'argsFrom1', sync: true },
  ],
  handlers: [
    { method: 'Worker.register', task: 'arg0', unique: 'object', handler: 'arg1', payload: 'params' },
  ],
  waits: [
    { method: 'AsyncResult.get' },
    { method: 'AsyncResult.status', polling: true },
    { method: 'AsyncResult.result', polling: true },
  ],
  sameName: 'celery-node throws `Handler is already set`, and the worker does not start',
  // Over Redis, run: what it throws ends its loop.
  routes: {
    by: 'task-in-queue',
    without: 'the worker prints `Missing process handler` and takes no task any more',
  },
  // Celery itself takes these, by Kombu's SQL transports.
  brokers: ['createClient', 'createWorker'].map((call) => ({
    call,
    address: 'arg0' as const,
    addresses: {
      'sqla+': 'a relational database',
      'sqlalchemy+': 'a relational database',
      'db+': 'a relational database',
      'django://': 'a relational database',
    },
  })),
  layers: ['dispatch'],
  defaultQueue: 'celery',
  // There is no retry in the worker, and no time limit: the headers that say so are not read.
  timeLimit: { default: 'none' },
  acknowledgement: { default: 'early' },
  serializer: 'json',
  evidence: 'test/evidence/celery-node.test.ts',
});
