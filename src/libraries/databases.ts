import type { Database } from '../typescript/transactions.js';

/** The database libraries whose transactions are recognised, each by declarations of its own packages. */
export const databases: readonly Database[] = [
  {
    name: 'Prisma',
    packages: ['@prisma/client', '.prisma/client', /^prisma-client-[0-9a-f]{64}$/],
    // A client that is generated as TypeScript belongs to the project; it imports Prisma's runtime.
    runtime: /@prisma\/client\/runtime|["']\.\.?\/(?:\.\.\/)?runtime\//,
    runs: ['*.$transaction'],
  },
  {
    name: 'TypeORM',
    packages: ['typeorm'],
    runs: ['*.transaction'],
    begins: ['*.startTransaction'],
    commits: ['commitTransaction'],
    rollbacks: ['rollbackTransaction'],
  },
  {
    name: 'TypeORM',
    packages: ['typeorm-transactional', 'typeorm-transactional-cls-hooked'],
    runs: ['runInTransaction'],
    decorators: ['Transactional'],
  },
  {
    name: 'MikroORM',
    // Decorators moved to a package of their own in 7.
    packages: ['@mikro-orm/core', '@mikro-orm/decorators', '@mikro-orm/sql', '@mikro-orm/knex'],
    runs: ['*.transactional'],
    decorators: ['Transactional'],
    begins: ['EntityManager.begin'],
    commits: ['commit'],
    rollbacks: ['rollback'],
  },
  {
    name: 'Sequelize',
    packages: ['sequelize', '@sequelize/core', 'sequelize-typescript'],
    runs: ['*.transaction'],
    makes: ['*.transaction', '*.startUnmanagedTransaction'],
    commits: ['commit'],
    rollbacks: ['rollback'],
  },
  {
    name: 'Knex',
    packages: ['knex'],
    runs: ['*.transaction', 'Transaction.savepoint'],
    makes: ['*.transaction'],
    commits: ['commit'],
    rollbacks: ['rollback'],
  },
  {
    name: 'Objection',
    packages: ['objection'],
    runs: ['*.transaction', 'transaction'],
    makes: ['*.startTransaction', 'transaction.start'],
    commits: ['commit'],
    rollbacks: ['rollback'],
  },
  { name: 'Drizzle', packages: ['drizzle-orm'], runs: ['*.transaction'] },
  {
    name: 'Kysely',
    packages: ['kysely'],
    runs: ['TransactionBuilder.execute'],
    makes: ['ControlledTransactionBuilder.execute'],
    commits: ['commit'],
    rollbacks: ['rollback'],
  },
  { name: 'Mongoose', packages: ['mongoose'], runs: ['*.transaction'] },
  {
    name: 'MongoDB',
    packages: ['mongodb'],
    runs: ['*.withTransaction'],
    begins: ['*.startTransaction'],
    commits: ['commitTransaction'],
    rollbacks: ['abortTransaction'],
  },
  { name: 'PostgreSQL', packages: ['pg', 'pg-pool'], sql: ['query'] },
  { name: 'PostgreSQL', packages: ['postgres'], runs: ['*.begin'] },
  {
    name: 'MySQL',
    packages: ['mysql2'],
    begins: ['*.beginTransaction'],
    commits: ['commit'],
    rollbacks: ['rollback'],
  },
];
