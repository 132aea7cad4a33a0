/** A deploy changes the databases while the release before is still serving from them. */

import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type AlterTableCmd, type Node, parse, type RawStmt } from 'libpg-query';
import { type Check, type Finding, violation } from '../check.ts';
import { root } from '../workspace.ts';

//  What a migration must not do to a table that is in use: rewrite it, or hold a lock for as long as it is large. Read with PostgreSQL's own parser. (After PostgreSQL's "ALTER TABLE", notes on locks, and the rules of strong_migrations.)

export interface Hazard {
  /** What of the statement. */
  readonly what: string;
  readonly remediation: string;
}

export interface Hazardous extends Hazard {
  /** The statement's line in the file, from 1. */
  readonly line: number;
}

const note = 'or explain above the statement why it is harmless: "-- live: the table has 20 rows".';

/** Statements with a note `-- live: …` above them have been thought about. Throws for SQL that cannot be parsed. */
export const hazardsOf = async (sql: string): Promise<Hazardous[]> => {
  const { stmts = [] } = await parse(sql);
  const bytes = Buffer.from(sql);
  // What this very migration creates is empty and used by nobody yet.
  const fresh = new Set(
    stmts.flatMap(({ stmt }) => (stmt && 'CreateStmt' in stmt ? [stmt.CreateStmt.relation?.relname] : [])),
  );
  return stmts.flatMap((statement) => {
    const before = bytes.subarray(0, statement.stmt_location ?? 0).toString();
    const comment = /(?:--[^\n]*\n\s*)*$/.exec(before)?.[0] ?? '';
    if (/--\s*live:\s*\S/.test(comment)) return [];
    const line = before.split('\n').length;
    return statementHazards(statement, fresh).map((hazard) => ({ ...hazard, line }));
  });
};

const statementHazards = ({ stmt }: RawStmt, fresh: ReadonlySet<string | undefined>): Hazard[] => {
  if (!stmt) return [];
  if ('AlterTableStmt' in stmt) {
    const { relation, cmds = [] } = stmt.AlterTableStmt;
    if (fresh.has(relation?.relname)) return [];
    return cmds.flatMap((node) => ('AlterTableCmd' in node ? alterations(node.AlterTableCmd) : []));
  }
  if ('IndexStmt' in stmt) {
    const { relation, concurrent, idxname } = stmt.IndexStmt;
    // Our migrations run in a transaction each (platform/database/migrations.ts), which CONCURRENTLY does not go with.
    const byHand = `CREATE INDEX CONCURRENTLY ${idxname} by hand before the deploy, and IF NOT EXISTS in the migration`;
    if (concurrent)
      return [{ what: `builds ${idxname} CONCURRENTLY inside a transaction, which fails`, remediation: `${byHand}.` }];
    if (fresh.has(relation?.relname)) return [];
    return [
      {
        what: `builds the index ${idxname} while nobody can write to ${relation?.relname}`,
        remediation: `${byHand}; ${note}`,
      },
    ];
  }
  if ('RenameStmt' in stmt) return [renamed(stmt.RenameStmt.subname ?? stmt.RenameStmt.relation?.relname)];
  if ('DropStmt' in stmt && stmt.DropStmt.removeType === 'OBJECT_TABLE')
    return [{ what: 'drops a table', remediation: `Release code that no longer uses it first; ${note}` }];
  if ('UpdateStmt' in stmt || 'DeleteStmt' in stmt)
    return [
      { what: 'changes all rows in one transaction', remediation: `Change them in batches, from a script; ${note}` },
    ];
  return [];
};

const renamed = (name: string | undefined): Hazard => ({
  what: `renames ${name}, which the running release still calls by its old name`,
  remediation: `Add the new one, write both, move readers over, drop the old one two releases later; ${note}`,
});

