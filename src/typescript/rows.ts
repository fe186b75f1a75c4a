import ts from 'typescript';
import type { Code } from './code.js';
import { originOf, originOfDeclaration, symbolAt, type Origin } from './identity.js';
import { declarationOfType, skipOuter } from './syntax.js';
import { typeOfExpression } from './types.js';

/** An ORM's entity, or a whole database row. */
export interface Row {
  /** What to call it in a message: the type's name, e.g. `User`. */
  readonly model: string;
  /** The ORM, as people call it. */
  readonly orm: string;
  /** For the message `User (Prisma model)`. */
  readonly kind: string;
  /** The property that identifies it; undefined when the type has none. */
  readonly id: string | undefined;
}

/** How an ORM's rows are told, in declarations of its packages. Names without a match cost nothing. */
export interface Orm {
  readonly name: string;
  readonly kind: 'model' | 'entity' | 'document' | 'row';
  readonly packages: readonly (string | RegExp)[];
  /** Properties that identify a row, best first. */
  readonly ids?: readonly string[];
  /** Class decorators that make a class an entity. */
  readonly decorators?: readonly string[];
  /** Property decorators of the primary key. */
  readonly keys?: readonly string[];
  /** Base classes (or interfaces) of entities. */
  readonly bases?: readonly string[];
  /** Type aliases whose body is a row, whatever its properties: kysely's `Selectable`. */
  readonly rows?: readonly string[];
  /**
   * Type aliases that pass an entity's columns on: what they make is a row when the columns are whole. All
   * other types that the ORM makes of an entity (filters, creation input) are not rows. `*` for all.
   */
  readonly copies?: readonly string[] | '*';
  /** Models that are written as a type literal: the member that holds the columns, made by this alias. */
  readonly payload?: { readonly alias: string; readonly member: string; readonly beside: readonly string[] };
  /** Models that are written as an object literal, given to this function or constructor. */
  readonly schemas?: readonly SchemaCall[];
  /** A table's properties whose types are its row and its input, and the same as type aliases of the table. */
  readonly table?: { readonly base: string; readonly row: string; readonly input: string };
  /** Type aliases from which a project names its rows: `type User = Selectable<UserTable>`. */
  readonly naming?: readonly string[];
  /** Methods of an entity (or its getters) that give a plain copy of it. */
  readonly plain?: readonly string[];
  readonly query?: Query;
}

export interface SchemaCall {
  readonly callee: readonly string[];
  readonly argument: number;
  /** The property of the argument that holds the columns. */
  readonly key?: string;
  /** Where optional properties tell an input from a row. */
  readonly required?: true;
}

/** What a chain of calls says about the columns it reads. */
export interface Query {
  /** Methods that read every column. */
  readonly all?: readonly string[];
  /** Methods whose argument names the table. */
  readonly from?: readonly string[];
  /** Methods that read only the columns given, and which argument gives them. */
  readonly some?: Readonly<Record<string, number>>;
}

/** The row that a type is; `null` and `undefined` beside it do not matter, unions and arrays are the caller's. */
export function rowOfType(code: Code, type: ts.Type, orms: readonly Orm[]): Row | undefined {
  return Rows.of(code, orms).row(type);
}

/**
 * Is this of a row, with all of its columns optional: what was changed of it, or is asked for? Which of its columns,
 * and of what hangs on it, such a value holds nobody knows.
 */
export function isPartialRow(code: Code, type: ts.Type, orms: readonly Orm[]): boolean {
  return Rows.of(code, orms).isPartial(type);
}

/**
 * The row that an expression's value is: by its type, and by the way it was made where the type does not tell
 * (a plain copy, a query) or tells too much (a lean query that selected a few columns).
 */
export function rowOfExpression(
  code: Code,
  expression: ts.Expression,
  orms: readonly Orm[],
): Row | undefined {
  return Rows.of(code, orms).rowOfValue(expression);
}

interface Model {
  readonly orm: Orm;
  readonly name: string;
  /** True where the name is only a stand-in: a project's alias says it better. */
  readonly nameless?: boolean;
  readonly key?: string | undefined;
  readonly schema?: SchemaCall;
  /** The call that makes the schema or table. */
  readonly made?: ts.Node | undefined;
  /** Columns by name; their declaration where properties of derived types share it. */
  readonly columns: () => ReadonlyMap<string, ts.Declaration | undefined>;
}

interface Table {
  readonly model: Model;
  readonly row: ts.Type;
  readonly input: ts.Type | undefined;
}

/** TypeScript's own wrappers that keep a row's columns; how many is counted. */
const wrappers = new Set(['Omit', 'Pick', 'Partial', 'Required', 'Readonly', 'NonNullable', 'Awaited']);
const usualIds = ['id', 'uuid', '_id'];
const maxHops = 3;

const states = new WeakMap<Code, WeakMap<readonly Orm[], Rows>>();

class Rows {
  readonly #checker: ts.TypeChecker;
  readonly #types = new WeakMap<ts.Type, Model | null>();
  readonly #classes = new WeakMap<ts.Symbol, Model | null>();
  readonly #containers = new WeakMap<ts.Node, Model | null>();
  readonly #origins = new WeakMap<ts.Node, Origin>();
  /** Those that would be rows, were their columns not optional. */
  readonly #partial = new WeakSet<ts.Type>();
  #tables: readonly Table[] | undefined;
  #names: ReadonlyMap<ts.Type, string> | undefined;
  #inputs = new Set<ts.Type>();

  private constructor(
    readonly code: Code,
    readonly orms: readonly Orm[],
  ) {
    this.#checker = code.checker;
  }

  static of(code: Code, orms: readonly Orm[]): Rows {
    let byOrms = states.get(code);
    if (!byOrms) states.set(code, (byOrms = new WeakMap()));
    let rows = byOrms.get(orms);
    if (!rows) byOrms.set(orms, (rows = new Rows(code, orms)));
    return rows;
  }

