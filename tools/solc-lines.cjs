#!/usr/bin/env node
// Keeps the compiler loaded: a line of standard JSON comes in, a line of its answer goes out. Whoever
// compiles hundreds of times waits half as long as with a new `solc` for each.
'use strict';

const fs = require('fs');
const path = require('path');
const readline = require('readline');

const root = path.join(__dirname, '..');
const folder = path.dirname(require.resolve('solc/package.json', { paths: [root] }));
const wrapper = require(path.join(folder, 'wrapper.js'));
const compiler = (wrapper.default || wrapper)(require(path.join(folder, 'soljson.js')));
process.removeAllListeners('uncaughtException');
process.removeAllListeners('unhandledRejection');

function read(name) {
  try {
    return { contents: fs.readFileSync(path.resolve(root, name), 'utf8') };
  } catch (error) {
    return { error: String(error) };
  }
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const output = JSON.parse(compiler.compile(line, { import: read }));
  process.stdout.write(`${JSON.stringify(output)}\n`);
});