const alterations = ({ subtype, name, def }: AlterTableCmd): Hazard[] => {
  switch (subtype) {
    case 'AT_AddColumn':
      return addedColumn(def);
    case 'AT_DropColumn':
      return [
        {
          what: `drops ${name}, which the running release may still read`,
          remediation: `Release code without it first; ${note}`,
        },
      ];
    case 'AT_AlterColumnType':
      return [
        {
          what: `changes the type of ${name}: the table is rewritten under an exclusive lock`,
          remediation: `Add a column, write both, fill it in batches; ${note}`,
        },
      ];
    case 'AT_SetNotNull':
      return [
        {
          what: `reads the whole table under an exclusive lock to see that ${name} is never null`,
          remediation: `ADD CONSTRAINT … CHECK (${name} IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT in the next migration, then SET NOT NULL; ${note}`,
        },
      ];
    case 'AT_AddConstraint':
      return addedConstraint(def);
    default:
      return [];
  }
};

const addedConstraint = (def: Node | undefined): Hazard[] => {
  if (!def || !('Constraint' in def)) return [];
  const { contype, conname, skip_validation: notValid, indexname } = def.Constraint;
  if (contype === 'CONSTR_CHECK' || contype === 'CONSTR_FOREIGN')
    return notValid
      ? []
      : [
          {
            what: `checks all rows for ${conname} under a lock`,
            remediation: `Add it NOT VALID, and VALIDATE CONSTRAINT in the next migration; ${note}`,
          },
        ];
  if ((contype === 'CONSTR_UNIQUE' || contype === 'CONSTR_PRIMARY') && !indexname)
    return [
      {
        what: `builds the index of ${conname} under an exclusive lock`,
        remediation: `CREATE UNIQUE INDEX CONCURRENTLY by hand first, then ADD CONSTRAINT … USING INDEX; ${note}`,
      },
    ];
  return [];
};

const addedColumn = (def: Node | undefined): Hazard[] => {
  if (!def || !('ColumnDef' in def)) return [];
  const { colname, constraints = [] } = def.ColumnDef;
  const rules = constraints.flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
  const fallback = rules.find(({ contype }) => contype === 'CONSTR_DEFAULT')?.raw_expr;
  const hazards: Hazard[] = [];
  if (rules.some(({ contype }) => contype === 'CONSTR_NOTNULL') && !fallback)
    hazards.push({
      what: `adds ${colname} NOT NULL without a default: it fails on a table with rows, and so do inserts of the running release`,
      remediation: `Give it a constant default; ${note}`,
    });
  // A constant, or a function that is stable within a transaction, is kept beside the table; another one needs a value per row.
  if (fallback && 'FuncCall' in fallback && !stableFunctions.has(functionName(fallback)))
    hazards.push({
      what: `computes the default of ${colname} for each row: the table is rewritten under an exclusive lock`,
      remediation: `Add it without, SET DEFAULT, fill it in batches; ${note}`,
    });
  if (rules.some(({ contype }) => contype === 'CONSTR_GENERATED' || contype === 'CONSTR_IDENTITY'))
    hazards.push({
      what: `generates ${colname} for each row: the table is rewritten under an exclusive lock`,
      remediation: `Fill a plain column in batches, keep it with a trigger; ${note}`,
    });
  return hazards;
};

const stableFunctions = new Set(['now', 'current_timestamp', 'statement_timestamp']);

const functionName = (call: Extract<Node, { FuncCall: unknown }>): string => {
  const last = call.FuncCall.funcname?.at(-1);
  return last && 'String' in last ? (last.String.sval ?? '') : '';
};

export const migrations: Check = {
  name: 'migrations',
  title:
    'Each migration can be applied to a large table in use: no rewrite, no long lock, nothing the old release needs.',
  needs: 'files',
  run: async () => {
    const files = globSync('prisma/*/migrations/*/migration.sql', { cwd: root }).toSorted();
    if (files.length === 0) return [violation('prisma/', 'has no migrations.', 'Did a folder move?')];
    return (
      await Promise.all(files.map((file) => findingsIn(file, readFileSync(path.join(root, file), 'utf8'))))
    ).flat();
  },
};

export const findingsIn = async (file: string, sql: string): Promise<Finding[]> => {
  try {
    return (await hazardsOf(sql)).map(({ what, line, remediation }) =>
      violation(`${file}:${line}`, `${what}.`, remediation),
    );
  } catch (error) {
    return [violation(file, `cannot be parsed: ${(error as Error).message}`, 'Correct the SQL.')];
  }
};
