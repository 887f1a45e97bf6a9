// SPDX-License-Identifier: MIT
//! rayon's join, and its parallel iterators over ranges. Does what fork_race.h does.

use rayon::prelude::*;
use std::time::Instant;

fn fib(n: u32) -> u64 {
    if n < 2 {
        return n as u64;
    }
    let (x, y) = rayon::join(|| fib(n - 1), || fib(n - 2));
    x + y
}

fn light(i: usize) -> u64 {
    ((i as u64).wrapping_mul(0x9e3779b97f4a7c15) >> 60) + (i as u64 & 3)
}

fn forks_of(n: u32) -> u64 {
    let (mut before, mut forks) = (0, 0);
    for _ in 2..=n {
        (before, forks) = (forks, forks + before + 1);
    }
    forks
}

fn sum(n: usize) -> u64 {
    (0..n).into_par_iter().map(light).sum()
}

fn main() {
    let (mut workers, mut divide) = (0, 1);
    for word in std::env::args().skip(1) {
        if word == "--quick" {
            divide = 10;
        } else {
            workers = word.parse().expect("the mode is a number of workers");
        }
    }
    rayon::ThreadPoolBuilder::new().num_threads(workers).build_global().expect("no threads");
    // On a worker of the pool from the start: not from outside at each call.
    rayon::scope(|_| race(workers, divide));
}

fn race(workers: usize, divide: usize) {
    let n = if divide > 1 { 30 } else { 35 };
    fib(20);
    let best = (0..3)
        .map(|_| {
            let start = Instant::now();
            assert_eq!(fib(n), if n == 35 { 9227465 } else { 832040 });
            start.elapsed()
        })
        .min()
        .unwrap();
    println!("fork_{workers} {:.6} ns", best.as_nanos() as f64 / forks_of(n) as f64);

    let n = 100_000_000 / divide;
    let mut out = vec![0x5a5a5a5au32; n];
    let mut fill = || {
        out.par_iter_mut().enumerate().for_each(|(i, x)| *x = (i.wrapping_mul(i) + i) as u32)
    };
    fill();
    let start = Instant::now();
    fill();
    println!("for_{workers} {:.6} ms", start.elapsed().as_secs_f64() * 1e3);
    for i in (0..n).step_by(9973) {
        assert_eq!(out[i], (i * i + i) as u32);
    }
    let start = Instant::now();
    assert!(sum(n) > 0);
    println!("reduce_{workers} {:.6} ms", start.elapsed().as_secs_f64() * 1e3);
    assert_eq!(sum(n / 16), (0..n / 16).map(light).sum::<u64>());
}