  row(type: ts.Type): Row | undefined {
    const model = this.#modelOf(type);
    return model && this.#rowOf(model, type);
  }

  isPartial(type: ts.Type): boolean {
    const bare = this.#resolved(type);
    if (!bare || this.#modelOf(bare)) return false;
    return (bare.isIntersection() ? [bare, ...bare.types] : [bare]).some((each) => this.#partial.has(each));
  }

  rowOfValue(expression: ts.Expression): Row | undefined {
    const type = typeOfExpression(this.code, expression);
    if (this.#isList(type)) return undefined;
    const model = this.#modelOfValue(expression, 0);
    return model && model !== 'few' ? this.#rowOf(model, type) : undefined;
  }

  #rowOf(model: Model, type: ts.Type): Row {
    const bare = this.#checker.getNonNullableType(type);
    const candidates = [...(model.orm.ids ?? usualIds), ...(model.key ? [model.key] : [])];
    const own = this.#modelOf(type)?.orm === model.orm;
    return {
      model: model.name,
      orm: model.orm.name,
      kind: model.orm.kind,
      // A value may be typed as something else, whose `id` need not be the row's.
      id: candidates.find(
        (id) => (own || model.columns().has(id)) && this.#checker.getPropertyOfType(bare, id) !== undefined,
      ),
    };
  }

  // By type.

  #modelOf(type: ts.Type): Model | undefined {
    const known = this.#types.get(type);
    if (known !== undefined) return known ?? undefined;
    // A type that is asked for while it is being judged (a cycle) is no row of itself.
    this.#types.set(type, null);
    const model = this.#judge(type);
    this.#types.set(type, model ?? null);
    return model;
  }

  #judge(type: ts.Type): Model | undefined {
    const bare = this.#resolved(type);
    if (!bare) return undefined;
    if (bare !== type) return this.#modelOf(bare);

    const parts = type.isIntersection() ? type.types : [type];
    for (const part of parts) {
      const model = this.#modelOfClass(part);
      if (model) return this.#named(model, type, parts);
    }
    // An alias of an intersection says more than its parts do.
    for (const each of parts.length > 1 ? [type, ...parts] : parts) {
      const model = this.#modelOfAlias(each) ?? this.#modelOfBase(each) ?? this.#modelOfLiteral(each);
      if (model === 'none' && each === type) return undefined;
      if (model && model !== 'none') return this.#named(model, type, parts);
    }
    // A class of the project is what it says, though it may borrow an entity's properties (`OmitType(User)`).
    if (parts.some((part) => isClassInstance(part))) return undefined;
    const made = this.#modelOfMaker(parts);
    if (made === 'none') return undefined;
    const model = this.#modelOfColumns(type, parts) ?? this.#modelOfTable(type, parts) ?? made;
    return model && this.#named(model, type, parts);
  }

  /** The object type that this is, without `null` and `undefined`, or that a type parameter stands for. */
  #resolved(type: ts.Type): ts.Type | undefined {
    const generic = (each: ts.Type): boolean => (each.flags & ts.TypeFlags.Instantiable) !== 0;
    // A type parameter without `null` is `T & {}`, each time anew.
    const isGeneric = generic(type) || (type.isIntersection() && type.types.some(generic));
    const bound = isGeneric ? this.#checker.getBaseConstraintOfType(type) : type;
    const bare = bound?.isUnion() ? this.#checker.getNonNullableType(bound) : bound;
    if (!bare || !(bare.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return undefined;
    return bare.isIntersection() && bare.types.some(generic) ? undefined : bare;
  }

  /** An instance of an entity class, or an interface that extends an ORM's. */
  #modelOfClass(type: ts.Type): Model | undefined {
    const target = isReference(type) ? type.target : type;
    // `typeof User` has the same symbol as its instances.
    return target.isClassOrInterface() ? this.#modelOfClassSymbol(target.symbol) : undefined;
  }

  #modelOfClassSymbol(symbol: ts.Symbol): Model | undefined {
    const known = this.#classes.get(symbol);
    if (known !== undefined) return known ?? undefined;
    this.#classes.set(symbol, null);
    const orm = this.#ormOfClass(symbol);
    const declaration = symbol.declarations?.[0];
    const model: Model | undefined = orm && {
      orm,
      name: symbol.name,
      nameless: declaration !== undefined && matches(orm.packages, this.#originOf(declaration).package),
      key: this.#keyOfClass(symbol, orm),
      columns: lazily(() => this.#columnsOfClass(symbol, orm)),
    };
    this.#classes.set(symbol, model ?? null);
    return model;
  }

  #ormOfClass(symbol: ts.Symbol): Orm | undefined {
    const declarations = symbol.declarations?.filter(isClassOrInterface) ?? [];
    for (const declaration of declarations) {
      const own = this.#ormOfOrigin(originOfDeclaration(this.code, declaration), 'bases');
      if (own) return own;
      for (const decorator of decoratorsOf(declaration)) {
        const orm = this.#ormOfOrigin(originOf(this.code, calleeOf(decorator.expression)), 'decorators');
        if (orm) return orm;
      }
      for (const clause of declaration.heritageClauses ?? []) {
        // A class that implements an entity is a class of its own.
        if (clause.token !== ts.SyntaxKind.ExtendsKeyword) continue;
        for (const { expression } of clause.types) {
          const orm = this.#ormOfOrigin(originOf(this.code, expression), 'bases');
          if (orm) return orm;
        }
      }
    }
    if (!declarations.some((declaration) => declaration.heritageClauses)) return undefined;
    const type = this.#checker.getDeclaredTypeOfSymbol(symbol);
    if (!type.isClassOrInterface()) return undefined;
    for (const base of this.#checker.getBaseTypes(type)) {
      // Mixins make an intersection of their parts.
      for (const part of base.isIntersection() ? base.types : [base]) {
        const model = this.#modelOfClass(part);
        if (model) return model.orm;
      }
    }
    return undefined;
  }

