//! Who gets what comes in by SIP.

use crate::call::{not_allowed, options, unknown};
use crate::context::Key;
use crate::softphone::Softphone;
use crate::{Event, Output, SocketId};
use alloc::string::String;
use headset_sip::{Method, Request, TransactionOutput, inspect, parse};

/// Extensions that a request may require of us.
const UNDERSTOOD: [&str; 5] = ["outbound", "path", "100rel", "timer", "replaces"];

impl Softphone {
    /// A frame with a SIP message.
    pub(crate) fn message(&mut self, socket: SocketId, text: String) {
        let ctx = &mut self.ctx;
        match parse(text) {
            Ok(message) => ctx.transactions.receive(ctx.now, socket, message),
            Err(problem) => {
                ctx.trace("sip_malformed", "detail", &[problem.detail]);
                if let Some(reply) = problem.reply() {
                    ctx.outputs.push(Output::Send { socket, text: reply.into_string() });
                }
            }
        }
    }

    /// Hands out what the transactions say and does what waits, until nothing is left to do.
    pub(crate) fn settle(&mut self) {
        let mut is_settled = false;
        loop {
            // Before anything is sent that a far end may count on.
            if core::mem::take(&mut self.ctx.keep_calls) && !self.ctx.supervised() {
                self.ctx.event(Event::KeepCalls(self.calls.kept()));
            }
            if let Some(output) = self.ctx.transactions.poll_output() {
                self.transaction(output);
                is_settled = false;
            } else if is_settled {
                return;
            } else {
                self.calls.pursue(&mut self.ctx);
                #[cfg(feature = "full")]
                self.outside.pursue(&mut self.ctx);
                self.flows.settle(&mut self.ctx, self.calls.is_setting_up());
                is_settled = true;
            }
        }
    }

    fn transaction(&mut self, output: TransactionOutput<SocketId>) {
        let ctx = &mut self.ctx;
        match output {
            TransactionOutput::Send { key, text } => {
                // A 2xx that waits for its ACK is sent again even when its flow is gone.
                if ctx.routes.is_open(key.connection) {
                    ctx.outputs.push(Output::Send { socket: key.connection, text });
                }
            }
            TransactionOutput::Merged { key, ref request, .. } if *request.method() != Method::Invite => {
                // RFC 3261 §8.2.2.2
                ctx.reply(key, request, 482, "Loop Detected");
            }
            TransactionOutput::Request { key, ref request }
            | TransactionOutput::Merged { key, ref request, .. } => self.request(key, request),
            TransactionOutput::Cancel { key, invite, ref request } => {
                self.calls.cancel(ctx, key, invite, request);
            }
            #[cfg(feature = "full")]
            TransactionOutput::Response { key, ref response }
                if self.outside.response(ctx, key, response) => {}
            TransactionOutput::Response { key, ref response } => {
                if !self.flows.response(ctx, key, response) {
                    self.calls.response(ctx, key, response);
                }
            }
            TransactionOutput::Ack { ref request, .. } => self.calls.acknowledged(ctx, request),
            TransactionOutput::Stray { connection, ref response } => {
                self.calls.stray(ctx, connection, response);
            }
            #[cfg(feature = "full")]
            TransactionOutput::Timeout { key } if self.outside.failed(ctx, key, true) => {}
            TransactionOutput::Timeout { key } => {
                if !self.flows.unanswered(ctx, key) {
                    self.calls.failed(ctx, key, true);
                }
            }
            #[cfg(feature = "full")]
            TransactionOutput::TransportError { key } if self.outside.failed(ctx, key, false) => {}
            TransactionOutput::TransportError { key } => self.calls.failed(ctx, key, false),
            TransactionOutput::Ended { .. } => {}
        }
    }

    fn request(&mut self, key: Key, request: &Request) {
        let ctx = &mut self.ctx;
        if let Some(refusal) = inspect(request, &UNDERSTOOD) {
            let tag = ctx.entropy.token(10);
            return ctx.respond(key, refusal.to_tag(&tag));
        }
        #[cfg(feature = "full")]
        if self.outside.request(ctx, key, request, self.started) {
            return;
        }
        match request.method() {
            _ if request.to_tag().is_some() => self.calls.in_dialog(ctx, key, request),
            Method::Invite if self.started => self.calls.invite(ctx, key, request),
            Method::Invite => ctx.reply(key, request, 480, "Temporarily Unavailable"),
            Method::Options => options(ctx, key, request),
            // RFC 3261 §12.2.2, §15.1.2, RFC 6665 §4.1.3: they are taken, but in dialogs.
            Method::Bye | Method::Info | Method::Update | Method::Prack | Method::Refer | Method::Notify => {
                unknown(ctx, key, request);
            }
            _ => not_allowed(ctx, key, request),
        }
    }
}
