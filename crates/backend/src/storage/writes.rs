//! What the floor decided, carried out. Each write is whole or not done at all.

use headset_floor::{CallRecord, Event, Login, StatusRecord, Stored, WallTime, Write};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Statement, TransactionTrait, Value,
};

use super::accounts::{status_record, status_row};
use super::entity::{call, offer, reservation, status, transfer};
use super::events::insert_floor_events;
use super::{Storage, stored};
use crate::clock;

impl Storage {
    /// Carries out writes in order, and says of each how it went. Those that wait together share one transaction,
    /// and with it one wait for the disk; if one of them fails, each is done on its own.
    pub(crate) async fn carry_out(&self, writes: &[Write]) -> Vec<Stored> {
        if let Ok(all) = self.in_one_transaction(writes).await {
            return all;
        }
        let mut each = Vec::with_capacity(writes.len());
        for write in writes {
            each.push(match self.in_one_transaction(std::slice::from_ref(write)).await {
                Ok(mut one) => one.pop().unwrap_or(Stored::Done),
                Err(error) => {
                    tracing::error!(%error, "a write failed");
                    Stored::Failed(error.to_string())
                }
            });
        }
        each
    }

    async fn in_one_transaction(&self, writes: &[Write]) -> Result<Vec<Stored>, DbErr> {
        let transaction = self.write.begin().await?;
        let mut all = Vec::with_capacity(writes.len());
        for write in writes {
            all.push(one(&transaction, write).await?);
        }
        transaction.commit().await?;
        Ok(all)
    }
}

async fn one(connection: &impl ConnectionTrait, write: &Write) -> Result<Stored, DbErr> {
    match write {
        Write::Status { login, expected_version, record, event } => {
            set_status(connection, login, *expected_version, record, event).await
        }
        Write::Reserve { call, order, until } => reserve(connection, call, order, *until).await,
        Write::Hold { call, login, until } => {
            let row = reservation::ActiveModel {
                login: Set(login.clone()),
                call_id: Set(call.clone()),
                until: Set(stored(until.0)),
            };
            reservation::Entity::insert(row)
                .on_conflict(
                    OnConflict::column(reservation::Column::Login)
                        .update_columns([reservation::Column::CallId, reservation::Column::Until])
                        .to_owned(),
                )
                .exec_without_returning(connection)
                .await?;
            Ok(Stored::Done)
        }
        Write::Release { call, login } => {
            reservation::Entity::delete_many()
                .filter(reservation::Column::Login.eq(login.as_str()))
                .filter(reservation::Column::CallId.eq(call.as_str()))
                .exec(connection)
                .await?;
            Ok(Stored::Done)
        }
        Write::Call { record, events } => {
            replace_call(connection, record).await?;
            insert_floor_events(connection, events).await?;
            Ok(Stored::Done)
        }
        Write::Events(events) => {
            insert_floor_events(connection, events).await?;
            Ok(Stored::Done)
        }
    }
}

async fn set_status(
    connection: &impl ConnectionTrait,
    login: &str,
    expected_version: u64,
    record: &StatusRecord,
    event: &Event,
) -> Result<Stored, DbErr> {
    let changed = status::Entity::update_many()
        .set(status_row(login, record))
        .filter(status::Column::Login.eq(login))
        .filter(status::Column::Version.eq(stored(expected_version)))
        .exec(connection)
        .await?;
    if changed.rows_affected == 1 {
        insert_floor_events(connection, std::slice::from_ref(event)).await?;
        return Ok(Stored::Done);
    }
    let truth = status::Entity::find_by_id(login).one(connection).await?;
    let truth = truth.ok_or_else(|| DbErr::RecordNotFound(format!("no status of `{login}`")))?;
    Ok(Stored::StatusConflict(status_record(truth).map_err(|error| DbErr::Custom(error.to_string()))?))
}

