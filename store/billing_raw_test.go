package store

// BillingExec runs a statement of a test as somebody with the key and a SQL shell would.
func BillingExec(t *Tx, query string, args ...any) (int64, error) { return t.exec(query, args...) }
