'use strict';

/** One run of the `lbuild` command, and what came of it. */

const { spawn } = require('child_process');

const { Problem } = require('./problem');

const SCHEMA = 1;
const INSTALL = 'Install it with `pip install lambda-lbuild`, or name it with `custom.lbuild.command`';
const EVIDENCE_LINES = 12;
/** The exit status with which lbuild has told of a bug of its own. */
const BUG = 70;

/**
 * The report of a run with `--json`. Throws Problem with lbuild's own words when it fails.
 *
 * @param {string[]} command the program and the words before its arguments
 * @param {string[]} words
 * @param {{cwd: string, input?: object, onLine?: (line: string) => void}} options `input` is JSON on its standard
 *   input; `onLine` hears what is said on standard error, line by line
 */
async function runLbuild(command, words, { cwd, input, onLine = () => {} }) {
  const ended = await run(command, [...words, '--json'], { cwd, input, onLine });
  const document = parsed(ended.stdout);
  if (document && document.error) throw problemOf(document.error);
  if (ended.status !== 0 || document === null) throw unreadable(command, ended, document === null);
  if (document.schema !== SCHEMA) {
    throw new Problem(`\`${command[0]}\` speaks another language than this plug-in`, {
      evidence: [`its report has schema ${document.schema}, and ${SCHEMA} is known here`],
      hint: 'Use a plug-in and an lbuild of one release',
      code: 'environment',
    });
  }
  return document;
}

function run([program, ...before], words, { cwd, input, onLine }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...before, ...words], { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout = [];
    const lines = [];
    const told = splitter((line) => {
      lines.push(line);
      onLine(line);
    });
    child.on('error', (error) => reject(notStarted(program, error)));
    child.stdin.on('error', () => {}); // It ended before it read all: its status tells why.
    child.stdout.on('data', (chunk) => stdout.push(chunk));
    child.stderr.setEncoding('utf8').on('data', told.push);
    child.on('close', (status, signal) => {
      told.end();
      resolve({ status, signal, lines, stdout: Buffer.concat(stdout).toString('utf8') });
    });
    child.stdin.end(input === undefined ? '' : JSON.stringify(input));
  });
}

function splitter(each) {
  let rest = '';
  return {
    push(text) {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop();
      lines.forEach(each);
    },
    end() {
      if (rest) each(rest);
    },
  };
}

function parsed(text) {
  try {
    const document = JSON.parse(text);
    return typeof document === 'object' ? document : null;
  } catch {
    return null;
  }
}

function notStarted(program, error) {
  const missing = error.code === 'ENOENT';
  return new Problem(missing ? `\`${program}\` was not found` : `\`${program}\` cannot be run`, {
    evidence: missing ? [] : [error.message],
    hint: INSTALL,
    code: 'environment',
  });
}

/** What lbuild's JSON says of an error; several are told together. */
function problemOf(error) {
  const all = error.errors && error.errors.length > 0 ? error.errors : [error];
  const [first, ...others] = all;
  const further = others.flatMap((each) => [
    each.summary,
    ...(each.evidence || []).map((line) => `  ${line}`),
    ...(each.hint ? [`  hint: ${each.hint}`] : []),
  ]);
  const evidence = [...(first.evidence || []), ...(others.length > 0 && first.hint ? [`hint: ${first.hint}`] : [])];
  return new Problem(first.summary, {
    evidence: [...evidence, ...further],
    hint: others.length > 0 ? null : first.hint,
    code: first.code,
  });
}

function unreadable(command, { status, signal, lines }, silent) {
  const how = signal ? `was ended by ${signal}` : `ended with status ${status}`;
  return new Problem(`\`${command[0]}\` ${how}${silent ? ', and made no report' : ''}`, {
    evidence: lines.slice(-EVIDENCE_LINES),
    hint: status === BUG ? null : `Is it lbuild? ${INSTALL}`,
    code: 'environment',
  });
}

module.exports = { runLbuild, problemOf };
