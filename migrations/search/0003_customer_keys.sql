-- Also how names, references and dates of change begin, so that a part of an order can be asked for, and those keys
-- themselves, so that what was found can be sorted here. The shortest pieces of a name are facets: an index of prefixes
-- would hold those of the facets too. The record owes all entries anew (0007 there).
DROP TABLE customer_entry;
CREATE VIRTUAL TABLE customer_entry USING fts5 (
	grams, facets, seq UNINDEXED, name_key UNINDEXED, reference_id UNINDEXED, updated_at UNINDEXED,
	tokenize = 'ascii', columnsize = 0
);
-- Without this a deleted name lives on in the index until its segment happens to be merged.
INSERT INTO customer_entry (customer_entry, rank) VALUES ('secure-delete', 1);
