'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const { problemOf, runLbuild } = require('../lib/run-lbuild');

/** A program that is not lbuild: this script. */
const program = (script) => [process.execPath, '-e', script, '--'];
const run = (script, options) => runLbuild(program(script), ['build'], { cwd: '.', ...options });

test('a report comes back, and lines are told as they come', async () => {
  const lines = [];
  const report = await run("console.error('one\\ntwo'); process.stdout.write('{\"schema\": 1, \"notes\": []}')", {
    onLine: (line) => lines.push(line),
  });
  assert.deepEqual([report.notes, lines], [[], ['one', 'two']]);
});

test('the project is on standard input', async () => {
  const script = "let s = ''; process.stdin.on('data', (c) => (s += c)).on('end', () => console.log(JSON.stringify({schema: 1, got: JSON.parse(s), words: process.argv.slice(1)})))";
  const report = await run(script, { input: { functions: { a: 1 } } });
  assert.deepEqual([report.got, report.words], [{ functions: { a: 1 } }, ['build', '--json']]);
});

test('a program that is not there is told with how to get it', async () => {
  const gone = runLbuild(['no-such-program-here'], ['build'], { cwd: '.' });
  await assert.rejects(gone, (error) => /`no-such-program-here` was not found/.test(error.summary) && /pip install/.test(error.hint));
});

test('a program that reads nothing and says nothing is told', async () => {
  const input = { functions: { a: 'x'.repeat(1_000_000) } };
  await assert.rejects(run('process.exit(3)', { input }), /ended with status 3, and made no report[^]*Is it lbuild/);
});

test('what a failing program said is the evidence', async () => {
  await assert.rejects(run("console.error('Traceback'); process.exit(70)"), (error) => error.evidence.includes('Traceback'));
});

test('a program that was killed is told by the signal', async () => {
  await assert.rejects(run("process.kill(process.pid, 'SIGKILL')"), /ended by SIGKILL/);
});

test('a report of another release is refused', async () => {
  await assert.rejects(run("console.log('{\"schema\": 2}')"), /speaks another language/);
});

test("lbuild's error is told in its words", async () => {
  const error = { code: 'no-usable-file', summary: 'demo has no usable file', evidence: ['x'], hint: 'Do this' };
  const script = `console.log(${JSON.stringify(JSON.stringify({ error }))}); process.exit(1)`;
  await assert.rejects(run(script), (problem) => {
    assert.equal(problem.message, 'demo has no usable file\n  x\nhint: Do this');
    assert.equal(problem.frameworkCode, 'LBUILD_NO_USABLE_FILE');
    return true;
  });
});

test('several errors are told together', () => {
  const errors = [
    { code: 'a', summary: 'One', evidence: ['x'], hint: 'Do this' },
    { code: 'b', summary: 'Two', evidence: ['y'], hint: null },
  ];
  const problem = problemOf({ code: 'several', summary: 'Both', errors });
  assert.equal(problem.message, 'One\n  x\n  hint: Do this\n  Two\n    y');
});
