-- no-transaction
CREATE INDEX CONCURRENTLY charts_drawn_at ON charts (drawn_at);
