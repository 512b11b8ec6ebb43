//! The source calls that wait for their turn.

use std::collections::VecDeque;

use super::ticket::Ticket;

/// Why a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// A caller waits for it.
    Awaited,
    Scheduled,
}

/// Queued calls, in order within each kind. The kinds alternate, so that neither starves the other.
#[derive(Default)]
pub struct Queue {
    awaited: VecDeque<Vec<Ticket>>,
    scheduled: VecDeque<Vec<Ticket>>,
    last: Option<Turn>,
}

impl Queue {
    pub fn add(&mut self, turn: Turn, calls: Vec<Vec<Ticket>>) {
        match turn {
            Turn::Awaited => self.awaited.extend(calls),
            Turn::Scheduled => self.scheduled.extend(calls),
        }
    }

    /// The kind whose turn it is.
    fn turn(&self) -> Turn {
        match (self.awaited.is_empty(), self.scheduled.is_empty()) {
            (false, false) if self.last == Some(Turn::Awaited) => Turn::Scheduled,
            (true, _) => Turn::Scheduled,
            _ => Turn::Awaited,
        }
    }

    pub fn next(&self) -> Option<&Vec<Ticket>> {
        match self.turn() {
            Turn::Awaited => self.awaited.front(),
            Turn::Scheduled => self.scheduled.front(),
        }
    }

    pub fn take(&mut self) -> Option<Vec<Ticket>> {
        let turn = self.turn();
        self.last = Some(turn);
        match turn {
            Turn::Awaited => self.awaited.pop_front(),
            Turn::Scheduled => self.scheduled.pop_front(),
        }
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.awaited.len() + self.scheduled.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_kind_keeps_the_other_waiting() {
        let (mut queue, mut order) = (Queue::default(), Vec::new());
        queue.add(Turn::Awaited, (0..3).map(|_| Vec::new()).collect());
        queue.add(Turn::Scheduled, (0..3).map(|_| Vec::new()).collect());
        while queue.take().is_some() {
            order.push(queue.last);
        }
        assert_eq!(order.iter().filter(|turn| **turn == Some(Turn::Awaited)).count(), 3);
        assert_eq!(order[..4], [Turn::Awaited, Turn::Scheduled, Turn::Awaited, Turn::Scheduled].map(Some));
        assert!(queue.next().is_none());
    }
}
