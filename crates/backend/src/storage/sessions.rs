//! Who is signed in. The cookie is never stored, only its hash.

use headset_floor::WallTime;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::entity::{account, session};
use super::{Storage, stored, wall};
use crate::accounts::{Account, Role};
use crate::clock;
use crate::error::Error;

/// A live session and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    /// SHA-256 of the cookie, base64url: names the session without being able to use it.
    pub id_hash: String,
    pub account: Account,
    pub expires_at: WallTime,
}

impl Storage {
    pub(crate) async fn add_session(
        &self,
        id_hash: &str,
        login: &str,
        expires_at: WallTime,
    ) -> Result<(), Error> {
        let row = session::Model {
            id_hash: id_hash.to_owned(),
            login: login.to_owned(),
            created_at: stored(clock::wall().0),
            expires_at: stored(expires_at.0),
        };
        session::Entity::insert(session::ActiveModel::from(row)).exec_without_returning(&self.write).await?;
        Ok(())
    }

    /// The session with this hash, unless it has expired.
    pub(crate) async fn session(&self, id_hash: &str) -> Result<Option<SignedIn>, Error> {
        let now = stored(clock::wall().0);
        let Some(row) = session::Entity::find_by_id(id_hash)
            .filter(session::Column::ExpiresAt.gt(now))
            .one(&self.read)
            .await?
        else {
            return Ok(None);
        };
        let Some(account) = account::Entity::find_by_id(row.login.as_str()).one(&self.read).await? else {
            return Ok(None);
        };
        let account = Account {
            login: account.login,
            display_name: account.display_name,
            role: super::accounts::known(Role::parse, &account.role)?,
            is_operator: account.is_operator,
            enabled: account.enabled,
        };
        Ok(Some(SignedIn { id_hash: row.id_hash, account, expires_at: wall(row.expires_at) }))
    }

    pub(crate) async fn end_session(&self, id_hash: &str) -> Result<(), Error> {
        session::Entity::delete_by_id(id_hash).exec(&self.write).await?;
        Ok(())
    }

    /// Forgets the sessions that have expired.
    pub(crate) async fn forget_expired_sessions(&self) -> Result<u64, Error> {
        let now = stored(clock::wall().0);
        let deleted = session::Entity::delete_many()
            .filter(session::Column::ExpiresAt.lte(now))
            .exec(&self.write)
            .await?;
        Ok(deleted.rows_affected)
    }
}
