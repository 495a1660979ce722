//! What things mean, and how each meaning looks: roles -> styles. One colour, one meaning; every
//! colour has a twin in shape or word, so that the mono theme loses nothing.
//!
//! Colours are from the fixed part of the 256-colour palette, which every terminal draws alike.

use ratatui::style::{Color, Modifier, Style};

use crate::app::entry::{Found, Tone};
use crate::model::event::EventKind;
use crate::model::launch::ThemeName;
use crate::model::spec::Side;
use crate::wire::text::Charset;

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The ground and plain text.
    Plain,
    /// Text of little weight: times, sizes, explanations.
    Quiet,
    /// Rules and the wire.
    Rule,
    /// The server's side.
    Server,
    /// The client's side.
    Client,
    /// What was received.
    Received,
    /// What was sent.
    Sent,
    /// Something to beware of.
    Warning,
    /// A failure.
    Error,
    /// A mark that stands for bytes that are not text.
    Token,
    /// A key to press.
    Key,
    /// The title of the pane that has the keys.
    Focus,
    /// The row that keys act on.
    Cursor,
    /// What was looked for.
    Found,
    /// What was looked for, where one is.
    Here,
}

impl Role {
    /// All of them.
    pub const ALL: [Role; 15] = [
        Role::Plain,
        Role::Quiet,
        Role::Rule,
        Role::Server,
        Role::Client,
        Role::Received,
        Role::Sent,
        Role::Warning,
        Role::Error,
        Role::Token,
        Role::Key,
        Role::Focus,
        Role::Cursor,
        Role::Found,
        Role::Here,
    ];
}

/// A set of colours.
struct Palette {
    ground: u8,
    plain: u8,
    quiet: u8,
    rule: u8,
    server: u8,
    client: u8,
    received: u8,
    sent: u8,
    warning: u8,
    error: u8,
    token: u8,
    key: u8,
    cursor: u8,
    /// The grounds of what was looked for, and the text on them.
    found: [u8; 2],
    on_found: u8,
}

const DARK: Palette = Palette {
    ground: 234,
    plain: 252,
    quiet: 248,
    rule: 245,
    server: 114,
    client: 75,
    received: 80,
    sent: 216,
    warning: 221,
    error: 210,
    token: 176,
    key: 229,
    cursor: 236,
    found: [179, 215],
    on_found: 16,
};

const LIGHT: Palette = Palette {
    ground: 231,
    plain: 235,
    quiet: 240,
    rule: 242,
    server: 22,
    client: 25,
    received: 23,
    sent: 94,
    warning: 58,
    error: 124,
    token: 90,
    key: 18,
    cursor: 254,
    found: [222, 214],
    on_found: 16,
};

const HIGH_CONTRAST: Palette = Palette {
    ground: 16,
    plain: 231,
    quiet: 252,
    rule: 250,
    server: 120,
    client: 117,
    received: 123,
    sent: 223,
    warning: 226,
    error: 217,
    token: 219,
    key: 227,
    cursor: 18,
    found: [226, 231],
    on_found: 16,
};

/// The styles of a theme, and the characters that frames are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    name: ThemeName,
    /// The characters that may be drawn.
    pub charset: Charset,
}

impl Theme {
    /// The theme of a name.
    #[must_use]
    pub fn new(name: ThemeName, charset: Charset) -> Theme {
        Theme { name, charset }
    }

