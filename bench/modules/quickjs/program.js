// Objects, closures, regular expressions, big integers, floating point and garbage, in JavaScript.
function sieve(limit) {
  const composite = new Uint8Array(limit + 1);
  const primes = [];
  for (let i = 2; i <= limit; i++) {
    if (composite[i]) continue;
    primes.push(i);
    for (let j = i * i; j <= limit; j += i) composite[j] = 1;
  }
  return primes;
}

function wordCounts(seed, words) {
  const counts = new Map();
  for (let i = 0; i < words; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    const word = (seed >>> 16).toString(36).replace(/[0-9]/g, (digit) => 'aeiouaeiou'[digit]);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 5);
}

class Vector {
  constructor(x, y, z) {
    Object.assign(this, { x, y, z });
  }
  plus(other, scale) {
    return new Vector(this.x + other.x * scale, this.y + other.y * scale, this.z + other.z * scale);
  }
  get length() {
    return Math.sqrt(this.x ** 2 + this.y ** 2 + this.z ** 2);
  }
}

function orbit(steps) {
  let place = new Vector(1, 0, 0);
  let speed = new Vector(0, 0.9, 0.1);
  for (let i = 0; i < steps; i++) {
    speed = speed.plus(place, -0.001 / place.length ** 3);
    place = place.plus(speed, 0.001);
  }
  return place;
}

function* fibonacci() {
  let [a, b] = [0n, 1n];
  for (;;) {
    yield a;
    [a, b] = [b, a + b];
  }
}

const primes = sieve(300000);
console.log('primes', primes.length, primes.at(-1));
console.log('words', JSON.stringify(wordCounts(42, 60000)));
const place = orbit(40000);
console.log('orbit', place.x, place.y, place.z);
let index = 0;
for (const value of fibonacci()) {
  if (index++ === 1000) {
    console.log('fibonacci', value.toString());
    break;
  }
}
const depth = (n) => (n === 0 ? 0 : 1 + depth(n - 1));
console.log('recursion', depth(100));
try {
  JSON.parse('{"a": [1, 2, }');
} catch (error) {
  console.log('error', error.constructor.name);
}
