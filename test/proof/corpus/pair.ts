/** A query of the running code, with values that it sends, and whether it is prepared under a name. */
export interface CodeQuery {
  readonly query: string
  readonly values?: readonly unknown[]
  readonly prepared?: true
}

/** A query and a migration that harms it, and a twin: nearly the same, and harmless. */
export interface Pair extends CodeQuery {
  readonly what: string
  /** Run before, on top of the schema that all share. */
  readonly also?: string
  readonly migration: string
  /** What the proof has to say, and with which SQLSTATE the query fails when it runs. */
  readonly finds:
    /** Certain. */
    | { readonly error: string }
    /** Only the data can decide; that of this query does. */
    | { readonly warning: string }
    /** No error says so: the rule, and how certain it is. */
    | { readonly silent: string; readonly as?: 'error' | 'warning' | 'note' }
  readonly twin: Partial<CodeQuery> & { readonly migration?: string; readonly also?: string }
  /** The first version of PostgreSQL that has this. */
  readonly since?: number
}

/** The schema of the running code, with a few rows. */
export const base = `
  CREATE TYPE mood AS ENUM ('new', 'paid', 'sent');
  CREATE DOMAIN short AS text;
  CREATE SCHEMA other;
  CREATE SEQUENCE numbers;
  CREATE TABLE users (
    id serial PRIMARY KEY, email text UNIQUE, name text NOT NULL, nick text, age integer,
    mood mood NOT NULL DEFAULT 'new', price numeric(10,2), seen timestamptz, note varchar(50), tag short,
    born timestamp, flags integer DEFAULT 0
  );
  CREATE TABLE orders (
    id serial PRIMARY KEY, user_id integer REFERENCES users, amount integer NOT NULL DEFAULT 0,
    total integer, state text NOT NULL DEFAULT 'open'
  );
  CREATE TABLE archive (id integer, user_id integer, amount integer, total integer, state text);
  CREATE TABLE visits (id serial PRIMARY KEY, user_id integer, page text);
  CREATE VIEW active_users AS SELECT id, name, email FROM users;
  CREATE FUNCTION price_of(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a';
  INSERT INTO users (email, name) VALUES ('a@b.c', 'Ada'), ('b@b.c', 'Bob');
  INSERT INTO orders (user_id, amount) VALUES (1, 10), (1, 20);
`
