package store

import (
	"zafe/app/approval"
	"zafe/app/fault"
)

var _ approval.Tx = (*Tx)(nil)

const approvalQuery = `SELECT a.id, a.op, a.request, a.asked_by, u.name, a.asked_at, a.expires_at, a.state,
	COALESCE(a.decided_by, 0), a.decided_at FROM approval a JOIN user u ON u.id = a.asked_by `

func scanApproval(scan func(...any) error, k *approval.Kept) error {
	var asked, expires, decided string
	err := scan(&k.ID, &k.Op, &k.Body, &k.AskedBy, &k.AskedName, &asked, &expires, &k.State, &k.DecidedBy, &decided)
	if err != nil {
		return err
	}
	if k.AskedAt, err = parseInstant(asked); err != nil {
		return err
	}
	if k.Expires, err = parseInstant(expires); err != nil {
		return err
	}
	k.DecidedAt, err = parseInstant(decided)
	return err
}

// Approvals lists the requests that wait and are still good, oldest first.
func (t *Tx) Approvals() ([]approval.Kept, error) {
	return all(t, approvalQuery+`WHERE a.state = 'waiting' AND a.expires_at > ? ORDER BY a.id`,
		[]any{instant(t.now)}, scanApproval)
}

// Approval returns one. Fault approval.not_found.
func (t *Tx) Approval(id int64) (approval.Kept, error) {
	found, err := all(t, approvalQuery+`WHERE a.id = ?`, []any{id}, scanApproval)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "approval.not_found")
	}
	if err != nil {
		return approval.Kept{}, err
	}
	return found[0], nil
}

// AddApproval keeps a new request.
func (t *Tx) AddApproval(k approval.Kept) (_ approval.Kept, err error) {
	k.ID, err = t.insert(`INSERT INTO approval(op, request, asked_by, asked_at, expires_at, state) VALUES (?,?,?,?,?,?)`,
		k.Op, k.Body, k.AskedBy, instant(k.AskedAt), instant(k.Expires), k.State)
	return k, err
}

// CloseApproval notes what became of a request that waits.
func (t *Tx) CloseApproval(k approval.Kept) error {
	_, err := t.exec(`UPDATE approval SET state = ?, decided_by = ?, decided_at = ? WHERE id = ?`,
		k.State, k.DecidedBy, instant(k.DecidedAt), k.ID)
	return err
}
