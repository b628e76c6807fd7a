/*
 * Copyright (C) the ngx_inbox authors
 *
 * node operations.mjs PAGE: the operations of an OpenAPI document as JSON, each
 * { method, path, query, body }: the names of its query parameters, and those of
 * the members of its JSON body; body is null where it has none.
 */

import { Validator } from '@seriousme/openapi-schema-validator';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const validator = new Validator();

await validator.validate(process.argv[2]);

const page = validator.specification;


function follow(thing) {
  if (!thing?.$ref) {
    return thing;
  }

  return follow(thing.$ref.slice(2).split('/')
    .reduce((part, name) => part[name], page));
}


function members(schema) {
  const s = follow(schema);

  return s ? [...Object.keys(s.properties ?? {}),
    ...[...(s.allOf ?? []), ...(s.oneOf ?? [])].flatMap(members)] : [];
}


function operation(path, method, item) {
  const given = [...(item.parameters ?? []), ...(item[method].parameters ?? [])];
  const content = follow(item[method].requestBody)?.content;
  const schema = content?.['application/json']?.schema;

  return {
    method: method.toUpperCase(),
    path,
    query: given.map(follow).filter((p) => p.in === 'query')
      .map((p) => p.name),
    body: schema ? [...new Set(members(schema))] : null,
  };
}


console.log(JSON.stringify(Object.entries(page.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => item[method])
    .map((method) => operation(path, method, item)))));
