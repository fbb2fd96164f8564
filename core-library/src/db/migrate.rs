//! The schema and its history. Notes on past migrations are in `migrations/NOTES.md`.
//!
//! A library that is there goes through the migrations that it lacks. A new one is made of the schema that all of
//! them leave, which takes a tenth of the time, and notes them as applied.

use bridge_traits::BridgeError;
use bridge_traits::database::{DatabaseAdapter, Transaction, TransactionMode};

use crate::error::{LibraryError, Result};

struct Migration {
    number: i64,
    sql: &'static str,
}

/// Every migration ever shipped, in order. A shipped one never changes.
const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        sql: include_str!("../../migrations/0001_init.sql"),
    },
    Migration {
        number: 2,
        sql: include_str!("../../migrations/0002_loose.sql"),
    },
    Migration {
        number: 3,
        sql: include_str!("../../migrations/0003_removed_provider.sql"),
    },
    Migration {
        number: 4,
        sql: include_str!("../../migrations/0004_counts.sql"),
    },
    Migration {
        number: 5,
        sql: include_str!("../../migrations/0005_cue.sql"),
    },
    Migration {
        number: 6,
        sql: include_str!("../../migrations/0006_plays.sql"),
    },
    Migration {
        number: 7,
        sql: include_str!("../../migrations/0007_smart_playlists.sql"),
    },
    Migration {
        number: 8,
        sql: include_str!("../../migrations/0008_thumbnail.sql"),
    },
    Migration {
        number: 9,
        sql: include_str!("../../migrations/0009_enrichment.sql"),
    },
    Migration {
        number: 10,
        sql: include_str!("../../migrations/0010_duplicates.sql"),
    },
    Migration {
        number: 14,
        sql: include_str!("../../migrations/0014_setting.sql"),
    },
    Migration {
        number: 15,
        sql: include_str!("../../migrations/0015_faster.sql"),
    },
    Migration {
        number: 16,
        sql: include_str!("../../migrations/0016_enrichment_subjects.sql"),
    },
    Migration {
        number: 17,
        sql: include_str!("../../migrations/0017_kept_unlisted.sql"),
    },
    Migration {
        number: 18,
        sql: include_str!("../../migrations/0018_presence.sql"),
    },
    Migration {
        number: 19,
        sql: include_str!("../../migrations/0019_album_tags.sql"),
    },
    Migration {
        number: 20,
        sql: include_str!("../../migrations/0020_album_order.sql"),
    },
    Migration {
        number: 21,
        sql: include_str!("../../migrations/0021_artist_names.sql"),
    },
    Migration {
        number: 22,
        sql: include_str!("../../migrations/0022_waiting.sql"),
    },
    Migration {
        number: 23,
        sql: include_str!("../../migrations/0023_file_audio.sql"),
    },
];

/// What all migrations make of an empty database; a test makes it and compares.
pub(super) const SCHEMA: &str = include_str!("../../migrations/schema.sql");

pub(super) const HISTORY: &str = "CREATE TABLE schema_migration (
    number INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, applied_at INTEGER NOT NULL) STRICT";

/// Applies what is missing, all in one transaction.
pub(super) async fn migrate(database: &dyn DatabaseAdapter, now_ms: i64) -> Result<()> {
    if applied(database)
        .await?
        .is_some_and(|newest| newest == known())
    {
        return Ok(());
    }
    let mut tx = database.begin(TransactionMode::Write).await?;
    let is_new = check_not_foreign(&mut *tx).await?;
    if is_new {
        tx.execute(HISTORY, vec![]).await?;
        run(&mut *tx, SCHEMA, "the schema").await?;
        note(&mut *tx, MIGRATIONS, now_ms).await?;
        return Ok(tx.commit().await?);
    }
    // Looked at again under the write lock: another process may have migrated meanwhile.
    let rows = tx
        .query(
            "SELECT number, checksum FROM schema_migration ORDER BY number",
            vec![],
        )
        .await?;
    let newest = match rows.last() {
        Some(row) => row.get::<i64>(0)?,
        None => 0,
    };
    check_not_newer(newest)?;
    for row in &rows {
        let number: i64 = row.get(0)?;
        let shipped = MIGRATIONS.iter().find(|it| it.number == number);
        if shipped.map(|it| checksum(it.sql)) != Some(row.get(1)?) {
            return Err(LibraryError::SchemaDiverged { number });
        }
    }
    let known = MIGRATIONS.partition_point(|it| it.number <= newest);
    let missing = &MIGRATIONS[known..];
    for migration in missing {
        let name = format!("migration {}", migration.number);
        run(&mut *tx, migration.sql, &name).await?;
    }
    note(&mut *tx, missing, now_ms).await?;
    Ok(tx.commit().await?)
}

async fn run(tx: &mut dyn Transaction, sql: &str, name: &str) -> Result<()> {
    let done = tx.execute_batch(sql).await;
    Ok(done.map_err(|error| {
        BridgeError::new(error.kind().clone(), name)
            .detail("is this the database of something else?")
            .source(error)
    })?)
}

/// Notes migrations as applied.
async fn note(tx: &mut dyn Transaction, migrations: &[Migration], now_ms: i64) -> Result<()> {
    if migrations.is_empty() {
        return Ok(());
    }
    let rows = vec!["(?, ?, ?)"; migrations.len()].join(", ");
    let values = migrations
        .iter()
        .flat_map(|it| [it.number.into(), checksum(it.sql).into(), now_ms.into()]);
    let sql = format!("INSERT INTO schema_migration(number, checksum, applied_at) VALUES {rows}");
    tx.execute(&sql, values.collect()).await?;
    Ok(())
}

/// Leaves a database alone that has tables of others and none of ours; tells whether it has none at all.
async fn check_not_foreign(tx: &mut dyn Transaction) -> Result<bool> {
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
         ORDER BY name <> 'schema_migration', name LIMIT 1";
    let rows = tx.query(tables, vec![]).await?;
    let first: Option<String> = rows.first().map(|row| row.get(0)).transpose()?;
    match first {
        Some(table) if table != "schema_migration" => Err(LibraryError::Foreign { table }),
        first => Ok(first.is_none()),
    }
}

/// The newest migration in the database; `None` if it has no history yet.
async fn applied(database: &dyn DatabaseAdapter) -> Result<Option<i64>> {
    let table =
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration'";
    let rows = database.query(table, vec![]).await?;
    if rows
        .first()
        .map(|row| row.get::<i64>(0))
        .transpose()?
        .unwrap_or(0)
        == 0
    {
        return Ok(None);
    }
    let rows = database
        .query("SELECT max(number) FROM schema_migration", vec![])
        .await?;
    let newest: Option<i64> = rows.first().map(|row| row.get(0)).transpose()?.flatten();
    if let Some(newest) = newest {
        check_not_newer(newest)?;
    }
    Ok(newest)
}

fn check_not_newer(found: i64) -> Result<()> {
    if found > known() {
        return Err(LibraryError::SchemaTooNew {
            found,
            known: known(),
        });
    }
    Ok(())
}

fn known() -> i64 {
    MIGRATIONS.last().map_or(0, |it| it.number)
}

/// FNV-1a over the text; line endings don't count, since version control may change them.
fn checksum(sql: &str) -> i64 {
    let hash = sql
        .bytes()
        .filter(|byte| *byte != b'\r')
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    i64::from_ne_bytes(hash.to_ne_bytes())
}
