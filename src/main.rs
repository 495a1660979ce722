use netplay::model::{launch::*, spec::*};
fn main() -> anyhow::Result<std::process::ExitCode> {
    let tab = match std::env::args().nth(1).as_deref() {
        Some("udp") => Protocol::Udp,
        Some("http") => Protocol::Http,
        _ => Protocol::Tcp,
    };
    let start = match std::env::args().nth(2).as_deref() {
        Some("server") => [true, false],
        Some("client") => [false, true],
        Some("both") => [true, true],
        _ => [false, false],
    };
    let presets = [Spec::new(tab, Side::Server), Spec::new(tab, Side::Client)];
    netplay::run::tui::run(ScreenLaunch {
        tab,
        presets,
        start,
        newline: Newline::None,
        history: DEFAULT_HISTORY,
        looks: Looks::default(),
    })
}
