-- Which customers contain a text, have a tag, lie below a customer: rebuildable from `customer` of the record.
-- `grams` are the folded name cut into overlapping threes, so that a phrase of them is "contains" and one or two
-- characters are a prefix; `facets` the tenant, account, ancestors and tags. Filters of any kind meet in one MATCH.
-- `seq` is the `index_seq` an entry was made at; the entry of a deleted customer stays, empty, with its own.
CREATE VIRTUAL TABLE customer_entry USING fts5 (grams, facets, seq UNINDEXED, tokenize = 'ascii', prefix = '1 2');
-- Without this a deleted name lives on in the index until its segment happens to be merged.
INSERT INTO customer_entry (customer_entry, rank) VALUES ('secure-delete', 1);
