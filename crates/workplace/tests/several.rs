//! What holds over a whole shift, whatever happens in it.

mod support;

use headset_workplace::{HttpRequest, Input, Status};
use support::{Shift, backend::error, backend::registrar};

#[test]
fn a_shift_full_of_trouble_ends_registered_and_on_line_again() {
    let mut shift = Shift::on_line();
    shift.registrars_down(&["r1"]);
    shift.run(30_000);
    shift.backend.failing = Some(error(503, ""));
    shift.run(20_000);
    shift.backend.failing = None;
    shift.registrars_back();
    shift.backend.registrars = vec![registrar(2), registrar(3)];
    shift.run(60_000);
    shift.tell(Input::Woke { wall_ms: None });
    shift.run(60_000);
    assert_eq!(shift.user_agent(), "Registered");
    assert_eq!(shift.status(), Some(Status::Connected), "one registrar was always there");
    let mut connected = shift.edge.connected();
    connected.sort_unstable();
    assert_eq!(connected, ["r2", "r3"]);
    assert!(shift.stream_open);
}

#[test]
fn an_idle_hour_costs_little() {
    let mut shift = Shift::on_line();
    let begun = shift.now;
    shift.run(3_600_000);
    assert!(shift.asked(begun, |request| *request == HttpRequest::Hash) <= 9);
    assert!(shift.asked(begun, |request| *request == HttpRequest::Registrars) <= 270);
    assert!(shift.asked(begun, |request| *request == HttpRequest::Status) <= 70);
    assert_eq!(shift.asked(begun, |request| *request == HttpRequest::Launch), 0);
    assert_eq!(shift.user_agent(), "Registered");
}

#[test]
fn unexpected_inputs_at_rest_do_nothing() {
    let mut shift = Shift::new();
    for input in [Input::StreamClosed, Input::StreamOpened, Input::Focused, Input::NetworkBack, Input::Stop] {
        shift.tell(input);
    }
    shift.tell(Input::Unload);
    shift.run(60_000);
    assert_eq!(shift.asked(0, |_| true), 0);
    shift.choose(Status::Connected);
    assert_eq!(shift.asked(0, |_| true), 0);
}
