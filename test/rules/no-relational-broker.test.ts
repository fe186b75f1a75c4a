import { testRule } from './support.js';

testRule('no-relational-broker', 'relational', {
  'libraries that keep tasks in a relational database': [
    {
      name: 'pg-boss',
      code: `import PgBoss from 'pg-boss';\nexport const boss = new «PgBoss»('postgres://db');`,
      messages: [['pg-boss', 'PostgreSQL']],
    },
    {
      name: 'pg-boss, a subclass under another name, by require',
      code: {
        'app.js': `const Boss = require('pg-boss');\nclass Jobs extends Boss {}\nmodule.exports = new «Jobs»('postgres://db');`,
      },
    },
    {
      name: 'graphile-worker',
      code: `import { makeWorkerUtils, run } from 'graphile-worker';
await «run»({ connectionString: 'postgres://db', taskList: {} });
await «makeWorkerUtils»({ connectionString: 'postgres://db' });`,
    },
    {
      name: 'DBOS',
      code: `import { DBOS } from '@dbos-inc/dbos-sdk';\nDBOS.«setConfig»({ name: 'app' });\nawait DBOS.launch();`,
    },
    {
      name: 'AdonisJS by Knex',
      code: `import { knex } from '@boringnode/queue/drivers/knex_adapter';\nexport const adapter = «knex»({ client: 'pg' });`,
    },
  ],
  'by what stands in the address': [
    {
      name: 'Celery by an SQL transport',
      code: `import { createClient } from 'celery-node';\nexport const client = createClient(«'sqla+postgresql://db'»);`,
      messages: [['celery-node', 'a relational database']],
    },
    {
      name: 'from a constant of another file: reported at the argument',
      code: {
        'config.ts': `export const config = { broker: 'db+sqlite:///tasks' };`,
        'app.ts': `import { createWorker } from 'celery-node';\nimport { config } from './config.js';\nexport const worker = createWorker(«config.broker»);`,
      },
    },
    {
      name: 'one of several, all relational',
      code: `import { createClient } from 'celery-node';
declare const test: boolean;
const broker = test ? 'sqla+sqlite://' : 'sqla+postgresql://db';
export const client = createClient(«broker»);`,
    },
    {
      name: 'Sidequest, by its backend',
      code: `import { Sidequest } from 'sidequest';
await Sidequest.start({ backend: { driver: «'@sidequest/postgres-backend'», config: 'postgres://db' } });`,
    },
  ],
  'what is none, or is not known': [
    {
      name: 'Redis and RabbitMQ',
      code: `import { Queue } from 'bullmq';
import { createClient } from 'celery-node';
export const queue = new Queue('a', { connection: {} });
export const client = createClient('amqp://broker', 'sqla+postgresql://results');`,
    },
    {
      name: 'Sidequest with MongoDB',
      code: `import { Sidequest } from 'sidequest';
await Sidequest.start({ backend: { driver: '@sidequest/mongo-backend', config: 'mongodb://db' } });`,
    },
    {
      name: 'one of several',
      code: `import { createClient } from 'celery-node';
declare const test: boolean;
export const client = createClient(test ? 'sqla+sqlite://' : 'amqp://broker');`,
    },
    {
      name: 'out of the environment',
      code: `import { createClient } from 'celery-node';\nexport const client = createClient(process.env['BROKER'] ?? 'sqla+sqlite://');`,
    },
    {
      name: 'a class of that name that is none of the library',
      code: `class PgBoss {}\nexport const boss = new PgBoss();`,
    },
    {
      name: 'a type is opened nowhere',
      code: `import type PgBoss from 'pg-boss';\nexport const use = (boss: PgBoss) => boss.send('a', {});`,
    },
    {
      name: 'a test',
      code: { 'boss.spec.ts': `import PgBoss from 'pg-boss';\nexport const boss = new PgBoss('a');` },
    },
    {
      name: 'any',
      code: `declare const library: any;\nexport const boss = new library.PgBoss('postgres://db');`,
    },
    {
      name: 'names that lead nowhere',
      broken: true,
      code: `import { createClient } from 'celery-node';\nexport const client = createClient(missing, ...more);`,
    },
    {
      name: 'without types',
      untyped: true,
      code: `import PgBoss from 'pg-boss';\nexport const boss = new «PgBoss»('postgres://db');`,
    },
  ],
});