  #columnsOfClass(symbol: ts.Symbol, orm: Orm): ReadonlyMap<string, ts.Declaration> {
    const columns = new Map<string, ts.Declaration>();
    for (const property of this.#checker.getPropertiesOfType(this.#checker.getDeclaredTypeOfSymbol(symbol))) {
      const declaration = property.valueDeclaration ?? property.declarations?.[0];
      if (!declaration || !(property.flags & ts.SymbolFlags.Property) || isSymbolNamed(property)) continue;
      const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
      if (ts.getCombinedModifierFlags(declaration) & hidden) continue;
      if (matches(orm.packages, this.#originOf(declaration).package)) continue;
      if (this.#isRelation(this.#checker.getTypeOfSymbol(property))) continue;
      columns.set(property.name, declaration);
    }
    return columns;
  }

  /** Another entity, a list or promise or reference of it, or a method in a property. */
  #isRelation(type: ts.Type, depth = 0): boolean {
    const bare = this.#checker.getNonNullableType(type);
    for (const part of bare.isUnionOrIntersection() ? bare.types : [bare]) {
      if (part.getCallSignatures().length > 0 || this.#modelOfClass(part)) return true;
      const inner = isReference(part)
        ? this.#checker.getTypeArguments(part)
        : (part.aliasTypeArguments ?? []);
      if (depth < 2 && inner.some((argument) => this.#isRelation(argument, depth + 1))) return true;
    }
    return false;
  }

  #keyOfClass(symbol: ts.Symbol, orm: Orm): string | undefined {
    if (!orm.keys) return undefined;
    const keys: string[] = [];
    for (const declaration of symbol.declarations ?? []) {
      if (!ts.isClassLike(declaration)) continue;
      for (const member of declaration.members) {
        if (!member.name || !ts.isIdentifier(member.name)) continue;
        for (const decorator of decoratorsOf(member)) {
          const origin = originOf(this.code, calleeOf(decorator.expression));
          if (origin && orm.keys.includes(origin.name) && matches(orm.packages, origin.package)) {
            keys.push(member.name.text);
            break;
          }
        }
      }
    }
    // One column of a composite key identifies nothing.
    return keys.length === 1 ? keys[0] : undefined;
  }

  /** `Omit<User, 'password'>`, also through an alias of the project; `none` where too little is left of a row. */
  #modelOfAlias(type: ts.Type): Model | 'none' | undefined {
    const { aliasSymbol: alias, aliasTypeArguments = [] } = type;
    const declaration = alias?.declarations?.find(ts.isTypeAliasDeclaration);
    if (!alias || !declaration) return undefined;
    if (this.#isLibrary(declaration)) {
      return aliasTypeArguments[0] && this.#modelOfWrapper(type, alias.name, aliasTypeArguments[0]);
    }
    const { type: node } = declaration;
    if (!ts.isTypeReferenceNode(node) || !node.typeArguments?.[0]) return undefined;
    const wrapper = symbolAt(
      this.code,
      ts.isQualifiedName(node.typeName) ? node.typeName.right : node.typeName,
    );
    if (!wrapper?.declarations?.some((wrapping) => this.#isLibrary(wrapping))) return undefined;
    let inner = this.#checker.getTypeFromTypeNode(node.typeArguments[0]);
    const parameter = declaration.typeParameters?.findIndex(
      ({ name }) => this.#checker.getSymbolAtLocation(name) === inner.symbol,
    );
    if (parameter !== undefined && parameter >= 0) inner = aliasTypeArguments[parameter] ?? inner;
    return this.#modelOfWrapper(type, wrapper.name, inner);
  }

  #modelOfWrapper(type: ts.Type, wrapper: string, inner: ts.Type): Model | 'none' | undefined {
    if (!wrappers.has(wrapper)) return undefined;
    const model = this.#modelOf(inner);
    if (!model) return undefined;
    const columns = [...model.columns().keys()];
    const there = columns.filter((name) => this.#checker.getPropertyOfType(type, name));
    const missing = columns.length - there.length;
    if (!isWhole(columns.length, missing) && (wrapper !== 'Omit' || missing > 1)) return 'none';
    const loosened = there.filter((name) => {
      const before = this.#checker.getPropertyOfType(inner, name);
      const after = this.#checker.getPropertyOfType(type, name);
      return before && after && isOptional(after) && !isOptional(before);
    });
    if (isWhole(there.length, loosened.length)) return model;
    this.#partial.add(type);
    return 'none';
  }

  /** `interface SafeUser extends Omit<User, 'password'> {}`. */
  #modelOfBase(type: ts.Type): Model | undefined {
    if (!isObject(type) || !type.isClassOrInterface() || this.#ormOfMaker(type)) return undefined;
    const declaration = type.symbol.declarations?.find(ts.isInterfaceDeclaration);
    if (!declaration?.heritageClauses || this.#isLibrary(declaration)) return undefined;
    for (const base of this.#checker.getBaseTypes(type)) {
      const model = this.#modelOf(base);
      if (model) return model.nameless ? { ...model, name: type.symbol.name, nameless: false } : model;
    }
    return undefined;
  }

  /** `{ ...user, more }`, whose spread may have left no trace in the type. */
  #modelOfLiteral(type: ts.Type): Model | undefined {
    const literal = declarationOfType(type);
    return literal && ts.isObjectLiteralExpression(literal)
      ? this.#modelOfSpread(literal, this.#spreadByType)
      : undefined;
  }

  readonly #spreadByType = (expression: ts.Expression): Model | undefined =>
    this.#modelOf(typeOfExpression(this.code, expression));

  #modelOfSpread(
    literal: ts.ObjectLiteralExpression,
    modelOf: (expression: ts.Expression) => Model | undefined,
  ): Model | undefined {
    for (const [index, spread] of literal.properties.entries()) {
      if (!ts.isSpreadAssignment(spread)) continue;
      const model = modelOf(spread.expression);
      if (!model) continue;
      const columns = model.columns();
      const replaced = literal.properties
        .slice(index + 1)
        .filter(
          ({ name }) => name && (ts.isIdentifier(name) || ts.isStringLiteral(name)) && columns.has(name.text),
        );
      if (isWhole(columns.size, replaced.length)) return model;
    }
    return undefined;
  }

  /** By the ORM's alias that made the type: a row, `none` for an input or a filter, or undefined. */
  #modelOfMaker(parts: readonly ts.Type[]): Model | 'none' | undefined {
    let found: Model | undefined;
    for (const part of parts) {
      // Mongoose wraps its `{ _id }` in `Required`.
      const made = [part, ...(this.#isWrapped(part) ? (part.aliasTypeArguments ?? []).slice(0, 1) : [])];
      for (const type of made) {
        const maker = this.#makerOf(type);
        const orm = this.#ormOfMaker(type);
        if (!maker || !orm) continue;
        if (orm.rows?.includes(maker.name)) found ??= this.#anonymous(orm, maker.name, parts);
        else if (orm.copies !== '*' && !orm.copies?.includes(maker.name)) return 'none';
      }
    }
    return found;
  }

  #anonymous(orm: Orm, name: string, parts: readonly ts.Type[]): Model {
    const columns = lazily(() => {
      const all = new Map<string, ts.Declaration | undefined>();
      for (const part of parts) {
        for (const property of this.#checker.getPropertiesOfType(part)) {
          if (!isSymbolNamed(property)) all.set(property.name, undefined);
        }
      }
      return all;
    });
    return { orm, name, nameless: true, columns };
  }

  /** By the declarations of its properties, which `Pick`, spread and the like keep. */
  #modelOfColumns(type: ts.Type, parts: readonly ts.Type[]): Model | undefined {
    const properties = this.#checker.getPropertiesOfType(type);
    const models = new Set<Model>();
    for (const { declarations } of properties) {
      const container = declarations?.[0]?.parent;
      const model = container && this.#modelOfContainer(container);
      if (model) models.add(model);
    }
    // `User` before the base class that it has its `id` of.
    for (const model of [...models].sort((a, b) => b.columns().size - a.columns().size)) {
      const columns = model.columns();
      const matched = properties.filter((each) => {
        const declaration = columns.get(each.name);
        if (model.schema?.required && isOptional(each)) return false;
        return declaration !== undefined && (each.declarations?.includes(declaration) ?? false);
      });
      if (!isWhole(columns.size, columns.size - matched.length)) continue;
      if (model.schema) return model;
      if (!this.#keepsTypes(parts, matched, columns)) continue;
      const loosened = matched.filter((each) => {
        const declaration = columns.get(each.name);
        return isOptional(each) && declaration && !isDeclaredOptional(declaration);
      });
      if (isWhole(matched.length, loosened.length)) return model;
      this.#partial.add(type);
    }
    return undefined;
  }

  /** `{ [K in keyof User]: boolean }` has the columns' names only. */
  #keepsTypes(
    parts: readonly ts.Type[],
    matched: readonly ts.Symbol[],
    columns: ReadonlyMap<string, ts.Declaration | undefined>,
  ): boolean {
    const foreign = parts.some((part) => {
      const declaration = declarationOfType(part);
      return (
        declaration &&
        ts.isMappedTypeNode(declaration) &&
        !this.#isLibrary(declaration) &&
        !this.#ormOfMaker(part)
      );
    });
    if (!foreign) return true;
    const kept = matched.filter((property) => {
      const declaration = columns.get(property.name);
      if (!declaration) return false;
      const before = this.#checker.getNonNullableType(this.#checker.getTypeAtLocation(declaration));
      const after = this.#checker.getNonNullableType(this.#checker.getTypeOfSymbol(property));
      // A mapped type that turns dates into strings still copies the row.
      return before === after || (before.flags & ts.TypeFlags.Object && after.flags & ts.TypeFlags.String);
    });
    return isWhole(columns.size, columns.size - kept.length);
  }

  /** The model whose columns a class, type literal or object literal declares. */
  #modelOfContainer(container: ts.Node): Model | undefined {
    const known = this.#containers.get(container);
    if (known !== undefined) return known ?? undefined;
    let model: Model | undefined;
    if (ts.isClassLike(container)) {
      const { symbol } = this.#checker.getTypeAtLocation(container) as Partial<ts.Type>;
      const abstract = ts.getCombinedModifierFlags(container) & ts.ModifierFlags.Abstract;
      model = symbol && !abstract ? this.#modelOfClassSymbol(symbol) : undefined;
    } else if (ts.isTypeLiteralNode(container)) {
      model = this.#modelOfPayload(container);
    } else if (ts.isObjectLiteralExpression(container)) {
      model = this.#modelOfSchema(container);
    }
    this.#containers.set(container, model ?? null);
    return model;
  }

  /** `type $UserPayload = { name: "User"; objects: …; scalars: GetPayloadResult<{ columns }>; composites: … }`. */
  #modelOfPayload(literal: ts.TypeLiteralNode): Model | undefined {
    const made = literal.parent;
    if (!ts.isTypeReferenceNode(made)) return undefined;
    const member = made.parent;
    if (!ts.isPropertySignature(member) || !ts.isTypeLiteralNode(member.parent)) return undefined;
    const payload = member.parent;
    const orm = this.orms.find((each) => each.payload?.member === nameOf(member));
    if (!orm?.payload || !ts.isTypeAliasDeclaration(payload.parent)) return undefined;
    const members = new Map(payload.members.map((each) => [nameOf(each), each]));
    if (!orm.payload.beside.every((name) => members.has(name))) return undefined;
    const origin = originOf(this.code, made.typeName);
    if (origin?.name !== orm.payload.alias || !matches(orm.packages, origin.package)) return undefined;
    const label = members.get('name');
    const literalName = label && ts.isPropertySignature(label) ? label.type : undefined;
    if (!literalName || !ts.isLiteralTypeNode(literalName) || !ts.isStringLiteral(literalName.literal))
      return undefined;
    const name = literalName.literal.text;
    // A composite type has a payload too, but no delegate to query it by, and is no row.
    const scope = payload.parent.parent;
    const statements = ts.isSourceFile(scope) || ts.isModuleBlock(scope) ? scope.statements : [];
    if (!statements.some((each) => ts.isInterfaceDeclaration(each) && each.name.text === `${name}Delegate`)) {
      return undefined;
    }
    const columns = new Map<string, ts.Declaration>();
    for (const column of literal.members) {
      const columnName = nameOf(column);
      if (columnName !== undefined) columns.set(columnName, column);
    }
    return { orm, name, key: uniqueOf(statements, name, columns), columns: () => columns };
  }

