#!/usr/bin/env node
// Presents the npm package "solc" (the compiler as WebAssembly) as a command-line `solc`, so that
// Ape, Foundry and Slither compile with the pinned compiler and nothing has to be downloaded.
//
//   solc --version
//   solc --help
//   solc --standard-json [FILE|-] [--base-path DIR] [--include-path DIR]...
//   solc --combined-json LIST [--optimize] [--optimize-runs N] [--evm-version V] [REMAP=PATH]... FILE...
'use strict';

const fs = require('fs');
const path = require('path');

const COMBINED_FIELDS = [
  'abi', 'asm', 'ast', 'bin', 'bin-runtime', 'devdoc', 'function-debug', 'function-debug-runtime',
  'generated-sources', 'generated-sources-runtime', 'hashes', 'metadata', 'opcodes', 'srcmap',
  'srcmap-runtime', 'storage-layout', 'userdoc',
];
const VALUE_OPTIONS = new Set([
  '--allow-paths', '--base-path', '--combined-json', '--evm-version', '--include-path',
  '--metadata-hash', '--optimize-runs',
]);

function packageFolder() {
  try {
    return path.dirname(require.resolve('solc/package.json', { paths: [path.join(__dirname, '..')] }));
  } catch {
    fail('the npm package "solc" is not installed; run `npm ci --ignore-scripts` in the project root');
  }
}

function fail(message) {
  process.stderr.write(`solc: ${message}\n`);
  process.exit(2);
}

function loadCompiler() {
  const folder = packageFolder();
  const wrapper = require(path.join(folder, 'wrapper.js'));
  const compiler = (wrapper.default || wrapper)(require(path.join(folder, 'soljson.js')));
  // Emscripten installs handlers that print the whole minified program on any error.
  process.removeAllListeners('uncaughtException');
  process.removeAllListeners('unhandledRejection');
  return compiler;
}

// Starting the compiler only to ask its version takes a second, and Ape asks often: keep the answer.
function fullVersion() {
  const folder = packageFolder();
  const { version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const cache = path.join(folder, `.full-version-${version}`);
  try {
    return fs.readFileSync(cache, 'utf8');
  } catch {
    const answer = loadCompiler().version();
    try {
      fs.writeFileSync(cache, answer);
    } catch {
      // A read-only installation only loses the second.
    }
    return answer;
  }
}

function parseArguments(words) {
  const parsed = { values: {}, flags: new Set(), includePaths: [], remappings: [], files: [] };
  for (let i = 0; i < words.length; i++) {
    const [, name, inline] = /^(--[^=]+)(?:=(.*))?$/s.exec(words[i]) || [];
    if (VALUE_OPTIONS.has(name)) {
      const value = inline === undefined ? words[++i] : inline;
      if (name === '--include-path') parsed.includePaths.push(value);
      else parsed.values[name] = value;
    } else if (name) {
      parsed.flags.add(name);
    } else {
      (words[i].includes('=') ? parsed.remappings : parsed.files).push(words[i]);
    }
  }
  return parsed;
}

function reader(options) {
  const roots = [options.values['--base-path'] || process.cwd(), ...options.includePaths];
  return (name) => {
    const plain = name.replace(/^file:\/\//, '');
    for (const root of roots) {
      try {
        return { contents: fs.readFileSync(path.resolve(root, plain), 'utf8') };
      } catch (error) {
        if (!['ENOENT', 'ENOTDIR', 'EISDIR'].includes(error.code)) return { error: String(error) };
      }
    }
    return { error: `File not found: ${name} (looked in ${roots.join(', ')})` };
  };
}

// WebAssembly cannot open the files that `urls` sources name, so their text is put in.
function inlineUrls(input, read) {
  for (const source of Object.values(input.sources || {})) {
    const found = (source.urls || []).map(read).find((answer) => answer.contents !== undefined);
    if (source.content === undefined && found) {
      source.content = found.contents;
      delete source.urls;
    }
  }
  return input;
}

// A pipe takes 64 KiB at a time, and what process.stdout still holds at exit is lost.
function writeAll(text) {
  const bytes = Buffer.from(text);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let sent = 0; sent < bytes.length;) {
    try {
      sent += fs.writeSync(1, bytes, sent);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 2);
    }
  }
}

