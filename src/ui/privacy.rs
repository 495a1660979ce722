//! Addresses of other machines, hidden wherever they stand on the screen: in netplay's words as well as
//! in what was sent. Their digits become dots of the same number, so nothing moves.

use std::net::{Ipv4Addr, Ipv6Addr};

use ratatui::layout::Rect;

use super::paint::Painter;
use super::theme::Role;

/// Hides addresses in an area.
pub fn hide(painter: &mut Painter, area: Rect) {
    let dot = painter.theme.either("•", "x");
    let style = painter.theme.style(Role::Quiet);
    for y in area.top()..area.bottom() {
        let columns = area.left()..area.right();
        let row: Vec<char> = columns.map(|x| painter.canvas.char_at(x, y)).collect();
        for place in addresses(&row) {
            for column in place.filter(|column| row[*column].is_ascii_hexdigit()) {
                painter.styled(area.x + column as u16, y, dot, style, 1);
            }
        }
    }
}

/// Where addresses other than loopback and wildcards stand in a row.
fn addresses(row: &[char]) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < row.len() {
        if !is_part(row[start]) {
            start += 1;
            continue;
        }
        let len = row[start..].iter().take_while(|c| is_part(**c)).count();
        found.extend(within(row, start..start + len));
        start += len;
    }
    found
}

fn is_part(c: char) -> bool {
    c.is_ascii_hexdigit() || matches!(c, '.' | ':')
}

/// The address in a run of its characters, if it is to be hidden; a port may follow it.
fn within(row: &[char], run: std::ops::Range<usize>) -> Option<std::ops::Range<usize>> {
    let text: String = row[run.clone()].iter().collect();
    let text = text.trim_end_matches([':', '.']);
    let head = text.split(':').next().unwrap_or_default();
    if text
        .parse::<Ipv6Addr>()
        .is_ok_and(|ip| !ip.is_loopback() && !ip.is_unspecified())
    {
        return Some(run.start..run.start + text.len());
    }
    let parts: Vec<&str> = head.split('.').collect();
    // Where a row ends in the midst of one, three parts are still enough to tell.
    let is_v4 =
        (3..=4).contains(&parts.len()) && parts.iter().all(|part| part.parse::<u8>().is_ok());
    if !is_v4 {
        return None;
    }
    let whole: Option<Ipv4Addr> = head.parse().ok();
    let harmless = whole.is_some_and(|ip| ip.is_loopback() || ip.is_unspecified())
        || (whole.is_none() && parts[0] == "127");
    (!harmless).then(|| run.start..run.start + head.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str) -> String {
        let mut row: Vec<char> = text.chars().collect();
        for place in addresses(&row.clone()) {
            for c in &mut row[place] {
                if c.is_ascii_hexdigit() {
                    *c = '.';
                }
            }
        }
        row.into_iter().collect()
    }

    #[test]
    fn addresses_of_other_machines_are_hidden_and_the_rest_stays() {
        for (text, wanted) in [
            (
                "opened by 192.168.1.20:51334",
                "opened by ............:51334",
            ),
            ("Host: 10.0.0.7", "Host: ........"),
            ("http://10.0.0.7:8080/", "http://........:8080/"),
            ("127.0.0.1:23456", "127.0.0.1:23456"),
            ("0.0.0.0:1 [::]:1 [::1]:8080", "0.0.0.0:1 [::]:1 [::1]:8080"),
            (
                "[fe80::1ff:fe23:4567:890a]:80",
                "[....::...:....:....:....]:80",
            ),
            (
                "10:02:15.900 received 1.2 KiB",
                "10:02:15.900 received 1.2 KiB",
            ),
            ("HTTP/1.1 200 OK", "HTTP/1.1 200 OK"),
            ("face: bad cafe.", "face: bad cafe."),
        ] {
            assert_eq!(hidden(text), wanted);
        }
    }
}
