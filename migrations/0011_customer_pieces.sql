-- Entries of the search index have more in them (search/0004): it is owed every customer.
INSERT INTO customer_unindexed (tenant_id, customer_id, seq) SELECT tenant_id, id, index_seq FROM customer WHERE true
	ON CONFLICT (tenant_id, customer_id) DO NOTHING;
