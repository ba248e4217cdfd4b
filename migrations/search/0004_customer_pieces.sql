-- Entries also have the pairs of characters of a name, each together with how the name begins: where in the order of names
-- a text is. The record owes all entries anew (0011 there).
DROP TABLE customer_entry;
CREATE VIRTUAL TABLE customer_entry USING fts5 (
	grams, facets, seq UNINDEXED, name_key UNINDEXED, reference_id UNINDEXED, updated_at UNINDEXED,
	tokenize = 'ascii', columnsize = 0
);
-- Without this a deleted name lives on in the index until its segment happens to be merged.
INSERT INTO customer_entry (customer_entry, rank) VALUES ('secure-delete', 1);
