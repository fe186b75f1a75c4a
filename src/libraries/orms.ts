import type { Orm } from '../typescript/rows.js';

/** The ORMs and ODMs whose rows are recognised, each by declarations of its own packages. */
export const orms: readonly Orm[] = [
  {
    name: 'Prisma',
    kind: 'model',
    // The runtime of a generated client: @prisma/client's, or a copy in an output folder of its own.
    packages: ['@prisma/client', '.prisma/client', /^prisma-client-[0-9a-f]{64}$/],
    // `type $UserPayload = { name; objects; scalars: GetPayloadResult<{…}>; composites }` (since 4.16).
    payload: { alias: 'GetPayloadResult', member: 'scalars', beside: ['name', 'objects', 'composites'] },
    copies: '*',
  },
  {
    name: 'TypeORM',
    kind: 'entity',
    packages: ['typeorm'],
    decorators: ['Entity', 'ChildEntity', 'ViewEntity'],
    keys: ['PrimaryColumn', 'PrimaryGeneratedColumn', 'ObjectIdColumn'],
    // Active record. `DeepPartial`, `FindOptionsWhere` and the like are made of entities but are input.
    bases: ['BaseEntity'],
  },
  {
    name: 'MikroORM',
    kind: 'entity',
    // Decorators moved to a package of their own in 7.
    packages: ['@mikro-orm/core', '@mikro-orm/decorators'],
    decorators: ['Entity'],
    keys: ['PrimaryKey', 'SerializedPrimaryKey'],
    bases: ['BaseEntity'],
    // `InferEntity<typeof schema>` of `defineEntity`.
    rows: ['InferEntityFromProperties'],
    // `Loaded` of all or of some fields, `wrap(user).toObject()`; not `RequiredEntityData`, `FilterQuery`.
    copies: ['Loaded', 'LoadedInternal', 'Selected', 'EntityDTO', 'SerializeDTO'],
    schemas: [{ callee: ['defineEntity'], argument: 0, key: 'properties' }],
    plain: ['toObject', 'toPOJO', 'toJSON'],
  },
  {
    name: 'Sequelize',
    kind: 'model',
    packages: ['sequelize', 'sequelize-typescript'],
    // sequelize-typescript's Model extends sequelize's.
    bases: ['Model'],
    keys: ['PrimaryKey'],
    // What `get()` and `toJSON()` give; not `InferCreationAttributes`.
    copies: ['InferAttributes'],
    plain: ['get', 'toJSON', 'dataValues'],
  },
  {
    name: 'Objection',
    kind: 'model',
    packages: ['objection'],
    bases: ['Model'],
    // `ModelObject` is a `Pick` of TypeScript's; `PartialModelObject` is input.
    copies: ['ModelObject'],
    plain: ['toJSON', '$toJson', '$toDatabaseJson'],
  },
  {
    name: 'Mongoose',
    kind: 'document',
    packages: ['mongoose'],
    ids: ['_id'],
    // `HydratedDocument<T>` is `Document<…> & T & …`.
    bases: ['Document', 'Subdocument'],
    // What `lean()` and `toObject()` add to the raw type.
    rows: ['Require_id', 'Default__v'],
    // `InferSchemaType` and lean results of inferred schemas.
    copies: [
      'ObtainDocumentType',
      'InferRawDocType',
      'BufferToBinary',
      'FlattenMaps',
      'DefaultTimestampProps',
    ],
    schemas: [{ callee: ['Schema'], argument: 0 }],
    plain: ['toObject', 'toJSON'],
    // A query's type is the same with a selection and without.
    query: { some: { select: 0, projection: 0, find: 1, findOne: 1, findById: 1 } },
  },
  {
    name: 'Drizzle',
    kind: 'row',
    packages: ['drizzle-orm'],
    table: { base: 'Table', row: '$inferSelect', input: '$inferInsert' },
    naming: ['InferSelectModel'],
    // Every row is made by `Simplify`; whether it is whole is told by the table's columns.
    copies: ['Simplify'],
    schemas: [
      {
        callee: ['pgTable', 'mysqlTable', 'sqliteTable', 'singlestoreTable', 'gelTable', 'table'],
        argument: 1,
        required: true,
      },
    ],
    query: { all: ['select', 'returning'], from: ['from', 'insert', 'update', 'delete'] },
  },
  {
    name: 'Kysely',
    kind: 'row',
    packages: ['kysely'],
    rows: ['Selectable'],
    naming: ['Selectable'],
    // Query results; whole ones are told by the project's `Selectable` aliases.
    copies: ['Simplify', 'AllSelection', 'Selection'],
    query: {
      all: ['selectAll', 'returningAll'],
      from: ['selectFrom', 'insertInto', 'updateTable', 'deleteFrom'],
    },
  },
];
