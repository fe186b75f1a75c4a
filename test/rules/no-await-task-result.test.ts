import { type Case, testRule } from './support.js';

const head = `import { Job, Queue, QueueEvents, Worker } from 'bullmq';
const connection = {};
export const pdf = new Queue('pdf', { connection });
export const events = new QueueEvents('pdf', { connection });
`;
/** A handler with this body, and what stands before it. */
const worker = (body: string, before = ''): string =>
  `${head}${before}export const work = new Worker('mail', async (job) => {\n${body}\n}, { connection });\nexport { Job };`;
const add = `const child = await pdf.add('render', {});`;

const direct: readonly Case[] = [
  {
    name: 'waitUntilFinished in the handler',
    code: worker(`${add}\nreturn «child.waitUntilFinished(events)»;`),
    messages: [
      'This task waits for another one (`child.waitUntilFinished`) and holds its worker meanwhile: once every worker waits, nothing is left to run what they wait for.',
    ],
  },
  {
    name: 'with a time limit it waits all the same',
    code: worker(`${add}\nawait «child.waitUntilFinished(events, 1000)»;`),
  },
  {
    name: 'in a nested closure',
    code: worker(
      `await Promise.all([1, 2].map(async () => {\n${add}\nawait «child.waitUntilFinished(events)»;\n}));`,
    ),
  },
  {
    name: 'in a function that the handler declares: once',
    code: worker(
      `async function render() {\n${add}\nreturn «child.waitUntilFinished(events)»;\n}\nawait render();`,
    ),
  },
  {
    name: 'optional chaining',
    code: worker(`const child = await pdf.getJob('1');\nawait «child?.waitUntilFinished(events)»;`),
  },
  {
    name: 'of a job that is fetched by the class',
    code: worker(
      `const child = await Job.fromId(pdf, '1');\nif (child) await «child.waitUntilFinished(events)»;`,
    ),
  },
  {
    name: 'two waits are two',
    code: worker(
      `${add}\nawait «child.waitUntilFinished(events)»;\nawait «child.waitUntilFinished(events)»;`,
    ),
  },
  {
    name: 'in a handler by name',
    code: `${head}async function render(job: Job) {\n${add}\nreturn «child.waitUntilFinished(events)» ?? job;\n}\nexport const work = new Worker('mail', render, { connection });`,
  },
  {
    name: 'a handler that two workers run is reported once',
    code: `${head}async function render(job: Job) {\n${add}\nreturn «child.waitUntilFinished(events)» ?? job;\n}\nexport const a = new Worker('a', render, { connection });\nexport const b = new Worker('b', render, { connection });`,
  },
  {
    name: 'a method of a NestJS processor',
    code: `import { Processor, WorkerHost } from '@nestjs/bullmq';\nimport type { Job, Queue, QueueEvents } from 'bullmq';\n@Processor('mail')\nexport class Mails extends WorkerHost {\n  constructor(private readonly pdf: Queue, private readonly events: QueueEvents) {\n    super();\n  }\n  async process(job: Job) {\n    const child = await this.pdf.add('render', job.data);\n    return «child.waitUntilFinished(this.events)»;\n  }\n}`,
  },
  {
    name: 'bull: finished()',
    code: `import Bull from 'bull';\nconst pdf = new Bull('pdf');\nnew Bull('mail').process(async () => {\n  const child = await pdf.add({ id: 1 });\n  return «child.finished()»;\n});`,
    messages: ['(`child.finished`)'],
  },
  {
    name: 'outside any handler',
    code: `${head}const child = await pdf.add('render', {});\nawait child.waitUntilFinished(events);\nexport { Job, Worker };`,
  },
  {
    name: 'in a request handler beside a worker',
    code: `${worker('return job.name;')}\nexport async function render() {\n${add}\nreturn child.waitUntilFinished(events);\n}`,
  },
  {
    name: 'in a listener of the worker',
    code: `${worker('return job.name;')}\nwork.on('completed', async (job) => {\n  await job.waitUntilFinished(events);\n});`,
  },
  { name: 'waiting until a queue or a worker is ready', code: worker(`await pdf.waitUntilReady();`) },
  {
    name: 'a method of the same name on another class',
    code: worker(
      `await new Render().waitUntilFinished(events);`,
      `class Render {\n  async waitUntilFinished(of: unknown) {\n    return of;\n  }\n}\n`,
    ),
  },
  { name: 'a dispatch alone', code: worker(`${add}\nreturn child.id;`) },
];

