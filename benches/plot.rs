//! Draws calls over time as SVG, on a logarithmic scale, readable on light and dark pages.

use std::fmt::Write;

/// One of several diagrams.
pub(crate) struct Panel {
    pub(crate) title: &'static str,
    pub(crate) quota: u32,
    /// The last line is drawn on top and comes first in the legend.
    pub(crate) lines: Vec<Line>,
}

/// The number of calls in each second.
pub(crate) struct Line {
    pub(crate) label: &'static str,
    /// `ours` or `theirs`.
    pub(crate) class: &'static str,
    pub(crate) values: Vec<u32>,
}

const LEFT: f64 = 72.0;
const WIDTH: f64 = 800.0;
const TOP: f64 = 58.0;
const HEIGHT: f64 = 200.0;
/// The distance between the tops of two diagrams.
const STEP: f64 = 296.0;
/// The powers of ten on the scale.
const DECADES: u32 = 5;

const STYLE: &str = "
  .page { fill: #ffffff } text { fill: #24292f; font: 13px sans-serif } .title { font-weight: bold }
  .grid { stroke: #d0d7de } .mark { stroke: #8c959f; stroke-dasharray: 2 4 } .quota { stroke: #cf222e; stroke-dasharray: 7 4 }
  .label { fill: #cf222e } path { fill: none; stroke-width: 1.6 } .ours { stroke: #0969da } .theirs { stroke: #bc6c00 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d } .mark { stroke: #8b949e }
    .quota { stroke: #ff7b72 } .label { fill: #ff7b72 } .ours { stroke: #58a6ff } .theirs { stroke: #e3a13b }
  }
";

/// Draws diagrams one above the other, covering this many seconds, with marks on the time axis.
pub(crate) fn plot(panels: &[Panel], seconds: u64, marks: &[(u64, &str)]) -> String {
    let scale = Scale { seconds: float(seconds) };
    let (width, mut body) = (LEFT + WIDTH + 28.0, String::new());
    let mut top = TOP;
    for panel in panels {
        body += &panel.draw(&scale, top, marks);
        top += STEP;
    }
    let height = top - TOP;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n<style>{STYLE}</style>\n\
         <rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n{body}</svg>\n"
    )
}

struct Scale {
    seconds: f64,
}

impl Scale {
    fn x(&self, second: f64) -> f64 {
        LEFT + WIDTH * second / self.seconds
    }

    /// The distance from the top. Zero is at the bottom, like one.
    fn y(calls: u32) -> f64 {
        HEIGHT * (1.0 - f64::from(calls.max(1)).log10() / f64::from(DECADES))
    }
}

impl Panel {
    fn draw(&self, scale: &Scale, top: f64, marks: &[(u64, &str)]) -> String {
        let mut svg = text(LEFT, top - 36.0, "title", "start", self.title);
        svg += &grid(scale, top);
        for &(second, mark) in marks {
            let x = scale.x(float(second));
            svg += &rule("mark", (x, top), (x, top + HEIGHT));
            svg += &text(x + 4.0, top - 4.0, "", "start", mark);
        }
        let quota = top + Scale::y(self.quota);
        svg += &rule("quota", (LEFT, quota), (LEFT + WIDTH, quota));
        svg += &text(
            LEFT + WIDTH,
            quota - 5.0,
            "label",
            "end",
            &format!("quota {}", crate::rows::grouped(u64::from(self.quota))),
        );
        svg.extend(self.lines.iter().map(|line| line.draw(scale, top)));
        for (nth, line) in self.lines.iter().rev().enumerate() {
            let x = LEFT + WIDTH - 220.0 + 90.0 * float(nth as u64);
            svg += &rule(line.class, (x, top - 41.0), (x + 22.0, top - 41.0));
            svg += &text(x + 28.0, top - 36.0, "", "start", line.label);
        }
        svg
    }
}

impl Line {
    /// Draws a step for each second.
    fn draw(&self, scale: &Scale, top: f64) -> String {
        let mut path = format!("M{:.1} {:.1}", scale.x(0.0), top + HEIGHT);
        let mut last = 0;
        for (second, &calls) in self.values.iter().enumerate() {
            if calls != last {
                let written = write!(path, "H{:.1}V{:.1}", scale.x(float(second as u64)), top + Scale::y(calls));
                written.expect("a string takes anything");
            }
            last = calls;
        }
        let end = scale.x(float(self.values.len() as u64));
        format!("<path class=\"{}\" d=\"{path}H{end:.1}V{:.1}H{:.1}\"/>\n", self.class, top + HEIGHT, LEFT + WIDTH)
    }
}

fn grid(scale: &Scale, top: f64) -> String {
    let mut svg = String::new();
    for decade in 0..=DECADES {
        let calls = 10_u32.pow(decade);
        let y = top + Scale::y(calls);
        svg += &rule("grid", (LEFT, y), (LEFT + WIDTH, y));
        svg += &text(LEFT - 8.0, y + 4.0, "", "end", &crate::rows::grouped(u64::from(calls)));
    }
    for minute in (0..).step_by(5).take_while(|minute| f64::from(minute * 60) <= scale.seconds) {
        let x = scale.x(f64::from(minute * 60));
        svg += &rule("grid", (x, top + HEIGHT), (x, top + HEIGHT + 5.0));
        svg += &text(x, top + HEIGHT + 20.0, "", "middle", &format!("{minute} min"));
    }
    svg
}

fn rule(class: &str, from: (f64, f64), to: (f64, f64)) -> String {
    let ((x1, y1), (x2, y2)) = (from, to);
    format!("<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>\n")
}

fn text(x: f64, y: f64, class: &str, anchor: &str, text: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>\n")
}

#[allow(clippy::cast_precision_loss, reason = "seconds and lengths are small")]
fn float(number: u64) -> f64 {
    number as f64
}
