#!/bin/sh
# Compiles the program and writes its times into data/times.csv.
set -eu
cd "$(dirname "$0")"
mkdir -p target
rustc --edition 2024 -O sort.rs -o target/sort
target/sort > target/times.csv
mv target/times.csv data/times.csv
