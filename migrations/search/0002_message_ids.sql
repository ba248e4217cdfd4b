-- A message by its id alone, which names no chat.
ALTER TABLE message ADD COLUMN message_id TEXT GENERATED ALWAYS AS (message ->> 'chatMessageId') VIRTUAL;
CREATE INDEX message_id ON message (tenant_id, message_id);
