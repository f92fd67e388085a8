CREATE TABLE charts (
  id bigserial PRIMARY KEY,
  title text NOT NULL,
  drawn_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO charts (title) SELECT 'chart ' || n FROM generate_series(1, 50000) n;