function readText(file) {
  return fs.readFileSync(file === undefined || file === '-' ? 0 : file, 'utf8');
}

function standardJson(options) {
  const read = reader(options);
  const input = inlineUrls(JSON.parse(readText(options.files[0])), read);
  writeAll(loadCompiler().compile(JSON.stringify(input), { import: read }));
}

function combinedContract(contract) {
  const { bytecode = {}, deployedBytecode = {}, methodIdentifiers } = contract.evm || {};
  return {
    abi: contract.abi,
    asm: null,
    bin: bytecode.object || '',
    'bin-runtime': deployedBytecode.object || '',
    devdoc: contract.devdoc,
    'function-debug': bytecode.functionDebugData || {},
    'function-debug-runtime': deployedBytecode.functionDebugData || {},
    'generated-sources': bytecode.generatedSources || [],
    'generated-sources-runtime': deployedBytecode.generatedSources || [],
    hashes: methodIdentifiers,
    metadata: contract.metadata,
    opcodes: bytecode.opcodes || '',
    srcmap: bytecode.sourceMap || '',
    'srcmap-runtime': deployedBytecode.sourceMap || '',
    'storage-layout': contract.storageLayout,
    userdoc: contract.userdoc,
  };
}

function combinedInput(options) {
  const settings = {
    remappings: options.remappings,
    optimizer: {
      enabled: options.flags.has('--optimize'),
      runs: Number(options.values['--optimize-runs'] || 200),
    },
    outputSelection: {
      '*': { '': ['ast'], '*': ['abi', 'devdoc', 'userdoc', 'metadata', 'storageLayout', 'evm'] },
    },
  };
  if (options.values['--evm-version']) settings.evmVersion = options.values['--evm-version'];
  if (options.values['--metadata-hash']) {
    settings.metadata = { bytecodeHash: options.values['--metadata-hash'] };
  }
  const sources = Object.fromEntries(options.files.map((f) => [f, { content: readText(f) }]));
  return { language: 'Solidity', sources, settings };
}

function combinedJson(options) {
  const compiled = loadCompiler().compile(JSON.stringify(combinedInput(options)), {
    import: reader(options),
  });
  const output = JSON.parse(compiled);
  const messages = output.errors || [];
  for (const message of messages) process.stderr.write(message.formattedMessage);
  if (messages.some((message) => message.severity === 'error')) process.exit(1);

  const answer = { contracts: {}, sourceList: [], sources: {}, version: fullVersion() };
  for (const [name, source] of Object.entries(output.sources || {})) {
    answer.sourceList[source.id] = name;
    answer.sources[name] = { AST: source.ast, id: source.id };
  }
  for (const [name, contracts] of Object.entries(output.contracts || {})) {
    for (const [contract, data] of Object.entries(contracts)) {
      answer.contracts[`${name}:${contract}`] = combinedContract(data);
    }
  }
  writeAll(JSON.stringify(answer));
}

function main(words) {
  const options = parseArguments(words);
  if (options.flags.has('--version')) {
    writeAll(`solc, the solidity compiler commandline interface\nVersion: ${fullVersion()}\n`);
  } else if (options.flags.has('--help')) {
    // py-solc-x learns from the second line which outputs it may ask for.
    writeAll(`solc --version | --standard-json [FILE] | --combined-json LIST FILE...\n` +
      `  --combined-json ${COMBINED_FIELDS.join(',')}\n`);
  } else if (options.flags.has('--standard-json')) {
    standardJson(options);
  } else if (options.values['--combined-json'] && options.files.length) {
    combinedJson(options);
  } else {
    fail(`this call is not supported: ${words.join(' ')}`);
  }
}

main(process.argv.slice(2));
