// SPDX-License-Identifier: Apache-2.0
//
// A program as Rust builds them for wasm32-wasip1-threads: threads, channels, locks, collections,
// files. Prints what it sees and ends with status 3.
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{mpsc, Arc, Barrier, Mutex};
use std::thread;

fn counted() -> (u64, u64) {
    let barrier = Arc::new(Barrier::new(4));
    let total = Arc::new(AtomicU64::new(0));
    let longest = Arc::new(Mutex::new(0));
    let threads: Vec<_> = (0..4u64)
        .map(|number| {
            let (barrier, total, longest) = (barrier.clone(), total.clone(), longest.clone());
            thread::spawn(move || {
                barrier.wait();
                let mut kept = Vec::new();
                for i in 0..200_000 {
                    kept.push(i * number);
                    total.fetch_add(i * number, Ordering::Relaxed);
                }
                let mut longest = longest.lock().unwrap();
                *longest = (*longest).max(kept.iter().sum::<u64>());
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let longest = *longest.lock().unwrap();
    (total.load(Ordering::Relaxed), longest)
}

fn channelled() -> BTreeMap<u64, u64> {
    let (sender, receiver) = mpsc::channel();
    for number in 1..=3u64 {
        let sender = sender.clone();
        thread::spawn(move || (0..1000).for_each(|i| sender.send(i * number % 7).unwrap()));
    }
    drop(sender);
    let mut counts = BTreeMap::new();
    for value in receiver {
        *counts.entry(value).or_insert(0) += 1;
    }
    counts
}

fn files() -> std::io::Result<usize> {
    std::fs::File::create("/out/text")?.write_all("grüße\n".repeat(1000).as_bytes())?;
    let mut text = String::new();
    std::fs::File::open("/out/text")?.read_to_string(&mut text)?;
    std::fs::rename("/out/text", "/out/renamed")?;
    Ok(text.chars().count())
}

fn main() {
    println!("{:?}", std::env::args().last());
    println!("{:?}", std::env::var("NAME"));
    println!("{:?}", counted());
    println!("{:?}", channelled());
    println!("{:?}", files());
    println!("outside: {}", std::fs::read("/out/../text").is_err());
    println!("{}", 2f64.sqrt());
    std::process::exit(3);
}
