// SPDX-License-Identifier: MIT

//! crossbeam-channel, bounded, between threads: the same job as queue_race.h.

use crossbeam_channel::bounded;
use std::thread;
use std::time::{Duration, Instant};

const BOUND: usize = 1024;

/// All sides spin so long first, until the kernel has spread the threads: see queue_race.h.
const SPREAD: Duration = Duration::from_millis(30);

fn wait_begin(begin: Instant) {
    while Instant::now() < begin {}
}

fn race(name: &str, sides: u64, items: u64) {
    let count = items / sides;
    let begin = Instant::now() + SPREAD;
    let sum: u64 = thread::scope(|scope| {
        let (sender, receiver) = bounded::<u64>(BOUND);
        let mut consumers = Vec::new();
        for side in 0..sides {
            let (sender, receiver) = (sender.clone(), receiver.clone());
            scope.spawn(move || {
                wait_begin(begin);
                for item in 0..count {
                    sender.send(1 + side * count + item).unwrap();
                }
            });
            consumers.push(scope.spawn(move || {
                wait_begin(begin);
                (0..count).map(|_| receiver.recv().unwrap()).sum::<u64>()
            }));
        }
        consumers.into_iter().map(|c| c.join().unwrap()).sum()
    });
    let took = begin.elapsed();
    assert_eq!(sum, items * (items + 1) / 2, "items were lost or came twice");
    println!("{} {:.6} M/s", name, items as f64 * 1e3 / took.as_nanos() as f64);
}

fn main() {
    let quick = std::env::args().any(|word| word == "--quick");
    let items = if quick { 1_000_000 } else { 10_000_000 };
    race("queue_1_1", 1, items);
    race("queue_2_2", 2, items);
}
