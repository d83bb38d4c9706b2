//! What a process that was killed left open.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, TransactionTrait};

use super::entity::{call, reservation, transfer};
use super::{Storage, stored};
use crate::clock;
use crate::error::Error;
use headset_floor::{Outcome, Side, TransferOutcome};

impl Storage {
    /// One process owns this database: when it starts there are no calls, so those that have no end get one (those
    /// that were answered stay answered, the others failed), and nobody is reserved. Gives how many calls there were.
    pub(crate) async fn close_what_was_left_open(&self) -> Result<u64, Error> {
        let now = stored(clock::wall().0);
        let transaction = self.write.begin().await?;
        let open = || call::Entity::update_many().filter(call::Column::EndedAt.is_null());
        let mut ended = 0;
        for (outcome, which) in [
            (Outcome::Answered, call::Column::AnsweredAt.is_not_null()),
            (Outcome::Failed, call::Column::AnsweredAt.is_null()),
        ] {
            let changed = open()
                .col_expr(call::Column::EndedAt, Expr::value(now))
                .col_expr(call::Column::EndedBy, Expr::value(Side::System.as_str()))
                .col_expr(call::Column::Outcome, Expr::value(outcome.as_str()))
                .filter(which)
                .exec(&transaction)
                .await?;
            ended += changed.rows_affected;
        }
        transfer::Entity::update_many()
            .col_expr(transfer::Column::EndedAt, Expr::value(now))
            .col_expr(transfer::Column::Outcome, Expr::value(TransferOutcome::CallEnded.as_str()))
            .filter(transfer::Column::EndedAt.is_null())
            .exec(&transaction)
            .await?;
        reservation::Entity::delete_many().exec(&transaction).await?;
        transaction.commit().await?;
        Ok(ended)
    }
}
