/*
 * Copyright (C) the ngx_inbox authors
 *
 * node openapi.mjs PAGE < CALLS: is PAGE a correct OpenAPI document, and do
 * answers of a running server fit it?  CALLS: JSON array of { method, path
 * (below the server's), status, type, body }.  Prints one line per fault, and
 * one for each operation that no call has tried.
 *
 * node openapi.mjs PAGE DIRECTORY: the same for what tests were answered, a
 * file of CALLS for each of them.  They also ask for what is not there: that
 * must be refused with a Problem.  Ends with 1 when there are faults.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv/dist/2020.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const validator = new Validator();
const { valid, errors } = await validator.validate(process.argv[2]);

if (!valid) {
  for (const { instancePath, message } of errors) {
    console.log(`no OpenAPI: ${instancePath} ${message}`);
  }
  process.exit(0);
}

const page = validator.specification;
const ajv = new Ajv({ strict: false, allErrors: true });
const operations = Object.entries(page.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => item[method]).map((method) => ({
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    weight: path.split('{').length,
    responses: item[method].responses,
  }))).sort((a, b) => a.weight - b.weight);

ajv.addSchema(page, 'page');
const tried = new Set();
const checks = new Map();
const [directory] = process.argv.slice(3);

if (directory) {
  for (const name of readdirSync(directory)) {
    const faults = [];
    const log = console.log;

    console.log = (...words) => faults.push(words.join(' '));
    JSON.parse(readFileSync(`${directory}/${name}`, 'utf8')).forEach(judge);
    console.log = log;

    for (const fault of new Set(faults)) {
      console.log(`${name}: ${fault}`);
      process.exitCode = 1;
    }
  }
  process.exit();
}

for (const call of JSON.parse(readFileSync(0, 'utf8'))) {
  judge(call);
}
for (const { name } of operations) {
  if (!tried.has(name)) {
    console.log(`${name}: nobody has tried it`);
  }
}


function judge({ method, path, status, type, body }) {
  /* a slash is a slash for nginx, however it is written */
  const bare = path.split('?')[0].replace(/%2f/gi, '/');
  const operation = operations.find((o) =>
    o.pattern.test(bare)
      && (o.method === method || (method === 'HEAD' && o.method === 'GET')));

  if (!operation && directory) {
    if (status >= 400 && type.includes('problem')) {
      look(`${method} ${bare} ${status}`, page.components.responses.Problem,
        type, body);
    }
    return;
  }
  if (!operation) {
    console.log(`${method} ${bare}: not in the document`);
    return;
  }
  const said = resolve(operation.responses[status]
    ?? (Number(status) >= 400 ? operation.responses.default : undefined));

  if (!said) {
    console.log(`${operation.name}: no response ${status}`);
    return;
  }
  if (operation.responses[status]) {
    tried.add(operation.name);
  }
  if (method !== 'HEAD') {
    look(`${operation.name} ${status}`, said, type, body);
  }
}


function look(name, { content }, type, body) {
  if (!content) {
    if (body !== '') {
      console.log(`${name}: has a body`);
    }
    return;
  }
  if (content['*/*']) {
    return;
  }
  const schema = content[type.split(';')[0]]?.schema;

  if (!schema) {
    console.log(`${name}: "${type}" is not in the document`);
    return;
  }
  if (!type.includes('json') || type.includes('ndjson')) {
    return;
  }
  const key = JSON.stringify(schema);
  const check = checks.get(key) ?? ajv.compile(outward(schema));

  checks.set(key, check);
  if (!check(JSON.parse(body))) {
    for (const { instancePath, message, params } of check.errors) {
      console.log(`${name}: ${instancePath} ${message}`,
        JSON.stringify(params));
    }
  }
}


function resolve(response) {
  return response?.$ref
    ? response.$ref.slice(2).split('/').reduce((o, key) => o[key], page)
    : response;
}


/* references of a piece taken out of the page */
function outward(schema) {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"page#/'));
}
