//! The schema's steps. A released step is never edited: a change is a new step.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, integer, pk_auto, text, text_null};

pub(super) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Start), Box::new(Transfers)]
    }
}

/// The first schema. Times are milliseconds since the Unix epoch.
struct Start;

impl MigrationName for Start {
    fn name(&self) -> &str {
        "m20261123_000001_start"
    }
}

fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).to_owned()
}

/// A text column that is the table's key.
fn key(name: &'static str) -> ColumnDef {
    text(name).primary_key().to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Start {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in tables() {
            manager.create_table(statement).await?;
        }
        for (name, on, columns) in [
            ("sessions_login", "sessions", &["login"][..]),
            ("sessions_expires_at", "sessions", &["expires_at"]),
            ("calls_arrived_at", "calls", &["arrived_at"]),
            ("calls_ended_at", "calls", &["ended_at"]),
            ("events_at", "events", &["at"]),
            ("events_login_at", "events", &["login", "at"]),
            ("events_call_id", "events", &["call_id"]),
            ("audit_at", "audit", &["at"]),
        ] {
            let mut index = Index::create().name(name).table(on).to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Transfers of calls, each in its call's record.
struct Transfers;

impl MigrationName for Transfers {
    fn name(&self) -> &str {
        "m20261129_000002_transfers"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Transfers {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let transfers = table("transfers")
            .col(text("call_id"))
            .col(integer("position"))
            .col(text("by"))
            .col(text("target"))
            .col(text("kind"))
            .col(big_integer("asked_at"))
            .col(big_integer_null("ended_at"))
            .col(text_null("outcome"))
            .col(text_null("to"))
            .col(text_null("reason"))
            .primary_key(Index::create().col("call_id").col("position"))
            .foreign_key(
                ForeignKey::create()
                    .from("transfers", "call_id")
                    .to("calls", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(transfers).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("accounts")
            .col(key("login"))
            .col(text("display_name"))
            .col(text("role"))
            .col(text("password_hash"))
            .col(boolean("is_operator"))
            .col(boolean("enabled"))
            .col(big_integer("created_at"))
            .to_owned(),
        table("sessions")
            .col(key("id_hash"))
            .col(text("login"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .foreign_key(
                ForeignKey::create()
                    .from("sessions", "login")
                    .to("accounts", "login")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned(),
        table("statuses")
            .col(key("login"))
            .col(text("status"))
            .col(text_null("sub_status"))
            .col(big_integer("since"))
            .col(big_integer("version"))
            .col(text("by"))
            .col(text_null("next_status"))
            .col(text_null("next_sub_status"))
            .col(text_null("next_by"))
            .foreign_key(
                ForeignKey::create()
                    .from("statuses", "login")
                    .to("accounts", "login")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned(),
        table("reservations").col(key("login")).col(text("call_id")).col(big_integer("until")).to_owned(),
        table("calls")
            .col(key("id"))
            .col(text("caller"))
            .col(text("target"))
            .col(text_null("queue"))
            .col(text_null("operator"))
            .col(big_integer("arrived_at"))
            .col(big_integer_null("answered_at"))
            .col(big_integer_null("ended_at"))
            .col(text_null("outcome"))
            .col(text_null("ended_by"))
            .to_owned(),
        table("offers")
            .col(text("call_id"))
            .col(integer("position"))
            .col(text("login"))
            .col(big_integer("offered_at"))
            .col(big_integer_null("ended_at"))
            .col(text_null("outcome"))
            .col(text_null("reason"))
            .primary_key(Index::create().col("call_id").col("position"))
            .foreign_key(
                ForeignKey::create()
                    .from("offers", "call_id")
                    .to("calls", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned(),
        table("events")
            .col(key("id"))
            .col(text("source"))
            .col(text("name"))
            .col(big_integer("at"))
            .col(big_integer("received_at"))
            .col(text_null("login"))
            .col(text_null("call_id"))
            .col(text_null("project"))
            .col(text_null("env"))
            .col(text_null("version"))
            .col(text("fields"))
            .to_owned(),
        table("registrars").col(key("id")).col(text("state")).col(big_integer("changed_at")).to_owned(),
        table("audit")
            .col(pk_auto("id"))
            .col(big_integer("at"))
            .col(text("actor"))
            .col(text("action"))
            .col(text("subject"))
            .col(text("detail"))
            .to_owned(),
    ]
}
