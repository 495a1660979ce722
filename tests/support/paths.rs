//! Finds the paths in a Rust source, `use` trees unfolded and `super` resolved, with just enough
//! of the grammar for that: comments, literals and lifetimes are skipped, brackets are counted.

/// A path or macro name found in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its parts. A path into this crate starts with `crate`, without `self` and `super`; a macro
    /// called by its bare name ends with `!`.
    pub path: Vec<String>,
    /// Where it stands, from 1.
    pub line: usize,
    /// Whether it is compiled for tests only.
    pub test: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Word(String),
    /// `::`
    Join,
    Sign(char),
}

#[derive(Debug)]
struct Token {
    kind: Kind,
    line: usize,
}

/// The paths in `source`, which is the file of this module (`["app", "pane"]`; empty for the
/// root), in their order.
pub fn paths(source: &str, module: &[&str]) -> Vec<Found> {
    let mut reader = Reader {
        tokens: tokens(source),
        at: 0,
        depth: 0,
        modules: Vec::new(),
        file: module.iter().map(|&part| part.to_owned()).collect(),
        test: None,
        found: Vec::new(),
    };
    while reader.at < reader.tokens.len() {
        reader.step();
    }
    reader.found
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    /// The modules written in this file around the current place, and the depth of their braces.
    modules: Vec<(String, usize)>,
    file: Vec<String>,
    /// The depth at which an item for tests only began.
    test: Option<usize>,
    found: Vec<Found>,
}

impl Reader {
    fn kind(&self, at: usize) -> Option<&Kind> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    fn is(&self, at: usize, sign: char) -> bool {
        self.kind(at) == Some(&Kind::Sign(sign))
    }

