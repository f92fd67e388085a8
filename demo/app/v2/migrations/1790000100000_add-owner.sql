-- Nullable, so that the code that is running can go on inserting without it.
ALTER TABLE charts ADD COLUMN owner text;
