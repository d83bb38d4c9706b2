use super::fields::Fields;
use alloc::string::String;

/// Who the user agent is: `Account` in `port.ts`.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) uri: String,
    pub(crate) display_name: String,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) realm: String,
    /// MD5 of user, realm and password.
    pub(crate) ha1: String,
    /// Sent as it is; no digest then.
    pub(crate) token: String,
    pub(crate) contact_uri: String,
    pub(crate) via_host: String,
    pub(crate) instance_id: String,
    pub(crate) registrar: String,
    pub(crate) expires: u32,
    pub(crate) call_id_prefix: String,
    pub(crate) user_agent: String,
    pub(crate) preloaded_route: bool,
    pub(crate) session_timers: bool,
    /// Refreshes are re-INVITEs, not UPDATEs.
    pub(crate) refresh_by_invite: bool,
    pub(crate) force_refresher: bool,
    /// Seconds.
    pub(crate) no_answer: u32,
    /// Header lines of every message.
    pub(crate) headers: String,
    pub(crate) allow: String,
    pub(crate) public_gruu: String,
    pub(crate) temporary_gruu: String,
}

impl Account {
    pub(crate) fn read(fields: &mut Fields<'_>) -> Account {
        Account {
            uri: fields.text(),
            display_name: fields.text(),
            user: fields.text(),
            password: fields.text(),
            realm: fields.text(),
            ha1: fields.text(),
            token: fields.text(),
            contact_uri: fields.text(),
            via_host: fields.text(),
            instance_id: fields.text(),
            registrar: fields.text(),
            expires: fields.number(),
            call_id_prefix: fields.text(),
            user_agent: fields.text(),
            preloaded_route: fields.flag(),
            session_timers: fields.flag(),
            refresh_by_invite: fields.flag(),
            force_refresher: fields.flag(),
            no_answer: fields.number(),
            headers: fields.lines(),
            allow: fields.text(),
            ..Account::default()
        }
    }

    /// Changes what may change: `Setting` in `port.ts`.
    pub(crate) fn set(&mut self, setting: &str, fields: &mut Fields<'_>) {
        let target = match setting {
            "displayName" => &mut self.display_name,
            "authorizationUser" => &mut self.user,
            "password" => &mut self.password,
            "realm" => &mut self.realm,
            "ha1" => &mut self.ha1,
            "authorizationJwt" => &mut self.token,
            "extraHeaders" => {
                self.headers = fields.lines();
                return;
            }
            _ => return,
        };
        *target = fields.text();
    }

    /// Contact's value in calls.
    pub(crate) fn contact(&self, anonymous: bool, outbound: bool) -> String {
        let (gruu, plain) = match anonymous {
            true => (&self.temporary_gruu, "sip:anonymous@anonymous.invalid;transport=ws"),
            false => (&self.public_gruu, &*self.contact_uri),
        };
        let uri = if gruu.is_empty() { plain } else { gruu };
        ["<", uri, if outbound && gruu.is_empty() { ";ob>" } else { ">" }].concat()
    }

    /// Supported of a message about this method.
    pub(crate) fn supported(&self, method: &str, is_response: bool) -> String {
        let mut list = String::new();
        let dialog = matches!(method, "INVITE" | "UPDATE");
        if method == "REGISTER" {
            list.push_str("path,gruu,");
        }
        if dialog && self.session_timers {
            list.push_str("timer,");
        }
        if method == "INVITE" && !(self.public_gruu.is_empty() && self.temporary_gruu.is_empty()) {
            list.push_str("gruu,");
        }
        if dialog {
            list.push_str("ice,");
        }
        if method == "INVITE" || dialog && is_response {
            list.push_str("replaces,");
        }
        list.push_str("outbound");
        list
    }
}