    fn word(&self, at: usize) -> Option<&str> {
        match self.kind(at) {
            Some(Kind::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn step(&mut self) {
        match self.kind(self.at) {
            Some(Kind::Sign(sign)) => {
                let sign = *sign;
                self.sign(sign);
            }
            Some(Kind::Word(word)) => match word.as_str() {
                "use" => {
                    self.at += 1;
                    self.tree(&[]);
                }
                "mod" => {
                    if let Some(name) = self.word(self.at + 1).map(str::to_owned)
                        && self.is(self.at + 2, '{')
                    {
                        self.modules.push((name, self.depth));
                    }
                    self.at += 2;
                }
                _ => self.path(),
            },
            _ => self.at += 1,
        }
    }

    fn sign(&mut self, sign: char) {
        match sign {
            '{' | '(' | '[' => self.depth += 1,
            '}' | ')' | ']' => {
                self.depth = self.depth.saturating_sub(1);
                if self.modules.last().is_some_and(|(_, at)| *at == self.depth) && sign == '}' {
                    self.modules.pop();
                }
                if sign == '}' && self.test == Some(self.depth) {
                    self.test = None;
                }
            }
            ';' if self.test == Some(self.depth) => self.test = None,
            '#' if self.attribute_for_tests() => {
                self.test.get_or_insert(self.depth);
                // Past `#[cfg(test)]`.
                self.at += 6;
            }
            _ => {}
        }
        self.at += 1;
    }

    fn attribute_for_tests(&self) -> bool {
        self.is(self.at + 1, '[')
            && self.word(self.at + 2) == Some("cfg")
            && self.is(self.at + 3, '(')
            && self.word(self.at + 4) == Some("test")
            && self.is(self.at + 5, ')')
    }

    /// A path outside of `use`, or a single word.
    fn path(&mut self) {
        let line = self.tokens[self.at].line;
        let mut path = Vec::new();
        while let Some(word) = self.word(self.at) {
            path.push(word.to_owned());
            self.at += 1;
            if self.kind(self.at) != Some(&Kind::Join) {
                break;
            }
            self.at += 1;
        }
        if path.len() > 1 {
            self.push(&path, line);
        } else if self.is(self.at, '!') && !self.is(self.at + 1, '=') {
            self.push(&[format!("{}!", path[0])], line);
        }
    }

    /// A `use` tree below `prefix`.
    fn tree(&mut self, prefix: &[String]) {
        let mut path = prefix.to_vec();
        loop {
            let Some(token) = self.tokens.get(self.at) else {
                return;
            };
            let line = token.line;
            match &token.kind {
                Kind::Word(word) if word == "as" => self.at += 2,
                Kind::Word(word) => {
                    path.push(word.clone());
                    self.at += 1;
                }
                Kind::Join => self.at += 1,
                Kind::Sign('*') => {
                    path.push("*".to_owned());
                    self.at += 1;
                }
                Kind::Sign('{') => {
                    self.at += 1;
                    while self.at < self.tokens.len() && !self.is(self.at, '}') {
                        self.tree(&path);
                        if self.is(self.at, ',') {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                Kind::Sign(_) => {
                    if path.len() > prefix.len() {
                        self.push(&path, line);
                    }
                    return;
                }
            }
        }
    }

    fn push(&mut self, path: &[String], line: usize) {
        let mut here: Vec<String> = self.file.clone();
        here.extend(self.modules.iter().map(|(name, _)| name.clone()));
        let local = matches!(path[0].as_str(), "crate" | "self" | "super");
        let mut place = if local && path[0] != "crate" {
            here
        } else {
            Vec::new()
        };
        for part in path {
            match part.as_str() {
                "crate" | "self" => {}
                "super" => {
                    place.pop();
                }
                _ => place.push(part.clone()),
            }
        }
        if local {
            place.insert(0, "crate".to_owned());
        }
        self.found.push(Found {
            path: place,
            line,
            test: self.test.is_some() || self.file.iter().any(|part| part == "tests"),
        });
    }
}

fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut out = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied().unwrap_or('\0');
        let start = at;
        match c {
            '/' if next == '/' => at = find(&chars, at, |c| c == '\n'),
            '/' if next == '*' => at = block_comment(&chars, at),
            '"' => at = text(&chars, at),
            '\'' => at = letter_or_lifetime(&chars, at),
            ':' if next == ':' => {
                out.push(Token {
                    kind: Kind::Join,
                    line,
                });
                at += 2;
            }
            _ if c.is_alphabetic() || c == '_' => {
                at = find(&chars, at, |c| !c.is_alphanumeric() && c != '_');
                let word: String = chars[start..at].iter().collect();
                let raw = matches!(word.as_str(), "r" | "br" | "cr");
                match chars.get(at) {
                    Some('"' | '#') if raw => at = raw_text(&chars, at),
                    Some('"') if matches!(word.as_str(), "b" | "c") => at = text(&chars, at),
                    Some('\'') if word == "b" => at = letter_or_lifetime(&chars, at),
                    _ => out.push(Token {
                        kind: Kind::Word(word),
                        line,
                    }),
                }
            }
            _ if c.is_ascii_digit() => {
                at = find(&chars, at, |c| !c.is_alphanumeric() && c != '_');
            }
            _ => {
                if !c.is_whitespace() {
                    out.push(Token {
                        kind: Kind::Sign(c),
                        line,
                    });
                }
                at += 1;
            }
        }
        line += chars[start..at.min(chars.len())]
            .iter()
            .filter(|&&c| c == '\n')
            .count();
    }
    out
}

/// The first place from `at` on where `end` holds, or the end.
fn find(chars: &[char], at: usize, end: impl Fn(char) -> bool) -> usize {
    chars[at..]
        .iter()
        .position(|&c| end(c))
        .map_or(chars.len(), |n| at + n)
}

fn block_comment(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                at += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    break;
                }
            }
            _ => at += 1,
        }
    }
    at
}

/// Past a string whose quote is at `at`.
fn text(chars: &[char], mut at: usize) -> usize {
    at += 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Past a raw string whose quote or first `#` is at `at`; a raw identifier loses only its `#`.
fn raw_text(chars: &[char], at: usize) -> usize {
    let quote = find(chars, at, |c| c != '#');
    if chars.get(quote) != Some(&'"') {
        return quote;
    }
    let hashes = quote - at;
    let mut end = quote + 1;
    while end < chars.len() {
        if chars[end] == '"' && chars[end + 1..].iter().take_while(|&&c| c == '#').count() >= hashes
        {
            return end + 1 + hashes;
        }
        end += 1;
    }
    end
}

fn letter_or_lifetime(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => find(chars, at + 3, |c| c == '\'') + 1,
        (Some(_), Some('\'')) => at + 3,
        _ => find(chars, at + 1, |c| !c.is_alphanumeric() && c != '_'),
    }
}
