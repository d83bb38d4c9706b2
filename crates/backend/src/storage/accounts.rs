//! Accounts, the operators' statuses that belong to them, and the audit log of who changed them.

use headset_floor::{By, NextStatus, OperatorRecord, Status, StatusRecord};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    TransactionTrait, sea_query::Expr,
};

use super::entity::{account, audit, status};
use super::{Storage, stored, wall};
use crate::accounts::{Account, Role};
use crate::clock;
use crate::error::Error;

impl Storage {
    /// The account and its password hash.
    pub(crate) async fn account(&self, login: &str) -> Result<Option<(Account, String)>, Error> {
        let found = account::Entity::find_by_id(login).one(&self.read).await?;
        found.map(|row| Ok((to_account(&row)?, row.password_hash))).transpose()
    }

    /// Every account, by login.
    pub(crate) async fn accounts(&self) -> Result<Vec<Account>, Error> {
        let rows = account::Entity::find().order_by_asc(account::Column::Login).all(&self.read).await?;
        rows.iter().map(to_account).collect()
    }

    /// Every operator with the status they had last, by login.
    pub(crate) async fn operators(&self) -> Result<Vec<OperatorRecord>, Error> {
        let rows = account::Entity::find()
            .filter(account::Column::IsOperator.eq(true))
            .order_by_asc(account::Column::Login)
            .all(&self.read)
            .await?;
        let mut statuses = status::Entity::find().order_by_asc(status::Column::Login).all(&self.read).await?;
        rows.into_iter()
            .map(|row| {
                let at = statuses.binary_search_by(|status| status.login.cmp(&row.login));
                let at = at.map_err(|_| Error::Corrupt(format!("operator `{}` has no status", row.login)))?;
                operator_record(row, statuses.remove(at))
            })
            .collect()
    }

    /// Makes an account, and for an operator the status `disconnected`, in one transaction with the audit entry.
    pub(crate) async fn add_account(
        &self,
        account: &Account,
        password_hash: String,
        actor: &str,
    ) -> Result<Option<OperatorRecord>, Error> {
        let now = clock::wall();
        let transaction = self.write.begin().await?;
        if account::Entity::find_by_id(account.login.as_str()).one(&transaction).await?.is_some() {
            return Err(Error::AccountExists(account.login.clone()));
        }
        let row = account::Model {
            login: account.login.clone(),
            display_name: account.display_name.clone(),
            role: account.role.as_str().to_owned(),
            password_hash,
            is_operator: account.is_operator,
            enabled: account.enabled,
            created_at: stored(now.0),
        };
        account::Entity::insert(account::ActiveModel::from(row)).exec_without_returning(&transaction).await?;
        let record = account.is_operator.then(|| OperatorRecord {
            login: account.login.clone(),
            display_name: account.display_name.clone(),
            enabled: account.enabled,
            status: StatusRecord {
                status: Status::Disconnected,
                sub_status: None,
                since: now,
                version: 1,
                by: By::System,
                next: None,
            },
        });
        if let Some(record) = &record {
            let row = status_row(&record.login, &record.status);
            status::Entity::insert(row).exec_without_returning(&transaction).await?;
        }
        let detail = format!("role={} operator={}", account.role.as_str(), account.is_operator);
        note(&transaction, actor, "account.add", &account.login, &detail).await?;
        transaction.commit().await?;
        Ok(record)
    }

    /// Enables or disables an account. Gives the account as it is now, and its record where it is an operator.
    pub(crate) async fn set_enabled(
        &self,
        login: &str,
        enabled: bool,
        actor: &str,
    ) -> Result<(Account, Option<OperatorRecord>), Error> {
        let transaction = self.write.begin().await?;
        let changed = account::Entity::update_many()
            .col_expr(account::Column::Enabled, Expr::value(enabled))
            .filter(account::Column::Login.eq(login))
            .exec(&transaction)
            .await?;
        if changed.rows_affected == 0 {
            return Err(Error::UnknownAccount(login.to_owned()));
        }
        let action = if enabled { "account.enable" } else { "account.disable" };
        note(&transaction, actor, action, login, "").await?;
        let row = account::Entity::find_by_id(login).one(&transaction).await?;
        let row = row.ok_or_else(|| Error::UnknownAccount(login.to_owned()))?;
        let status = status::Entity::find_by_id(login).one(&transaction).await?;
        transaction.commit().await?;
        let account = to_account(&row)?;
        let record = status.map(|status| operator_record(row, status)).transpose()?;
        Ok((account, record))
    }
}

/// Writes down an act of administration.
pub(super) async fn note(
    connection: &impl ConnectionTrait,
    actor: &str,
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<(), Error> {
    let entry = audit::ActiveModel {
        at: Set(stored(clock::wall().0)),
        actor: Set(actor.to_owned()),
        action: Set(action.to_owned()),
        subject: Set(subject.to_owned()),
        detail: Set(detail.to_owned()),
        ..Default::default()
    };
    entry.insert(connection).await?;
    Ok(())
}

fn to_account(row: &account::Model) -> Result<Account, Error> {
    Ok(Account {
        login: row.login.clone(),
        display_name: row.display_name.clone(),
        role: known(Role::parse, &row.role)?,
        is_operator: row.is_operator,
        enabled: row.enabled,
    })
}

fn operator_record(row: account::Model, status: status::Model) -> Result<OperatorRecord, Error> {
    Ok(OperatorRecord {
        login: row.login,
        display_name: row.display_name,
        enabled: row.enabled,
        status: status_record(status)?,
    })
}

/// A stored status as the floor has it.
pub(super) fn status_record(row: status::Model) -> Result<StatusRecord, Error> {
    let next = match (row.next_status, row.next_by) {
        (Some(status), Some(by)) => Some(NextStatus {
            status: known(Status::parse, &status)?,
            sub_status: row.next_sub_status,
            by: known(By::parse, &by)?,
        }),
        _ => None,
    };
    Ok(StatusRecord {
        status: known(Status::parse, &row.status)?,
        sub_status: row.sub_status,
        since: wall(row.since),
        version: u64::try_from(row.version).unwrap_or(0),
        by: known(By::parse, &row.by)?,
        next,
    })
}

/// The floor's status as it is stored.
pub(super) fn status_row(login: &str, record: &StatusRecord) -> status::ActiveModel {
    let next = record.next.as_ref();
    status::ActiveModel {
        login: Set(login.to_owned()),
        status: Set(record.status.as_str().to_owned()),
        sub_status: Set(record.sub_status.clone()),
        since: Set(stored(record.since.0)),
        version: Set(stored(record.version)),
        by: Set(record.by.as_str().to_owned()),
        next_status: Set(next.map(|next| next.status.as_str().to_owned())),
        next_sub_status: Set(next.and_then(|next| next.sub_status.clone())),
        next_by: Set(next.map(|next| next.by.as_str().to_owned())),
    }
}

/// A stored word's meaning.
pub(super) fn known<T>(parse: impl Fn(&str) -> Option<T>, word: &str) -> Result<T, Error> {
    parse(word).ok_or_else(|| Error::Corrupt(format!("`{word}` is no known word")))
}