  /** `pgTable('users', { columns })`, `new Schema({ paths })`, `defineEntity({ name, properties })`. */
  #modelOfSchema(literal: ts.ObjectLiteralExpression): Model | undefined {
    let node: ts.Node = literal;
    let parent = node.parent;
    const key = ts.isPropertyAssignment(parent) ? nameOf(parent) : undefined;
    let whole: ts.ObjectLiteralExpression | undefined;
    if (key !== undefined && ts.isObjectLiteralExpression(parent.parent)) {
      node = whole = parent.parent;
      parent = node.parent;
    }
    // Columns may be given by a function: `pgTable('users', (t) => ({ … }))`.
    while (ts.isParenthesizedExpression(parent) || ts.isArrowFunction(parent)) {
      node = parent;
      parent = node.parent;
    }
    if (!ts.isCallExpression(parent) && !ts.isNewExpression(parent)) return undefined;
    const call = parent;
    const argument = call.arguments?.indexOf(node as ts.Expression);
    const origin = originOf(this.code, call.expression);
    if (!origin) return undefined;
    for (const orm of this.orms) {
      if (!orm.schemas || !matches(orm.packages, origin.package)) continue;
      const schema = orm.schemas.find(
        (each) => each.key === key && each.argument === argument && each.callee.includes(origin.name),
      );
      if (!schema) continue;
      const columns = new Map<string, ts.Declaration>();
      for (const property of literal.properties) {
        const name = nameOf(property);
        if (name !== undefined) columns.set(name, property);
      }
      return { orm, schema, made: call, name: nameOfSchema(call, whole), columns: () => columns };
    }
    return undefined;
  }

  // Tables that are values: their rows keep no trace of the table, so that columns are compared.

  #modelOfTable(type: ts.Type, parts: readonly ts.Type[]): Model | undefined {
    const orm = parts.map((part) => this.#ormOfMaker(part)).find((each) => each?.table ?? each?.naming);
    if (!orm) return undefined;
    const tables = this.#tablesOfProject();
    if (this.#inputs.has(type)) return undefined;
    const same = tables.find(({ model, row }) => model.orm === orm && row === type);
    if (same) return same.model;
    const properties = new Map<string, ts.Symbol>();
    for (const property of this.#checker.getPropertiesOfType(type)) {
      if (!(property.flags & ts.SymbolFlags.Optional)) properties.set(property.name, property);
    }
    return tables.find(({ model, row }) => {
      if (model.orm !== orm) return false;
      const columns = this.#checker.getPropertiesOfType(row);
      const matched = columns.filter((column) => {
        const property = properties.get(column.name);
        return property && this.#sameType(property, column);
      });
      return isWhole(columns.length, columns.length - matched.length);
    })?.model;
  }

  #sameType(left: ts.Symbol, right: ts.Symbol): boolean {
    const [a, b] = [left, right].map((symbol) => this.#checker.getTypeOfSymbol(symbol));
    return a === b || (a !== undefined && b !== undefined && this.#text(a) === this.#text(b));
  }

  #text(type: ts.Type): string {
    return this.#checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
  }

  /** The tables and named rows of the project's own files, read once. */
  #tablesOfProject(): readonly Table[] {
    if (this.#tables) return this.#tables;
    const tables: Table[] = [];
    const names = new Map<ts.Type, string>();
    this.#tables = tables;
    this.#names = names;
    const tabled = this.orms.filter(({ table }) => table);
    const naming = this.orms.filter((orm) => orm.naming ?? orm.table);
    for (const file of this.code.program.getSourceFiles()) {
      if (file.isDeclarationFile || this.code.program.isSourceFileFromExternalLibrary(file)) continue;
      const orms = tabled.filter(({ packages }) => importsOf(file, packages));
      for (const statement of file.statements) {
        if (ts.isTypeAliasDeclaration(statement)) this.#readAlias(statement, naming, tables, names);
        if (ts.isInterfaceDeclaration(statement)) this.#readInterface(statement, naming, tables);
        if (orms.length === 0 || !ts.isVariableStatement(statement)) continue;
        for (const { name, initializer } of statement.declarationList.declarations) {
          if (!ts.isIdentifier(name) || !initializer || !ts.isCallExpression(skipOuter(initializer)))
            continue;
          const made = skipOuter(initializer);
          const table = this.#tableOf(this.#checker.getTypeAtLocation(name), name.text, made);
          if (table) tables.push(table);
        }
      }
    }
    return tables;
  }

  #tableOf(type: ts.Type, name: string, made?: ts.Node): Table | undefined {
    for (const part of type.isIntersection() ? type.types : [type]) {
      const orm = this.#ormOfTable(part);
      if (!orm?.table) continue;
      const row = this.#typeOfProperty(type, orm.table.row);
      const input = this.#typeOfProperty(type, orm.table.input);
      if (!row) return undefined;
      if (input) this.#inputs.add(input);
      const columns = this.#anonymous(orm, name, [row]).columns;
      return { model: { orm, name, made, key: made && primaryKeyOf(made), columns }, row, input };
    }
    return undefined;
  }

  #ormOfTable(type: ts.Type): Orm | undefined {
    const target = isReference(type) ? type.target : type;
    if (!target.isClassOrInterface()) return undefined;
    const declaration = target.symbol.declarations?.[0];
    const origin = declaration && this.#originOf(declaration);
    const orm = origin && this.orms.find((each) => each.table && matches(each.packages, origin.package));
    if (!orm?.table) return undefined;
    if (origin?.name === orm.table.base) return orm;
    return this.#checker.getBaseTypes(target).some((base) => this.#ormOfTable(base)) ? orm : undefined;
  }

  #typeOfProperty(type: ts.Type, name: string): ts.Type | undefined {
    const property = this.#checker.getPropertyOfType(type, name);
    return property && this.#checker.getTypeOfSymbol(property);
  }

  /** `type User = Selectable<UserTable>`, `type User = typeof users.$inferSelect`. */
  #readAlias(
    { name, type: node, typeParameters }: ts.TypeAliasDeclaration,
    orms: readonly Orm[],
    tables: Table[],
    names: Map<ts.Type, string>,
  ): void {
    if (typeParameters) return;
    for (const orm of orms) {
      const { table, naming = [] } = orm;
      if (ts.isTypeQueryNode(node) && table && ts.isQualifiedName(node.exprName)) {
        const member = node.exprName.right.text;
        if (member !== table.row && member !== table.input) continue;
        const type = this.#checker.getTypeFromTypeNode(node);
        if (!this.#ormOfMakers(type, orm)) continue;
        if (member === table.row) names.set(type, names.get(type) ?? name.text);
        else this.#inputs.add(type);
      } else if (ts.isTypeReferenceNode(node) && node.typeArguments) {
        const last = ts.isQualifiedName(node.typeName) ? node.typeName.right : node.typeName;
        if (!naming.includes(last.text) && !importsOf(node.getSourceFile(), orm.packages)) continue;
        const origin = originOf(this.code, node.typeName);
        if (!origin || !matches(orm.packages, origin.package)) continue;
        const type = this.#checker.getTypeFromTypeNode(node);
        if (!naming.includes(origin.name)) this.#inputs.add(type);
        else if (!names.has(type)) {
          names.set(type, name.text);
          if (orm.rows?.includes(origin.name)) {
            const columns = this.#anonymous(orm, name.text, [type]).columns;
            tables.push({ model: { orm, name: name.text, columns }, row: type, input: undefined });
          }
        }
      }
    }
  }

  /** `interface User extends Selectable<UserTable> {}`. */
  #readInterface(declaration: ts.InterfaceDeclaration, orms: readonly Orm[], tables: Table[]): void {
    const extended =
      declaration.heritageClauses?.[0]?.types.filter(({ typeArguments }) => typeArguments) ?? [];
    for (const { expression } of extended) {
      for (const orm of orms) {
        if (!orm.rows || !importsOf(declaration.getSourceFile(), orm.packages)) continue;
        const origin = originOf(this.code, expression);
        if (!origin || !matches(orm.packages, origin.package) || !orm.naming?.includes(origin.name)) continue;
        const row = this.#checker.getTypeAtLocation(declaration);
        const name = declaration.name.text;
        const columns = this.#anonymous(orm, name, [row]).columns;
        tables.push({ model: { orm, name, columns }, row, input: undefined });
      }
    }
  }

  #ormOfMakers(type: ts.Type, orm: Orm): boolean {
    return (type.isIntersection() ? type.types : [type]).some((part) => this.#ormOfMaker(part) === orm);
  }

  // Names.

  #named(model: Model, type: ts.Type, parts: readonly ts.Type[]): Model {
    if (model.orm.table ?? model.orm.naming) {
      const table = this.#tablesOfProject().find(({ model: { made } }) => made && made === model.made);
      const name = this.#names?.get(type) ?? (table && this.#names?.get(table.row));
      if (name !== undefined) return { ...model, name, nameless: false };
    }
    if (!model.nameless) return model;
    const alias = type.aliasSymbol;
    const named = [alias, ...parts.map((part) => (isObject(part) ? part.symbol : undefined))].find(
      (symbol) => {
        const declaration = symbol?.declarations?.[0];
        if (!declaration || !(isClassOrInterface(declaration) || ts.isTypeAliasDeclaration(declaration)))
          return false;
        return (
          !this.#isLibrary(declaration) && !matches(model.orm.packages, this.#originOf(declaration).package)
        );
      },
    );
    if (named) return { ...model, name: named.name, nameless: false };
    const counted = this.#modelOfColumns(type, parts);
    return counted ? { ...model, name: counted.name, nameless: false } : model;
  }

  // By value.

  /** `few`: a query of some columns, whatever its type says. */
  #modelOfValue(expression: ts.Expression, hops: number): Model | 'few' | undefined {
    let node = skipOuter(expression);
    while (ts.isAwaitExpression(node)) node = skipOuter(node.expression);
    const made = this.#modelOfMaking(node, hops) ?? this.#modelOf(typeOfExpression(this.code, expression));
    if (made) return made;
    // `user as UserDto` is the row that it was.
    const value = skipOuter(expression);
    return value === expression ? undefined : this.#modelOf(typeOfExpression(this.code, value));
  }

  #modelOfMaking(node: ts.Node, hops: number): Model | 'few' | undefined {
    if (ts.isIdentifier(node)) return hops < maxHops ? this.#modelOfConstant(node, hops + 1) : undefined;
    if (ts.isObjectLiteralExpression(node)) {
      return this.#modelOfSpread(node, (spread) => {
        const model = this.#modelOfValue(spread, hops);
        return model === 'few' ? undefined : model;
      });
    }
    if (ts.isElementAccessExpression(node)) {
      return this.#isList(this.#checker.getTypeAtLocation(node.expression))
        ? this.#modelOfMaking(skipAwait(node.expression), hops)
        : undefined;
    }
    if (ts.isPropertyAccessExpression(node)) return this.#modelOfPlain(node, hops);
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
    const argument = node.arguments[0];
    // `get('email')` is one column.
    const plain = !argument || ts.isObjectLiteralExpression(skipOuter(argument));
    return (plain ? this.#modelOfPlain(node.expression, hops) : undefined) ?? this.#modelOfQuery(node);
  }

  /** `document.toObject()`, `model.dataValues`. */
  #modelOfPlain(access: ts.PropertyAccessExpression, hops: number): Model | undefined {
    const name = access.name.text;
    if (!this.orms.some(({ plain }) => plain?.includes(name))) return undefined;
    const model = this.#modelOfValue(access.expression, hops);
    return model && model !== 'few' && model.orm.plain?.includes(name) ? model : undefined;
  }

  #modelOfConstant(identifier: ts.Identifier, hops: number): Model | 'few' | undefined {
    const declaration = symbolAt(this.code, identifier)?.valueDeclaration;
    if (!declaration) return undefined;
    if (ts.isVariableDeclaration(declaration)) {
      if (!declaration.initializer || !isConst(declaration)) return undefined;
      return this.#modelOfValue(declaration.initializer, hops);
    }
    if (!ts.isBindingElement(declaration) || !ts.isVariableDeclaration(declaration.parent.parent))
      return undefined;
    const variable = declaration.parent.parent;
    if (!variable.initializer || !isConst(variable)) return undefined;
    if (ts.isArrayBindingPattern(declaration.parent)) {
      return this.#modelOfMaking(skipAwait(variable.initializer), hops);
    }
    // `const { password, ...rest } = user`
    if (!declaration.dotDotDotToken) return undefined;
    const model = this.#modelOfValue(variable.initializer, hops);
    if (!model || model === 'few') return model;
    const columns = model.columns();
    const taken = declaration.parent.elements.filter(({ propertyName, name }) => {
      const key = propertyName ?? name;
      return ts.isIdentifier(key) && columns.has(key.text);
    }).length;
    return taken <= 1 || isWhole(columns.size, taken) ? model : 'few';
  }

  /** `db.selectFrom('users').selectAll().executeTakeFirst()`, `User.findOne().select('email').lean()`. */
  #modelOfQuery(call: ts.CallExpression): Model | 'few' | undefined {
    const calls: { name: string; call: ts.CallExpression }[] = [];
    let node: ts.Node = call;
    while (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      calls.push({ name: node.expression.name.text, call: node });
      node = skipOuter(node.expression.expression);
    }
    const orms = this.orms.filter(
      ({ query }) =>
        query &&
        calls.some(({ name }) => (query.all?.includes(name) ?? false) || query.some?.[name] !== undefined),
    );
    for (const orm of orms) {
      const { all = [], from = [], some = {} } = orm.query ?? {};
      const own = calls.filter(({ call: { expression } }) =>
        matches(orm.packages, originOf(this.code, expression)?.package),
      );
      const few = own.some(({ name, call: each }) => {
        const argument = Object.hasOwn(some, name) ? some[name] : undefined;
        return argument !== undefined && selectsFew(each.arguments[argument]);
      });
      // An entity of a few columns is an entity nevertheless.
      if (few)
        return this.#isInstance(this.#elementOf(this.#checker.getTypeAtLocation(call))) ? undefined : 'few';
      const reads = own.find(({ name, call: each }) => all.includes(name) && !selectsFew(each.arguments[0]));
      const source = own.find(({ name }) => from.includes(name))?.call.arguments[0];
      if (!reads || !source) continue;
      const model = this.#modelOf(this.#elementOf(this.#checker.getTypeAtLocation(call)));
      if (model) return model;
      const table = this.#tableOf(this.#checker.getTypeAtLocation(source), source.getText());
      if (table) {
        const row = this.#elementOf(this.#checker.getTypeAtLocation(call));
        const columns = [...table.model.columns().keys()];
        const missing = columns.filter((column) => !this.#checker.getPropertyOfType(row, column));
        // A join gives an object of rows.
        if (isWhole(columns.length, missing.length)) return table.model;
        continue;
      }
      if (!ts.isStringLiteralLike(source)) continue;
      const name = source.text.replace(/ as .*$/, '');
      return this.#anonymous(orm, name, [this.#elementOf(this.#checker.getTypeAtLocation(call))]);
    }
    return undefined;
  }

  #isInstance(type: ts.Type): boolean {
    return (type.isIntersection() ? type.types : [type]).some((part) => this.#modelOfClass(part));
  }

  #elementOf(type: ts.Type): ts.Type {
    const awaited = this.#checker.getNonNullableType(this.#checker.getAwaitedType(type) ?? type);
    return this.#checker.getIndexTypeOfType(awaited, ts.IndexKind.Number) ?? awaited;
  }

  #isList(type: ts.Type): boolean {
    const bare = this.#checker.getNonNullableType(type);
    return (
      !(bare.flags & ts.TypeFlags.StringLike) &&
      this.#checker.getIndexTypeOfType(bare, ts.IndexKind.Number) !== undefined &&
      this.#checker.getPropertyOfType(bare, 'length') !== undefined
    );
  }

  // Origins.

  #ormOfOrigin(origin: Origin | undefined, list: 'bases' | 'decorators'): Orm | undefined {
    return (
      origin &&
      this.orms.find((orm) => orm[list]?.includes(origin.name) && matches(orm.packages, origin.package))
    );
  }

  /** The alias or declaration in whose text a type is written. */
  #makerOf(type: ts.Type): Origin | undefined {
    let node: ts.Node | undefined = declarationOfType(type);
    while (node && !ts.isTypeAliasDeclaration(node) && !isClassOrInterface(node)) {
      if (ts.isSourceFile(node) || ts.isFunctionLike(node)) return undefined;
      node = node.parent;
    }
    return node && this.#originOf(node);
  }

  #ormOfMaker(type: ts.Type): Orm | undefined {
    const maker = this.#makerOf(type);
    return maker && this.orms.find(({ packages }) => matches(packages, maker.package));
  }

  #originOf(declaration: ts.Declaration): Origin {
    let origin = this.#origins.get(declaration);
    if (!origin) this.#origins.set(declaration, (origin = originOfDeclaration(this.code, declaration)));
    return origin;
  }

  #isWrapped(type: ts.Type): boolean {
    const declaration = type.aliasSymbol?.declarations?.[0];
    return declaration !== undefined && this.#isLibrary(declaration);
  }

  #isLibrary(node: ts.Node): boolean {
    return this.code.program.isSourceFileDefaultLibrary(node.getSourceFile());
  }
}