/// One statement, so that two of them can never reserve one operator: on SQLite it runs alone; elsewhere the key
/// makes the second wait, and its `WHERE` then finds the operator taken.
async fn reserve(
    connection: &impl ConnectionTrait,
    call: &str,
    order: &[Login],
    until: WallTime,
) -> Result<Stored, DbErr> {
    if order.is_empty() {
        return Ok(Stored::NobodyFree);
    }
    let mut values: Vec<Value> = vec![call.into(), stored(until.0).into(), stored(clock::wall().0).into()];
    let mut rows = Vec::with_capacity(order.len());
    for (place, login) in order.iter().enumerate() {
        values.push(login.as_str().into());
        rows.push(format!("({place}, ${})", values.len()));
    }
    let sql = format!(
        "INSERT INTO reservations (login, call_id, until) \
         SELECT wanted.column2, $1, $2 FROM (VALUES {}) AS wanted \
         WHERE NOT EXISTS (SELECT 1 FROM reservations r WHERE r.login = wanted.column2 AND r.until > $3) \
         ORDER BY wanted.column1 LIMIT 1 \
         ON CONFLICT (login) DO UPDATE SET call_id = excluded.call_id, until = excluded.until \
         WHERE reservations.until <= $3 \
         RETURNING login",
        rows.join(", ")
    );
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    match connection.query_one_raw(statement).await? {
        Some(row) => Ok(Stored::Reserved(row.try_get("", "login")?)),
        None => Ok(Stored::NobodyFree),
    }
}

async fn replace_call(connection: &impl ConnectionTrait, record: &CallRecord) -> Result<(), DbErr> {
    let row = call::ActiveModel {
        id: Set(record.id.clone()),
        caller: Set(record.caller.clone()),
        target: Set(record.target.clone()),
        queue: Set(record.queue.clone()),
        operator: Set(record.operator.clone()),
        arrived_at: Set(stored(record.arrived_at.0)),
        answered_at: Set(record.answered_at.map(|at| stored(at.0))),
        ended_at: Set(record.ended_at.map(|at| stored(at.0))),
        outcome: Set(record.outcome.map(|outcome| outcome.as_str().to_owned())),
        ended_by: Set(record.ended_by.map(|side| side.as_str().to_owned())),
    };
    call::Entity::insert(row)
        .on_conflict(
            OnConflict::column(call::Column::Id)
                .update_columns([
                    call::Column::Caller,
                    call::Column::Target,
                    call::Column::Queue,
                    call::Column::Operator,
                    call::Column::ArrivedAt,
                    call::Column::AnsweredAt,
                    call::Column::EndedAt,
                    call::Column::Outcome,
                    call::Column::EndedBy,
                ])
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await?;
    let offers: Vec<_> = record
        .offers
        .iter()
        .zip(0i32..)
        .map(|(made, position)| offer::ActiveModel {
            call_id: Set(record.id.clone()),
            position: Set(position),
            login: Set(made.login.clone()),
            offered_at: Set(stored(made.offered_at.0)),
            ended_at: Set(made.ended_at.map(|at| stored(at.0))),
            outcome: Set(made.outcome.map(|outcome| outcome.as_str().to_owned())),
            reason: Set(made.reason.clone()),
        })
        .collect();
    // A caller who waits for hours may have been offered more often than one statement can say.
    for some in offers.chunks(1000) {
        offer::Entity::insert_many(some.to_vec())
            .on_conflict(
                OnConflict::columns([offer::Column::CallId, offer::Column::Position])
                    .update_columns([offer::Column::EndedAt, offer::Column::Outcome, offer::Column::Reason])
                    .to_owned(),
            )
            .exec_without_returning(connection)
            .await?;
    }
    replace_transfers(connection, record).await
}

async fn replace_transfers(connection: &impl ConnectionTrait, record: &CallRecord) -> Result<(), DbErr> {
    let transfers: Vec<_> = record
        .transfers
        .iter()
        .zip(0i32..)
        .map(|(asked, position)| transfer::ActiveModel {
            call_id: Set(record.id.clone()),
            position: Set(position),
            by: Set(asked.by.clone()),
            target: Set(asked.target.clone()),
            kind: Set(asked.kind.as_str().to_owned()),
            asked_at: Set(stored(asked.asked_at.0)),
            ended_at: Set(asked.ended_at.map(|at| stored(at.0))),
            outcome: Set(asked.outcome.map(|outcome| outcome.as_str().to_owned())),
            to: Set(asked.to.clone()),
            reason: Set(asked.reason.clone()),
        })
        .collect();
    for some in transfers.chunks(1000) {
        transfer::Entity::insert_many(some.to_vec())
            .on_conflict(
                OnConflict::columns([transfer::Column::CallId, transfer::Column::Position])
                    .update_columns([
                        transfer::Column::EndedAt,
                        transfer::Column::Outcome,
                        transfer::Column::To,
                        transfer::Column::Reason,
                    ])
                    .to_owned(),
            )
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}
