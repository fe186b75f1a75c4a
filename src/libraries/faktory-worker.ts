import { defineLibrary } from './define.js';

/**
 * Faktory, by its Node client. Facts: faktory-worker 4.7.1, run; the server's part is documented, and its source of
 * June 2026 read. Sources in the package: lib/job.js (defaults), lib/worker.js (the message is acknowledged after the
 * work); of the server: manager/retry.go (0, -1), manager/working.go and manager/manager.go (`reserve_for`),
 * server/commands.go (null for `retry`).
 */
export const faktoryWorker = defineLibrary({
  name: 'Faktory',
  packages: ['faktory-worker'],
  dispatches: [
    {
      method: 'Client.job',
      task: 'arg0',
      queue: 'chain.queue',
      queueDefault: 'default',
      payload: 'argsFrom1',
      options: 'chain',
      bulk: { name: 'pushBulk' },
      chain: { ends: ['push'], setters: { retry: 'retry', queue: 'queue', reserveFor: 'reserve_for' } },
    },
    {
      method: 'Client.push',
      task: 'arg0.jobtype',
      queue: 'arg0.queue',
      queueDefault: 'default',
      payload: 'arg0.args',
      options: 'arg0',
      bulk: { name: 'pushBulk', item: 0 },
    },
    {
      method: 'Client.pushBulk',
      each: 'arg0',
      task: 'item.jobtype',
      queue: 'item.queue',
      queueDefault: 'default',
      payload: 'item.args',
      options: 'item',
    },
  ],
  handlers: [
    { method: 'FaktoryControl.register', task: 'arg0', unique: 'object', handler: 'arg1', payload: 'params' },
  ],
  sameName: 'Faktory keeps the one that is registered last, and the other function never runs',
  routes: { by: 'task', without: 'each run of it fails with `No jobtype registered`' },
  layers: ['dispatch'],
  defaultQueue: 'default',
  attempts: {
    option: 'retry',
    counts: 'retries',
    default: 26,
    // Neither means "for ever": one drops a failed job, the other puts it with the dead.
    means: { '0': 1, '-1': 1 },
  },
  backoff: { default: 'exponential', jittered: true },
  // `reserve_for` is a lease: the server then gives the job to another worker, and this one goes on.
  timeLimit: { default: 'none' },
  acknowledgement: { default: 'late' },
  traps: [
    {
      option: 'retry',
      is: [-1],
      effect: 'misread',
      because: 'it is not "for ever": a job that fails is put with the dead at once',
      instead: 'Give the number of further runs',
    },
    {
      option: 'retry',
      is: [Infinity, NaN],
      effect: 'misread',
      because: 'JSON makes null of it, and the server runs the job up to 26 times',
      instead: 'Give the number of further runs',
      decidesAttempts: true,
    },
    {
      option: 'reserve_for',
      below: 60,
      effect: 'misread',
      because: 'the server takes less than 60 seconds for 60, and 0 for half an hour',
      instead: 'Give it in seconds, 60 or more',
    },
    {
      option: 'reserve_for',
      above: 86_400,
      effect: 'rejected',
      because: 'the server takes a day at most, so the job is never queued',
      instead: 'Give it in seconds, 86400 at most',
    },
  ],
  serializer: 'json',
  suggest: { attempts: 'retry: 5', runOnce: 'retry: 0' },
  evidence: 'test/evidence/faktory-worker.test.ts',
  documented: {
    backoff: 'https://github.com/contribsys/faktory/wiki/Job-Errors',
    traps: 'https://github.com/contribsys/faktory/wiki/The-Job-Payload',
  },
});