function isOptional({ flags }: ts.Symbol): boolean {
  return (flags & ts.SymbolFlags.Optional) !== 0;
}

function isDeclaredOptional(column: ts.Declaration): boolean {
  return (
    (ts.isPropertyDeclaration(column) || ts.isPropertySignature(column)) && column.questionToken !== undefined
  );
}

/** A quarter of the columns may be missing. */
function isWhole(total: number, missing: number): boolean {
  return total > 0 && missing <= Math.floor(total / 4);
}

function matches(packages: readonly (string | RegExp)[], name: string | undefined): boolean {
  return (
    name !== undefined &&
    packages.some((each) => (typeof each === 'string' ? each === name : each.test(name)))
  );
}

function lazily<T>(compute: () => T): () => T {
  let value: { readonly is: T } | undefined;
  return () => (value ??= { is: compute() }).is;
}

function isObject(type: ts.Type): type is ts.ObjectType {
  return (type.flags & ts.TypeFlags.Object) !== 0;
}

function isReference(type: ts.Type): type is ts.TypeReference {
  return isObject(type) && (type.objectFlags & ts.ObjectFlags.Reference) !== 0;
}

function isClassInstance(type: ts.Type): boolean {
  return (isReference(type) ? type.target : type).isClass();
}

function isClassOrInterface(node: ts.Node): node is ts.ClassLikeDeclaration | ts.InterfaceDeclaration {
  return ts.isClassLike(node) || ts.isInterfaceDeclaration(node);
}

