import { defineLibrary } from './define.js';
import { pauseOf, runTimeOf } from './shared-rows.js';

/** Kue, which nobody maintains any more. Facts: kue 0.11.6, read and run. Sources in the package: lib/queue/job.js. */
export const kue = defineLibrary({
  name: 'Kue',
  packages: ['kue'],
  queues: [{ call: 'createQueue', makes: 'Queue' }],
  dispatches: ['create', 'createJob'].map((method) => ({
    method: `Queue.${method}`,
    task: 'arg0' as const,
    payload: 'arg1' as const,
    options: 'chain' as const,
    chain: { ends: ['save'], setters: { attempts: 'attempts', backoff: 'backoff', ttl: 'ttl' } },
    sync: true,
  })),
  handlers: [{ method: 'Queue.process', task: 'arg0', handler: 'argLast', payload: 'param0.data' }],
  routes: { by: 'task', without: 'no worker ever takes it' },
  inline: [{ method: 'TestMode.enter', mode: 'testMode.enter()' }],
  emitters: [{ call: 'createQueue', unheard: 'exits' }],
  layers: ['dispatch'],
  attempts: { option: 'attempts', counts: 'runs', default: 1 },
  backoff: {
    option: 'backoff',
    true: 'fixed',
    type: { key: 'type', values: { fixed: 'fixed', exponential: 'exponential' } },
    object: 'fixed',
    delay: 'backoff.delay',
    unit: 'ms',
    default: 'none',
  },
  timeLimit: { option: 'ttl', unit: 'ms', default: 'none', at: 'dispatch' },
  // There is no lease: a job whose worker dies stays active and is not run again.
  acknowledgement: { default: 'early' },
  traps: [
    {
      option: 'backoff',
      without: ['attempts'],
      effect: 'ignored',
      because: 'without `.attempts()` a job runs once, so nothing ever waits',
      instead: 'Say `.attempts(3)` too',
    },
  ],
  amounts: [runTimeOf('ttl'), pauseOf('backoff.delay')],
  failures: {
    observer: "queue.on('job failed', …)",
    events: ['job failed'],
    of: 'receiver',
    // Each job tells of itself, too.
    mentions: ["'failed'", '"failed"', 'failed attempt'],
  },
  logger: {
    shown: 'job.log(…)',
    parameter: 'param0',
    methods: { log: 'log', info: 'log', debug: 'log', warn: 'log', error: 'log' },
    text: true,
  },
  serializer: 'json',
  suggest: {
    attempts: ".attempts(3).backoff({ type: 'exponential', delay: 1000 })",
    runOnce: '.attempts(1)',
    backoff: ".backoff({ type: 'exponential', delay: 1000 })",
    timeLimit: '.ttl(30_000)',
  },
  evidence: 'test/evidence/kue.test.ts',
});