    /// The style of a role, ground included.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        let palette = match self.name {
            ThemeName::Dark => &DARK,
            ThemeName::Light => &LIGHT,
            ThemeName::HighContrast => &HIGH_CONTRAST,
            ThemeName::Mono => return mono(role),
        };
        let colour = match role {
            Role::Plain | Role::Focus | Role::Cursor => palette.plain,
            Role::Quiet => palette.quiet,
            Role::Rule => palette.rule,
            Role::Server => palette.server,
            Role::Client => palette.client,
            Role::Received => palette.received,
            Role::Sent => palette.sent,
            Role::Warning => palette.warning,
            Role::Error => palette.error,
            Role::Token => palette.token,
            Role::Key => palette.key,
            Role::Found | Role::Here => palette.on_found,
        };
        let ground = match role {
            Role::Cursor => palette.cursor,
            Role::Found => palette.found[0],
            Role::Here => palette.found[1],
            _ => palette.ground,
        };
        let style = Style::new()
            .fg(Color::Indexed(colour))
            .bg(Color::Indexed(ground));
        match role {
            Role::Focus | Role::Key => style.add_modifier(Modifier::BOLD),
            // Beside the colour, that one is here must be seen by a shape.
            Role::Here => style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            Role::Token => style.add_modifier(Modifier::UNDERLINED),
            _ => style,
        }
    }

    /// The style of a side's name.
    #[must_use]
    pub fn side(&self, side: Side) -> Style {
        self.style(match side {
            Side::Server => Role::Server,
            Side::Client => Role::Client,
        })
    }

    /// The style of an event's mark.
    #[must_use]
    pub fn mark(&self, kind: &EventKind) -> Style {
        self.style(match kind {
            EventKind::Received { .. } => Role::Received,
            EventKind::Sent { .. } => Role::Sent,
            EventKind::Failed { .. } => Role::Error,
            EventKind::Tried { .. } | EventKind::Lost { .. } => Role::Warning,
            _ => Role::Quiet,
        })
    }

    /// The style of a piece of text, which may be what is looked for.
    #[must_use]
    pub fn piece(&self, tone: Tone, found: Found) -> Style {
        let style = self.tone(tone);
        match found {
            Found::No => style,
            // A mark stays told from text by its line below.
            Found::Yes => self.style(Role::Found).add_modifier(style.add_modifier),
            Found::Here => self.style(Role::Here).add_modifier(style.add_modifier),
        }
    }

    /// The style of a piece of an entry.
    #[must_use]
    pub fn tone(&self, tone: Tone) -> Style {
        self.style(match tone {
            Tone::Text => Role::Plain,
            Tone::Mark => Role::Token,
            Tone::Words | Tone::Hint => Role::Quiet,
            Tone::Warning => Role::Warning,
            Tone::Error => Role::Error,
        })
    }

    /// The character of horizontal rules.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.either("─", "-")
    }

    /// The character of vertical rules.
    #[must_use]
    pub fn vertical(&self) -> &'static str {
        self.either("│", "|")
    }

    /// One of two spellings, by what may be drawn.
    #[must_use]
    pub fn either(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self.charset {
            Charset::Unicode => unicode,
            Charset::Ascii => ascii,
        }
    }
}

fn mono(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Server | Role::Client | Role::Key | Role::Focus | Role::Error => {
            style.add_modifier(Modifier::BOLD)
        }
        Role::Warning => style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
        Role::Token => style.add_modifier(Modifier::UNDERLINED),
        Role::Cursor | Role::Found => style.add_modifier(Modifier::REVERSED),
        Role::Here => {
            style.add_modifier(Modifier::REVERSED | Modifier::BOLD | Modifier::UNDERLINED)
        }
        Role::Quiet | Role::Rule => style.add_modifier(Modifier::DIM),
        Role::Plain | Role::Received | Role::Sent => style,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.1) of a colour of the fixed part of the palette.
    fn luminance(index: u8) -> f64 {
        let rgb = if index >= 232 {
            [8 + 10 * (index - 232); 3]
        } else {
            let n = index - 16;
            [n / 36, n / 6 % 6, n % 6].map(|c| if c == 0 { 0 } else { 55 + 40 * c })
        };
        let [r, g, b] = rgb.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn contrast(style: Style) -> f64 {
        let (Some(Color::Indexed(fg)), Some(Color::Indexed(bg))) = (style.fg, style.bg) else {
            panic!("{style:?}")
        };
        let (a, b) = (luminance(fg), luminance(bg));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The themes that have colours.
    const COLOURED: [ThemeName; 3] = [ThemeName::Dark, ThemeName::Light, ThemeName::HighContrast];

    #[test]
    fn every_role_stands_out_from_its_ground_and_from_that_of_the_cursors_row() {
        let mut poor = Vec::new();
        for name in COLOURED {
            let theme = Theme::new(name, Charset::Unicode);
            let cursor = theme.style(Role::Cursor).bg;
            for role in Role::ALL {
                let style = theme.style(role);
                let mut grounds = vec![style];
                // Rules do not cross that row, and what was found has a ground of its own.
                if !matches!(role, Role::Rule | Role::Found | Role::Here) {
                    grounds.push(Style {
                        bg: cursor,
                        ..style
                    });
                }
                for style in grounds {
                    let ratio = contrast(style);
                    if ratio < 4.5 {
                        poor.push(format!("{name:?} {role:?} on {:?}: {ratio:.2}", style.bg));
                    }
                }
            }
        }
        assert!(poor.is_empty(), "{poor:#?}");
    }

    #[test]
    fn what_was_found_is_told_from_the_ground_and_from_the_cursors_row() {
        for name in COLOURED {
            let theme = Theme::new(name, Charset::Unicode);
            let grounds = [Role::Plain, Role::Cursor, Role::Found, Role::Here]
                .map(|role| theme.style(role).bg);
            for (n, ground) in grounds.iter().enumerate() {
                assert!(!grounds[..n].contains(ground), "{name:?}");
            }
        }
    }
}