function decoratorsOf(node: ts.Node): readonly ts.Decorator[] {
  return (ts.canHaveDecorators(node) ? ts.getDecorators(node) : undefined) ?? [];
}

function calleeOf(expression: ts.Expression): ts.Expression {
  return ts.isCallExpression(expression) ? expression.expression : expression;
}

function isSymbolNamed(symbol: ts.Symbol): boolean {
  return symbol.name.startsWith('__@');
}

function nameOf(node: ts.TypeElement | ts.ObjectLiteralElementLike): string | undefined {
  const { name } = node;
  return name && (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) ? name.text : undefined;
}

function isConst(declaration: ts.VariableDeclaration): boolean {
  return (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
}

function skipAwait(expression: ts.Expression): ts.Node {
  let node = skipOuter(expression);
  while (ts.isAwaitExpression(node)) node = skipOuter(node.expression);
  return node;
}

/** A selection of columns, and not mongoose's exclusion (`-password`, `{ password: 0 }`). */
function selectsFew(selected: ts.Expression | undefined): boolean {
  if (!selected) return false;
  const value = skipOuter(selected);
  if (ts.isStringLiteralLike(value)) return value.text !== '' && !/^[-+]/.test(value.text);
  if (!ts.isObjectLiteralExpression(value)) return true;
  return value.properties.some(
    (property) => !ts.isPropertyAssignment(property) || !/^(?:0|false)$/.test(property.initializer.getText()),
  );
}

/** What the project calls a schema: its `name`, or the variable it is put in. */
function nameOfSchema(call: ts.Node, options: ts.ObjectLiteralExpression | undefined): string {
  for (const property of options?.properties ?? []) {
    if (ts.isPropertyAssignment(property) && nameOf(property) === 'name') {
      const value = skipOuter(property.initializer);
      if (ts.isStringLiteralLike(value)) return value.text;
    }
  }
  let node = call.parent as ts.Node | undefined;
  while (node && !ts.isVariableDeclaration(node) && !ts.isStatement(node)) node = node.parent;
  if (!node || !ts.isVariableDeclaration(node) || !ts.isIdentifier(node.name)) return 'row';
  const bare = node.name.text.replace(/(?<=.)Schema$/, '');
  return bare === node.name.text ? bare : bare.charAt(0).toUpperCase() + bare.slice(1);
}

/** The first column of `type UserWhereUniqueInput = Prisma.AtLeast<{…}, "email" | …>`. */
function uniqueOf(
  statements: readonly ts.Statement[],
  model: string,
  columns: ReadonlyMap<string, ts.Declaration>,
): string | undefined {
  const alias = statements.find(
    (each): each is ts.TypeAliasDeclaration =>
      ts.isTypeAliasDeclaration(each) && each.name.text === `${model}WhereUniqueInput`,
  );
  const unique = alias && ts.isTypeReferenceNode(alias.type) ? alias.type.typeArguments?.[1] : undefined;
  if (!unique) return undefined;
  for (const each of ts.isUnionTypeNode(unique) ? unique.types : [unique]) {
    if (!ts.isLiteralTypeNode(each) || !ts.isStringLiteral(each.literal)) continue;
    if (columns.has(each.literal.text)) return each.literal.text;
  }
  return undefined;
}

/** The column given `.primaryKey()` in a table's columns. */
function primaryKeyOf(made: ts.Node): string | undefined {
  let found: string | undefined;
  const visit = (node: ts.Node): void => {
    if (found !== undefined) return;
    if (ts.isPropertyAssignment(node)) {
      let value = skipOuter(node.initializer);
      while (ts.isCallExpression(value) && ts.isPropertyAccessExpression(value.expression)) {
        if (value.expression.name.text === 'primaryKey') {
          found = nameOf(node);
          return;
        }
        value = skipOuter(value.expression.expression);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(made);
  return found;
}

function importsOf(file: ts.SourceFile, packages: readonly (string | RegExp)[]): boolean {
  return file.statements.some((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return false;
    const parts = statement.moduleSpecifier.text.split('/');
    return matches(packages, parts.slice(0, parts[0]?.startsWith('@') ? 2 : 1).join('/'));
  });
}