const led: readonly Case[] = [
  {
    name: 'through a function of the same file: at the call, with the chain',
    code: worker(
      `return «render()»;`,
      `async function render() {\n${add}\nreturn child.waitUntilFinished(events);\n}\n`,
    ),
    messages: ['This task waits for another one (the handler → render: `child.waitUntilFinished`)'],
  },
  {
    name: 'through two functions',
    code: worker(
      `await «report()»;`,
      `const render = async () => {\n${add}\nreturn child.waitUntilFinished(events);\n};\nasync function report() {\n  return render();\n}\n`,
    ),
    messages: ['(the handler → report → render: `child.waitUntilFinished`)'],
  },
  {
    name: 'through a function of another file',
    code: {
      'queues.ts': head + 'export { Job, Worker };',
      'render.ts': `import { events, pdf } from './queues.js';\nexport async function render() {\n${add}\nreturn child.waitUntilFinished(events);\n}`,
      'app.ts': `import { Worker } from 'bullmq';\nimport { render } from './render.js';\nexport const work = new Worker('mail', async () => {\n  await «render()»;\n}, { connection: {} });`,
    },
    messages: ['(the handler → render: `child.waitUntilFinished`)'],
  },
  {
    name: 'through a renamed import and a re-export',
    code: {
      'render.ts': `import { Queue, QueueEvents } from 'bullmq';\nconst pdf = new Queue('pdf');\nconst events = new QueueEvents('pdf');\nexport async function render() {\n${add}\nreturn child.waitUntilFinished(events);\n}`,
      'index.ts': `export { render as draw } from './render.js';`,
      'app.ts': `import { Worker } from 'bullmq';\nimport { draw as paint } from './index.js';\nexport const work = new Worker('mail', async () => «paint()», { connection: {} });`,
    },
    bug: 'missed: a function that a re-export and then an import rename',
  },
  {
    name: 'through a renamed import',
    code: {
      'render.ts': `import { Queue, QueueEvents } from 'bullmq';\nconst pdf = new Queue('pdf');\nconst events = new QueueEvents('pdf');\nexport async function render() {\n${add}\nreturn child.waitUntilFinished(events);\n}`,
      'app.ts': `import { Worker } from 'bullmq';\nimport { render as paint } from './render.js';\nexport const work = new Worker('mail', async () => «paint()», { connection: {} });`,
    },
  },
  {
    name: 'through a method of a service',
    code: worker(
      `await «new Pdfs().render()»;`,
      `class Pdfs {\n  async render() {\n${add}\nreturn child.waitUntilFinished(events);\n}\n}\n`,
    ),
    messages: ['the handler → render'],
  },
  {
    name: 'a handler with a name is called by it',
    code: `${head}async function render() {\n${add}\nreturn child.waitUntilFinished(events);\n}\nasync function send(job: Job) {\n  await «render()»;\n  return job.id;\n}\nexport const work = new Worker('mail', send, { connection });`,
    messages: ['(send → render: `child.waitUntilFinished`)'],
  },
  {
    name: 'two calls of the same function are two places',
    code: worker(
      `await «render()»;\nawait «render()»;`,
      `async function render() {\n${add}\nreturn child.waitUntilFinished(events);\n}\n`,
    ),
  },
  {
    name: 'a recursion ends',
    code: worker(
      `await «render(3)»;`,
      `async function render(n: number): Promise<unknown> {\n  if (n > 0) return render(n - 1);\n${add}\nreturn child.waitUntilFinished(events);\n}\n`,
    ),
  },
  {
    name: 'a function that waits but is only named',
    code: worker(
      `return render.name;`,
      `async function render() {\n${add}\nreturn child.waitUntilFinished(events);\n}\n`,
    ),
  },
  {
    name: 'another function of the file that waits',
    code: worker(
      `return other();`,
      `async function render() {\n${add}\nreturn child.waitUntilFinished(events);\n}\nfunction other() {\n  return 1;\n}\nexport { render };\n`,
    ),
  },
  {
    name: 'a handler that another handler calls is reported in itself only',
    code: `${head}async function render(job: Job) {\n${add}\nreturn «child.waitUntilFinished(events)» ?? job;\n}\nexport const a = new Worker('a', render, { connection });\nexport const b = new Worker('b', async (job) => render(job), { connection });`,
  },
].map((each) => ({ ids: 'leads', ...each }));
const direction = led.map((each): Case =>
  each.name.startsWith('a handler that another') ? { ...each, ids: 'waits' } : each,
);

const polling: readonly Case[] = [
  {
    name: 'asking for the state in a while loop',
    code: worker(
      `${add}\nwhile ((await «child.getState()») !== 'completed') await new Promise((done) => setTimeout(done, 10));`,
    ),
    messages: ['This task asks for the state of another one again and again (`child.getState`)'],
  },
  {
    name: 'in a do loop',
    code: worker(
      `${add}\nlet state;\ndo {\n  state = await «child.getState()»;\n} while (state !== 'completed');`,
    ),
  },
  {
    name: 'in an endless for',
    code: worker(`${add}\nfor (;;) {\n  if (await «child.isCompleted()») break;\n}`),
  },
  {
    name: 'by the queue',
    code: worker(`for (;;) {\n  if ((await «pdf.getJobState('1')») === 'failed') break;\n}`),
  },
  {
    name: 'bull',
    code: `import Bull from 'bull';\nconst pdf = new Bull('pdf');\nnew Bull('mail').process(async () => {\n  const child = await pdf.add({ id: 1 });\n  while (!(await «child.isFailed()»)) continue;\n});`,
  },
  { name: 'once is no loop', code: worker(`${add}\nreturn child.getState();`) },
  {
    name: 'over a list asks each once',
    code: worker(`for (const child of await pdf.getJobs()) console.log(await child.getState());`),
  },
  { name: 'of its own job', code: worker(`while ((await job.getState()) === 'active') break;`) },
  { name: 'of a field of its own job', code: worker(`while (await job.isCompleted()) break;`) },
  {
    name: 'outside any handler',
    code: `${head}const child = await pdf.add('a', {});\nwhile (!(await child.isCompleted())) continue;\nexport { Job, Worker };`,
  },
].map((each) => ({ ids: 'polls', ...each }));

const untyped: readonly Case[] = [
  {
    name: 'nothing tells without types what a job is',
    code: {
      'app.js': `import { Queue, Worker } from 'bullmq';\nconst pdf = new Queue('pdf');\nexport const work = new Worker('a', async () => {\n  const child = await pdf.add('a', {});\n  await child.waitUntilFinished(events);\n});`,
    },
    untyped: true,
  },
];

testRule('no-await-task-result', 'waits', { direct, 'through calls': direction, polling, untyped });
